package dev.coppice.perf.figures;

/**
 * Keys of 16 decimal digits, and values of printable bytes, 100 of them unless told otherwise.
 *
 * <p>Thread safety: immutable.
 */
public final class Entries {
    public static final int KEY_BYTES = 16;
    public static final int VALUE_BYTES = 100;
    private static final int TEXT_BYTES = 1 << 16;
    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final byte[] text;
    private final int valueBytes;

    public Entries() {
        this(VALUE_BYTES);
    }

    /** Values of another length. */
    public Entries(int valueBytes) {
        this.valueBytes = valueBytes;
        this.text = new byte[TEXT_BYTES + valueBytes];
        var random = new java.util.SplittableRandom(1);
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) LETTERS.charAt(random.nextInt(LETTERS.length()));
        }
    }

    /** Writes a number as a key. */
    public static void key(long number, byte[] target, int offset) {
        long rest = number;
        for (int i = offset + KEY_BYTES - 1; i >= offset; i--) {
            long shorter = rest / 10;
            target[i] = (byte) ('0' + (rest - shorter * 10));
            rest = shorter;
        }
    }

    /** Writes one of 65,536 values. */
    public void value(long number, byte[] target, int offset) {
        int from = (int) ((number * 0x9E37_79B9_7F4A_7C15L) >>> 48);
        System.arraycopy(text, from, target, offset, valueBytes);
    }
}
