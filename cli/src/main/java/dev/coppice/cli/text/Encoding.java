package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.coppice.KeyBuilder;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** How keys and values are written as text. Stateless. */
public enum Encoding {
    /** UTF-8 with the escapes of {@link Escapes}. */
    UTF8("") {
        @Override
        public byte[] decode(byte[] text, int from, int to) {
            return Escapes.decode(text, from, to);
        }

        @Override
        void encode(byte[] content, TextBuffer target) {
            Escapes.encode(content, target);
        }
    },
    /** Two hexadecimal digits for each byte. */
    HEX("Hex") {
        @Override
        public byte[] decode(byte[] text, int from, int to) {
            try {
                return HexFormat.of().parseHex(new String(text, from, to - from, ISO_8859_1));
            } catch (IllegalArgumentException e) {
                throw new TextException("not hexadecimal: " + e.getMessage(), e);
            }
        }

        @Override
        void encode(byte[] content, TextBuffer target) {
            for (byte b : content) {
                Escapes.hex(b, target);
            }
        }
    },
    /** Base64 with padding, RFC 4648. */
    BASE64("Base64") {
        @Override
        public byte[] decode(byte[] text, int from, int to) {
            try {
                return Base64.getDecoder().decode(Arrays.copyOfRange(text, from, to));
            } catch (IllegalArgumentException e) {
                throw new TextException("not base64: " + e.getMessage(), e);
            }
        }

        @Override
        void encode(byte[] content, TextBuffer target) {
            for (int from = 0; from < content.length; from += PIECE_BYTES) {
                int to = (int) Math.min(content.length, (long) from + PIECE_BYTES);
                target.put(Base64.getEncoder().encode(Arrays.copyOfRange(content, from, to)));
            }
        }
    },
    /** The decimal number of a long key; of keys only. */
    LONG("Long") {
        @Override
        public byte[] decode(byte[] text, int from, int to) {
            String digits = new String(text, from, to - from, UTF_8);
            try {
                return new KeyBuilder().addLong(Long.parseLong(digits)).toBytes();
            } catch (NumberFormatException e) {
                throw new TextException("not a whole number of 64 bits: '" + digits + "'", e);
            }
        }

        @Override
        void encode(byte[] content, TextBuffer target) {
            if (content.length != Long.BYTES) {
                throw new TextException(
                        "not a long key, which has 8 bytes: "
                                + HexFormat.of().formatHex(content)
                                + " in hexadecimal");
            }
            target.put(Long.toString(new BigInteger(content).longValue() ^ Long.MIN_VALUE));
        }
    };

    /** A multiple of three, so that only the last piece is padded. */
    private static final int PIECE_BYTES = 3 << 14;

    private final String suffix;

    Encoding(String suffix) {
        this.suffix = suffix;
    }

    /** {@return what the name of a JSON field with such a text ends in} */
    String suffix() {
        return suffix;
    }

    /**
     * {@return the bytes that a part of a text stands for}
     *
     * @throws TextException saying why there are none
     */
    public abstract byte[] decode(byte[] text, int from, int to);

    /** Writes bytes as text. */
    abstract void encode(byte[] content, TextBuffer target);

    /** Writes bytes as a line of text. */
    public void line(byte[] content, TextBuffer target) {
        encode(content, target);
        target.put('\n');
    }

    /** {@return the bytes that an argument stands for} */
    public byte[] decode(String argument) {
        byte[] text = argument.getBytes(UTF_8);
        return decode(text, 0, text.length);
    }
}
