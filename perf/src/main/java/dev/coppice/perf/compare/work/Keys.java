package dev.coppice.perf.compare.work;

import dev.coppice.perf.figures.KeyOrder;

/**
 * Keys written out in the order in which a loop uses them, so that it times no formatting.
 *
 * <p>Thread safety: immutable.
 */
final class Keys {
    private final byte[] bytes;
    private final int keyBytes;
    private final int count;

    private Keys(KeyKind kind, int count) {
        this.count = count;
        this.keyBytes = kind.bytes();
        this.bytes = new byte[Math.multiplyExact(count, keyBytes)];
    }

    /** {@return some of the keys of 0 to population - 1, each at most once, in random order} */
    static Keys random(KeyKind kind, int count, int population, long seed) {
        KeyOrder order = new KeyOrder(population, seed);
        Keys keys = new Keys(kind, count);
        for (int i = 0; i < count; i++) {
            kind.write(order.at(i), keys.bytes, i * keys.keyBytes);
        }
        return keys;
    }

    /** {@return the keys of ascending numbers from one on} */
    static Keys ascending(KeyKind kind, long first, int count) {
        Keys keys = new Keys(kind, count);
        for (int i = 0; i < count; i++) {
            kind.write(first + i, keys.bytes, i * keys.keyBytes);
        }
        return keys;
    }

    int count() {
        return count;
    }

    void copy(int index, byte[] key) {
        System.arraycopy(bytes, index * keyBytes, key, 0, keyBytes);
    }
}
