package dev.coppice;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Limits of keys and values, and the bytes of long keys. Stateless. */
final class Keys {
    static final int MAX_KEY_BYTES = 65_536;
    static final int MAX_VALUE_BYTES = Integer.MAX_VALUE - 8;

    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Keys() {}

    static void check(byte[] key) {
        checkLength(key.length);
    }

    static void checkLength(int keyBytes) {
        if (keyBytes == 0) {
            throw new IllegalArgumentException("key is empty: keyBytes=0, min=1");
        }
        if (keyBytes > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key too long: keyBytes=" + keyBytes + ", max=" + MAX_KEY_BYTES);
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
    static void checkRange(byte @Nullable [] from, byte @Nullable [] to) {
        if (from != null && to != null && Arrays.compareUnsigned(from, to) > 0) {
            throw new IllegalArgumentException("range: its lower bound is above its upper bound");
        }
    }

    /** Writes the eight bytes of a long key, which sort as the numbers do. */
    static byte[] encode(long key, byte[] target) {
        BIG_ENDIAN_LONG.set(target, 0, key ^ Long.MIN_VALUE);
        return target;
    }

    /** {@return the number that a long key stands for} */
    static long decode(byte[] array, int offset, int keyBytes) {
        if (keyBytes != Long.BYTES) {
            throw new IllegalArgumentException(
                    "not a long key: keyBytes=" + keyBytes + ", must be " + Long.BYTES);
        }
        return (long) BIG_ENDIAN_LONG.get(array, offset) ^ Long.MIN_VALUE;
    }
}
