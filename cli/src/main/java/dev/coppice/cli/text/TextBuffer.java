package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Text on its way to an output, through a buffer of fixed size, so that a line may be longer than
 * any array.
 *
 * <p>Thread safety: one thread.
 */
public final class TextBuffer {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Where the text goes. */
    @FunctionalInterface
    public interface Target {
        /** Takes bytes, which may change when this returns. */
        void bytes(byte[] source, int from, int length);
    }

    private final Target target;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int size;
    private long flushedBytes;

    public TextBuffer(Target target) {
        this.target = target;
    }

    void put(int b) {
        if (size == buffer.length) {
            flush();
        }
        buffer[size++] = (byte) b;
    }

    void put(byte[] source, int from, int to) {
        int length = to - from;
        if (length > buffer.length - size) {
            flush();
        }
        if (length > buffer.length) {
            target.bytes(source, from, length);
            flushedBytes += length;
            return;
        }
        System.arraycopy(source, from, buffer, size, length);
        size += length;
    }

    void put(byte[] source) {
        put(source, 0, source.length);
    }

    void put(String text) {
        put(text.getBytes(UTF_8));
    }

    /** Hands on what is in the buffer. */
    public void flush() {
        int length = size;
        size = 0;
        flushedBytes += length;
        target.bytes(buffer, 0, length);
    }

    /** {@return how many bytes were written in all} */
    public long bytes() {
        return flushedBytes + size;
    }
}
