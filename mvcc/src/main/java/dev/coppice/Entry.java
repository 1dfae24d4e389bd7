package dev.coppice;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A copy of one entry; nobody else refers to its arrays. Equal where the bytes are.
 *
 * <p>Thread safety: immutable, as long as its holder does not change the arrays.
 */
public final class Entry {
    private final byte[] key;
    private final byte[] value;

    Entry(byte[] key, byte[] value) {
        this.key = key;
        this.value = value;
    }

    /** {@return the whole key; the entry's own array} */
    public byte[] key() {
        return key;
    }

    /** {@return the whole value; the entry's own array} */
    public byte[] value() {
        return value;
    }

    /**
     * {@return the number that the key stands for}
     *
     * @throws IllegalArgumentException when the key is not 8 bytes long
     */
    public long keyLong() {
        return Keys.decode(key, 0, key.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry entry
                && Arrays.equals(key, entry.key)
                && Arrays.equals(value, entry.value);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
    }

    /** {@return the key in hexadecimal and the length of the value} */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(key) + ": " + value.length + " bytes";
    }
}
