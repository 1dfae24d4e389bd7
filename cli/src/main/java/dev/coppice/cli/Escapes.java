package dev.coppice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;

/**
 * Bytes as text on one line without tabs: {@code \t}, {@code \n}, {@code \r}, {@code \\}, and
 * {@code \xHH} for any byte, which is how control characters and what is not UTF-8 are written.
 * Stateless.
 */
final class Escapes {
    private static final HexFormat HEX = HexFormat.of();

    private Escapes() {}

    static byte[] decode(byte[] text, int from, int to) {
        ByteArrayOutputStream content = new ByteArrayOutputStream(to - from);
        int at = from;
        while (at < to) {
            if (text[at] != '\\') {
                content.write(text[at++]);
                continue;
            }
            if (at + 1 == to) {
                throw new UsageException("a backslash at the end: a backslash is written \\\\");
            }
            char kind = (char) (text[at + 1] & 0xFF);
            at += 2;
            switch (kind) {
                case 't' -> content.write('\t');
                case 'n' -> content.write('\n');
                case 'r' -> content.write('\r');
                case '\\' -> content.write('\\');
                case 'x' -> {
                    content.write(hexByte(text, at, to));
                    at += 2;
                }
                default ->
                        throw new UsageException(
                                "unknown escape \\"
                                        + kind
                                        + ": there are \\t \\n \\r \\\\ and \\xHH");
            }
        }
        return content.toByteArray();
    }

    private static int hexByte(byte[] text, int at, int to) {
        boolean isThere =
                at + 2 <= to
                        && HexFormat.isHexDigit(text[at])
                        && HexFormat.isHexDigit(text[at + 1]);
        if (!isThere) {
            throw new UsageException("\\x needs two hexadecimal digits, such as \\x00");
        }
        return HexFormat.fromHexDigit(text[at]) << 4 | HexFormat.fromHexDigit(text[at + 1]);
    }

    static byte[] encode(byte[] content) {
        boolean isAscii = true;
        boolean isPlain = true;
        for (byte b : content) {
            isAscii &= b >= 0;
            isPlain &= (b >= ' ' && b != 0x7F && b != '\\') || b < 0;
        }
        boolean isUtf8 = isAscii || isUtf8(content);
        if (isPlain && isUtf8) {
            return content;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(content.length + 16);
        for (byte b : content) {
            switch (b) {
                case '\t' -> text.writeBytes(new byte[] {'\\', 't'});
                case '\n' -> text.writeBytes(new byte[] {'\\', 'n'});
                case '\r' -> text.writeBytes(new byte[] {'\\', 'r'});
                case '\\' -> text.writeBytes(new byte[] {'\\', '\\'});
                default -> {
                    boolean isShown = b < 0 ? isUtf8 : b >= ' ' && b != 0x7F;
                    if (isShown) {
                        text.write(b);
                    } else {
                        text.writeBytes(("\\x" + HEX.toHexDigits(b)).getBytes(UTF_8));
                    }
                }
            }
        }
        return text.toByteArray();
    }

    private static boolean isUtf8(byte[] content) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
