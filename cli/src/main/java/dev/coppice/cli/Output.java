package dev.coppice.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Buffered bytes and text to a stream.
 *
 * <p>Thread safety: any thread; a line is written whole.
 */
public final class Output {
    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputStream stream;

    public Output(OutputStream stream) {
        this.stream = new BufferedOutputStream(stream, BUFFER_BYTES);
    }

    /** Writes a line. */
    public void line(String text) {
        text(text + "\n");
    }

    /** Writes text. */
    public void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        bytes(bytes, 0, bytes.length);
    }

    /**
     * Writes bytes.
     *
     * @throws OutputClosedException when nobody reads them any more
     */
    public synchronized void bytes(byte[] source, int from, int length) {
        try {
            stream.write(source, from, length);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Hands everything to the reader.
     *
     * @throws OutputClosedException when there is none
     */
    public synchronized void flush() {
        try {
            stream.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** A reader that has enough is no error; a full disk is one. */
    private static RuntimeException failure(IOException e) {
        boolean isClosed = String.valueOf(e.getMessage()).contains("ipe");
        return isClosed
                ? new OutputClosedException(e)
                : new UncheckedIOException("cannot write the output: " + e.getMessage(), e);
    }
}
