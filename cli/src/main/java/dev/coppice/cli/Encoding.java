package dev.coppice.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** How keys and values are written as text. Stateless. */
public enum Encoding {
    /** UTF-8 with the escapes of {@link Escapes}. */
    UTF8 {
        @Override
        byte[] decode(byte[] text, int from, int to) {
            return Escapes.decode(text, from, to);
        }

        @Override
        byte[] encode(byte[] content) {
            return Escapes.encode(content);
        }
    },
    /** Two hexadecimal digits for each byte. */
    HEX {
        @Override
        byte[] decode(byte[] text, int from, int to) {
            try {
                return HexFormat.of().parseHex(new String(text, from, to - from, ISO_8859_1));
            } catch (IllegalArgumentException e) {
                throw new UsageException("not hexadecimal: " + e.getMessage(), e);
            }
        }

        @Override
        byte[] encode(byte[] content) {
            return HexFormat.of().formatHex(content).getBytes(ISO_8859_1);
        }
    },
    /** Base64 with padding, RFC 4648. */
    BASE64 {
        @Override
        byte[] decode(byte[] text, int from, int to) {
            try {
                return Base64.getDecoder().decode(Arrays.copyOfRange(text, from, to));
            } catch (IllegalArgumentException e) {
                throw new UsageException("not base64: " + e.getMessage(), e);
            }
        }

        @Override
        byte[] encode(byte[] content) {
            return Base64.getEncoder().encode(content);
        }
    };

    /**
     * {@return the bytes that a part of a text stands for}
     *
     * @throws UsageException saying why there are none
     */
    abstract byte[] decode(byte[] text, int from, int to);

    /** {@return bytes as text} */
    abstract byte[] encode(byte[] content);

    /** {@return the bytes that an argument stands for} */
    byte[] decode(String argument) {
        byte[] text = argument.getBytes(UTF_8);
        return decode(text, 0, text.length);
    }
}
