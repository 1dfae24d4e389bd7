package dev.coppice;

import java.util.Arrays;

/** Checks of keys and values. Stateless. */
final class Keys {
    static final int MAX_KEY_BYTES = 65_536;
    static final int MAX_VALUE_BYTES = Integer.MAX_VALUE - 8;

    private Keys() {}

    static void check(byte[] key) {
        if (key.length == 0) {
            throw new IllegalArgumentException("key is empty: keyBytes=0, min=1");
        }
        if (key.length > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key too long: keyBytes=" + key.length + ", max=" + MAX_KEY_BYTES);
        }
    }

    static void check(byte[] key, byte[] value) {
        check(key);
        if (value.length > MAX_VALUE_BYTES) {
            throw new IllegalArgumentException(
                    "value too long: valueBytes=" + value.length + ", max=" + MAX_VALUE_BYTES);
        }
    }

    /** Bounds of a range may be null for no bound, and longer than any key. */
    static void checkRange(byte[] from, byte[] to) {
        if (from != null && to != null && Arrays.compareUnsigned(from, to) > 0) {
            throw new IllegalArgumentException("range: its lower bound is above its upper bound");
        }
    }
}
