package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;

/**
 * A JSON object whose values are strings, RFC 8259, read from its start to its end.
 *
 * <p>Thread safety: one thread. Lifetime: a string is valid until the next one is read.
 */
final class JsonText {
    private byte[] text;
    private int at;
    private int to;
    private byte[] scratch = new byte[1024];

    // The string that was read last
    private byte[] string;
    private int stringFrom;
    private int stringTo;

    /** Begins with a line. */
    void reset(byte[] line, int lineFrom, int lineTo) {
        text = line;
        at = lineFrom;
        to = lineTo;
    }

    /** {@return whether nothing but blanks is left} */
    boolean isAtEnd() {
        while (at < to && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) {
            at++;
        }
        return at == to;
    }

    /** Takes a character where it comes next; returns whether it did. */
    boolean take(char wanted) {
        boolean isThere = !isAtEnd() && text[at] == wanted;
        at += isThere ? 1 : 0;
        return isThere;
    }

    /** Takes a character. */
    void require(char wanted, String where) {
        if (!take(wanted)) {
            String found = at == to ? "the end of the line" : "'" + (char) (text[at] & 0x7F) + "'";
            throw new TextException("expected " + wanted + " " + where + ", found " + found);
        }
    }

    /** Reads a string. */
    void string(String what) {
        require('"', "to begin " + what);
        int start = at;
        while (at < to && text[at] != '"' && text[at] != '\\') {
            checkPlain(what);
            at++;
        }
        if (at < to && text[at] == '"') {
            set(text, start, at++);
        } else {
            escaped(start, what);
        }
        if (!Utf8.isValid(string, stringFrom, stringTo)) {
            throw new TextException(
                    "the string of " + what + " is not UTF-8: give bytes as keyBase64, valueHex");
        }
    }

    private void checkPlain(String what) {
        if (text[at] >= 0 && text[at] < ' ') {
            throw new TextException(
                    "a control character in the string of "
                            + what
                            + ": write it as \\u and digits");
        }
    }

    private void set(byte[] source, int from, int limit) {
        string = source;
        stringFrom = from;
        stringTo = limit;
    }

    /** Reads on from the first backslash: what it stands for is never longer than it is. */
    private void escaped(int start, String what) {
        if (scratch.length < to - start) {
            scratch = new byte[Math.max(to - start, 2 * scratch.length)];
        }
        int size = at - start;
        System.arraycopy(text, start, scratch, 0, size);
        while (true) {
            if (at == to) {
                throw new TextException("the string of " + what + " does not end");
            }
            if (text[at] == '"') {
                at++;
                set(scratch, 0, size);
                return;
            }
            checkPlain(what);
            if (text[at] == '\\') {
                at++;
                size = escape(size, what);
            } else {
                scratch[size++] = text[at++];
            }
        }
    }

    private int escape(int size, String what) {
        char kind = at < to ? (char) (text[at] & 0xFF) : ' ';
        at++;
        switch (kind) {
            case '"', '\\', '/' -> scratch[size] = (byte) kind;
            case 'b' -> scratch[size] = '\b';
            case 'f' -> scratch[size] = '\f';
            case 'n' -> scratch[size] = '\n';
            case 'r' -> scratch[size] = '\r';
            case 't' -> scratch[size] = '\t';
            case 'u' -> {
                byte[] encoded = character(what).getBytes(UTF_8);
                System.arraycopy(encoded, 0, scratch, size, encoded.length);
                return size + encoded.length;
            }
            default ->
                    throw new TextException(
                            "unknown escape \\" + kind + " in the string of " + what);
        }
        return size + 1;
    }

    private String character(String what) {
        char first = unit(what);
        if (!Character.isSurrogate(first)) {
            return String.valueOf(first);
        }
        boolean isPair =
                Character.isHighSurrogate(first)
                        && at + 1 < to
                        && text[at] == '\\'
                        && text[at + 1] == 'u';
        if (isPair) {
            at += 2;
            char second = unit(what);
            if (Character.isLowSurrogate(second)) {
                return String.valueOf(new char[] {first, second});
            }
        }
        throw new TextException("half a surrogate pair in the string of " + what);
    }

    private char unit(String what) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            if (at == to || !HexFormat.isHexDigit(text[at])) {
                throw new TextException("\\u needs four digits in the string of " + what);
            }
            value = value << 4 | HexFormat.fromHexDigit(text[at++]);
        }
        return (char) value;
    }

    /** Reads a whole number, which is not negative. */
    long number(String what) {
        long number = 0;
        boolean isNumber = !isAtEnd() && Character.isDigit(text[at]);
        while (isNumber && at < to && Character.isDigit(text[at])) {
            int digit = text[at++] - '0';
            isNumber = number <= (Long.MAX_VALUE - digit) / 10;
            number = number * 10 + digit;
        }
        if (!isNumber) {
            throw new TextException("no whole number from 0 to 2^63 - 1 behind " + what);
        }
        return number;
    }

    /** {@return whether the string that was read last is this one, which is ASCII} */
    boolean is(String other) {
        boolean isSame = stringTo - stringFrom == other.length();
        for (int i = 0; isSame && i < other.length(); i++) {
            isSame = string[stringFrom + i] == other.charAt(i);
        }
        return isSame;
    }

    /** {@return the string that was read last} */
    String string() {
        return new String(string, stringFrom, stringTo - stringFrom, UTF_8);
    }

    String string(FamilyName cache) {
        return cache.of(string, stringFrom, stringTo);
    }

    /** {@return its bytes} */
    byte[] bytes(FieldArrays arrays) {
        return arrays.copyOf(string, stringFrom, stringTo);
    }

    /** {@return the bytes that it stands for} */
    byte[] bytes(Encoding encoding) {
        return encoding.decode(string, stringFrom, stringTo);
    }
}
