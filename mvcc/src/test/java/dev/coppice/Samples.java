package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;

/** Keys and values that tell what they are. Stateless. */
final class Samples {
    static final ColumnFamily OTHER = ColumnFamily.of("other");

    private Samples() {}

    static byte[] key(long i) {
        return String.format("key %08d", i).getBytes(UTF_8);
    }

    /** {@return a key of that many bytes, different for each {@code i}} */
    static byte[] key(long i, int keyBytes) {
        byte[] key = new byte[keyBytes];
        new Random(keyBytes).nextBytes(key);
        for (int at = 0; at < Math.min(4, keyBytes); at++) {
            key[keyBytes - 1 - at] = (byte) (i >>> (8 * at));
        }
        return key;
    }

    /** {@return that many bytes, different for each {@code i}} */
    static byte[] value(long i, int valueBytes) {
        byte[] value = new byte[valueBytes];
        new Random(i * 31 + valueBytes).nextBytes(value);
        return value;
    }

    static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }
}
