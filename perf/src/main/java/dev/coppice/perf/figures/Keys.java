package dev.coppice.perf.figures;

/**
 * Keys written out in the order in which a loop uses them, so that it times no formatting.
 *
 * <p>Thread safety: immutable.
 */
final class Keys {
    private final byte[] bytes;
    private final int count;

    private Keys(int count) {
        this.count = count;
        this.bytes = new byte[Math.multiplyExact(count, Entries.KEY_BYTES)];
    }

    /** {@return the keys 0 to count - 1 in random order} */
    static Keys random(int count, long seed) {
        return random(count, count, seed);
    }

    /** {@return some of the keys 0 to population - 1, each at most once, in random order} */
    static Keys random(int count, int population, long seed) {
        KeyOrder order = new KeyOrder(population, seed);
        Keys keys = new Keys(count);
        for (int i = 0; i < count; i++) {
            Entries.key(order.at(i), keys.bytes, i * Entries.KEY_BYTES);
        }
        return keys;
    }

    /** {@return ascending keys from a number on} */
    static Keys ascending(long first, int count) {
        Keys keys = new Keys(count);
        for (int i = 0; i < count; i++) {
            Entries.key(first + i, keys.bytes, i * Entries.KEY_BYTES);
        }
        return keys;
    }

    int count() {
        return count;
    }

    void copy(int index, byte[] key) {
        System.arraycopy(bytes, index * Entries.KEY_BYTES, key, 0, Entries.KEY_BYTES);
    }
}
