package dev.coppice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Lines of a key, a tab and a value, from a stream of any length, without a string per line. A line
 * ends with LF or CR LF; the last may end with the input.
 *
 * <p>Thread safety: one thread. Lifetime: what it points at is valid until the next line.
 */
final class TsvReader {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int MAX_LINE_BYTES = 1 << 30;

    private final InputStream input;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int limit;
    private boolean isAtEnd;
    private long lines;
    private long bytes;
    private int tab;
    private int lineEnd;
    private boolean hasEscapes;

    TsvReader(InputStream input) {
        this.input = input;
    }

    /**
     * Goes to the next line; returns false at the end.
     *
     * @throws UsageException naming the line where it has not exactly one tab
     */
    boolean next() {
        from = lines == 0 ? 0 : lineEnd;
        skipLineEnd();
        int end = findLineEnd();
        if (end == from && isAtEnd && end == limit) {
            return false;
        }
        lines++;
        lineEnd = end;
        if (tab < 0) {
            throw malformed("no tab between key and value");
        }
        return true;
    }

    /** Moves behind the LF of the line before. */
    private void skipLineEnd() {
        if (lines > 0 && from < limit) {
            from++;
        }
    }

    /** {@return the offset of the LF of the line at {@code from}, or of the end of the input} */
    private int findLineEnd() {
        tab = -1;
        hasEscapes = false;
        int at = from;
        while (true) {
            byte[] text = buffer;
            for (int end = limit; at < end; at++) {
                byte b = text[at];
                if (b > '\\') {
                    continue;
                }
                if (b == '\n') {
                    return at;
                } else if (b == '\\') {
                    hasEscapes = true;
                } else if (b == '\t') {
                    noteTab(at);
                }
            }
            if (isAtEnd) {
                return at;
            }
            int moved = from;
            fill();
            at -= moved;
            tab = tab < 0 ? tab : tab - moved;
        }
    }

    private void noteTab(int at) {
        if (tab >= 0) {
            lines++;
            throw malformed("more than one tab: a tab in a key or value is written \\t");
        }
        tab = at;
    }

    /** Moves the line that was begun to the front and reads more behind it. */
    private void fill() {
        System.arraycopy(buffer, from, buffer, 0, limit - from);
        limit -= from;
        from = 0;
        if (limit == buffer.length) {
            if (limit >= MAX_LINE_BYTES) {
                lines++;
                throw malformed("longer than " + MAX_LINE_BYTES + " bytes");
            }
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
    UsageException malformed(String problem) {
        return new UsageException("line " + lines + ": " + problem);
    }

    byte[] text() {
        return buffer;
    }

    int keyFrom() {
        return from;
    }

    int keyTo() {
        return tab;
    }

    int valueFrom() {
        return tab + 1;
    }

    int valueTo() {
        boolean hasReturn = lineEnd > tab + 1 && lineEnd < limit && buffer[lineEnd - 1] == '\r';
        return hasReturn ? lineEnd - 1 : lineEnd;
    }

    boolean hasEscapes() {
        return hasEscapes;
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
