package dev.coppice.fuzz.differential;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Entries that come in the order of their keys, bytes unsigned. Thread safety: one thread. */
final class Ordered {
    private final NavigableMap<byte[], byte[]> map = new TreeMap<>(Arrays::compareUnsigned);

    void add(byte[] key, byte[] value) {
        if (!map.isEmpty() && Arrays.compareUnsigned(map.lastKey(), key) >= 0) {
            throw new AssertionError("keys out of order");
        }
        map.put(key, value);
    }

    NavigableMap<byte[], byte[]> map() {
        return map;
    }
}
