package dev.coppice.cli.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Cuts the text of a file under /proc into words, numbers and line ends.
 *
 * <p>Thread safety: one thread.
 */
final class ProcTokens {
    static final int END = 0;
    static final int LINE_END = 1;
    static final int WORD = 2;
    static final int NUMBER = 3;

    private static final boolean[] IS_SEPARATOR = new boolean[128];

    static {
        for (char c : " \t:=/()|,\n\r".toCharArray()) {
            IS_SEPARATOR[c] = true;
        }
    }

    private byte[] text;
    private int limit;
    private int at;
    private int start;
    private double number;

    void reset(byte[] text, int limit) {
        this.text = text;
        this.limit = limit;
        this.at = 0;
    }

    /** {@return the kind of the next token} */
    int next() {
        while (at < limit && text[at] != '\n' && isSeparator(text[at])) {
            at++;
        }
        if (at == limit) {
            return END;
        }
        if (text[at] == '\n') {
            at++;
            return LINE_END;
        }
        start = at;
        boolean isNumber = parseNumber();
        while (at < limit && !isSeparator(text[at])) {
            at++;
            isNumber = false;
        }
        return isNumber ? NUMBER : WORD;
    }

    private static boolean isSeparator(byte c) {
        return c >= 0 && IS_SEPARATOR[c];
    }

    /** Reads digits with at most one point and a sign; returns whether there were any. */
    private boolean parseNumber() {
        boolean isNegative = text[at] == '-';
        if (isNegative) {
            at++;
        }
        double result = 0;
        double scale = 0;
        int digits = 0;
        for (; at < limit; at++) {
            int digit = text[at] - '0';
            if (digit >= 0 && digit <= 9) {
                result = result * 10 + digit;
                scale *= 10;
                digits++;
            } else if (text[at] == '.' && scale == 0 && digits > 0) {
                scale = 1;
            } else {
                break;
            }
        }
        double size = scale > 1 ? result / scale : result;
        number = isNegative ? -size : size;
        return digits > 0;
    }

    int limit() {
        return limit;
    }

    double number() {
        return number;
    }

    int wordBytes() {
        return at - start;
    }

    String word() {
        return new String(text, start, at - start, ISO_8859_1);
    }

    long wordHash() {
        long hash = wordBytes();
        for (int i = start; i < at; i++) {
            hash = hash * 31 + text[i];
        }
        return hash;
    }
}
