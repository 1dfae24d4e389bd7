package dev.coppice.cli.text;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes as text on one line without tabs: {@code \t}, {@code \n}, {@code \r}, {@code \\}, and
 * {@code \xHH} for any byte, which is how control characters and what is not UTF-8 are written.
 * Stateless.
 */
final class Escapes {
    private static final byte[] DIGITS = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private Escapes() {}

    static byte[] decode(byte[] text, int from, int to) {
        byte[] content = new byte[to - from];
        int size = 0;
        int at = from;
        while (at < to) {
            if (text[at] != '\\') {
                content[size++] = text[at++];
                continue;
            }
            if (at + 1 == to) {
                throw new TextException("a backslash at the end: a backslash is written \\\\");
            }
            char kind = (char) (text[at + 1] & 0xFF);
            at += 2;
            content[size++] = decode(kind, text, at, to);
            at += kind == 'x' ? 2 : 0;
        }
        return size == content.length ? content : Arrays.copyOf(content, size);
    }

    private static byte decode(char kind, byte[] text, int at, int to) {
        return switch (kind) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case '\\' -> '\\';
            case 'x' -> hexByte(text, at, to);
            default ->
                    throw new TextException(
                            "unknown escape \\" + kind + ": there are \\t \\n \\r \\\\ and \\xHH");
        };
    }

    private static byte hexByte(byte[] text, int at, int to) {
        boolean isThere =
                at + 2 <= to
                        && HexFormat.isHexDigit(text[at])
                        && HexFormat.isHexDigit(text[at + 1]);
        if (!isThere) {
            throw new TextException("\\x needs two hexadecimal digits, such as \\x00");
        }
        int high = HexFormat.fromHexDigit(text[at]);
        return (byte) (high << 4 | HexFormat.fromHexDigit(text[at + 1]));
    }

    static void encode(byte[] content, TextBuffer target) {
        boolean isUtf8 = Utf8.isValid(content, 0, content.length);
        int from = 0;
        for (int at = 0; at < content.length; at++) {
            byte b = content[at];
            boolean isShown = b < 0 ? isUtf8 : b >= ' ' && b != 0x7F && b != '\\';
            if (!isShown) {
                target.put(content, from, at);
                encode(b, target);
                from = at + 1;
            }
        }
        target.put(content, from, content.length);
    }

    private static void encode(byte b, TextBuffer target) {
        target.put('\\');
        switch (b) {
            case '\t' -> target.put('t');
            case '\n' -> target.put('n');
            case '\r' -> target.put('r');
            case '\\' -> target.put('\\');
            default -> {
                target.put('x');
                hex(b, target);
            }
        }
    }

    /** Writes two digits. */
    static void hex(byte b, TextBuffer target) {
        target.put(DIGITS[b >>> 4 & 0xF]);
        target.put(DIGITS[b & 0xF]);
    }
}
