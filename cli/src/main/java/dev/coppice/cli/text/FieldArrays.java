package dev.coppice.cli.text;

/**
 * Arrays of exact lengths, one of each length, to be filled again and again.
 *
 * <p>Thread safety: one thread. Lifetime: an array is valid until the next of its length.
 */
final class FieldArrays {
    private static final int MAX_KEPT_BYTES = 4096;

    private final byte[][] arrays = new byte[MAX_KEPT_BYTES + 1][];

    byte[] copyOf(byte[] source, int from, int to) {
        int length = to - from;
        byte[] array = ofLength(length);
        System.arraycopy(source, from, array, 0, length);
        return array;
    }

    private byte[] ofLength(int length) {
        if (length > MAX_KEPT_BYTES) {
            return new byte[length];
        }
        byte[] array = arrays[length];
        if (array == null) {
            array = new byte[length];
            arrays[length] = array;
        }
        return array;
    }
}
