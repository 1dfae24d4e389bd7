package dev.coppice.cli.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Lines of a stream of any length, without a string for each. A line ends with LF or CR LF; the
 * last may end with the input.
 *
 * <p>Thread safety: one thread. Lifetime: what it points at is valid until the next line.
 */
final class LineReader {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int MAX_LINE_BYTES = 1 << 30;

    private final InputStream input;
    private final int maxLineBytes;
    private byte[] buffer;
    private int from;
    private int to;
    private int nextFrom;
    private int limit;
    private boolean isAtEnd;
    private boolean isTooLong;
    private long lines;
    private long bytes;

    LineReader(InputStream input) {
        this(input, BUFFER_BYTES, MAX_LINE_BYTES);
    }

    /**
     * Reads with other limits.
     *
     * @param maxLineBytes a power of two times the bytes of the buffer
     */
    LineReader(InputStream input, int bufferBytes, int maxLineBytes) {
        this.input = input;
        this.buffer = new byte[bufferBytes];
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * Goes to the next line; returns false at the end.
     *
     * @throws TextException naming the line where it is too long; the next call goes behind it
     */
    boolean next() {
        from = nextFrom;
        isTooLong = false;
        int end = findLineEnd();
        if (end == from && end == limit && isAtEnd && !isTooLong) {
            return false;
        }
        lines++;
        nextFrom = Math.min(end + 1, limit);
        if (isTooLong) {
            throw malformed("longer than " + maxLineBytes + " bytes");
        }
        boolean hasReturn = end > from && end < limit && buffer[end - 1] == '\r';
        to = hasReturn ? end - 1 : end;
        return true;
    }

    /** {@return the offset of the LF behind the line, or of the end of the input} */
    private int findLineEnd() {
        int at = from;
        while (true) {
            byte[] text = buffer;
            for (int end = limit; at < end; at++) {
                if (text[at] == '\n') {
                    return at;
                }
            }
            if (isAtEnd) {
                return at;
            }
            int known = limit - from;
            fill();
            at = known == maxLineBytes ? from : from + known;
        }
    }

    /** Moves the line that was begun to the front and reads more behind it. */
    private void fill() {
        System.arraycopy(buffer, from, buffer, 0, limit - from);
        limit -= from;
        from = 0;
        if (limit == maxLineBytes) {
            // The rest of this line is of no use.
            isTooLong = true;
            limit = 0;
        }
        if (limit == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * limit);
        }
        try {
            int count = input.read(buffer, limit, buffer.length - limit);
            isAtEnd = count < 0;
            limit += Math.max(0, count);
            bytes += Math.max(0, count);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the input: " + e.getMessage(), e);
        }
    }

    /** {@return the problem as an exception that names the line} */
    TextException malformed(String problem) {
        return new TextException("line " + lines + ": " + problem);
    }

    byte[] text() {
        return buffer;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** {@return the number of the line, from 1} */
    long lines() {
        return lines;
    }

    /** {@return how much of the input was read} */
    long bytes() {
        return bytes;
    }
}
