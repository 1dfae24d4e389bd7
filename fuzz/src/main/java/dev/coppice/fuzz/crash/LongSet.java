package dev.coppice.fuzz.crash;

/** A set of 64-bit hashes. Thread safety: one thread. */
final class LongSet {
    private long[] table = new long[1 << 16];
    private int size;
    private boolean hasZero;

    /** Adds a hash; returns whether it is new. */
    boolean add(long hash) {
        if (hash == 0) {
            boolean isNew = !hasZero;
            hasZero = true;
            return isNew;
        }
        if (size * 2 > table.length) {
            grow();
        }
        return put(hash);
    }

    private boolean put(long hash) {
        int at = (int) (hash ^ hash >>> 32) & (table.length - 1);
        while (table[at] != 0) {
            if (table[at] == hash) {
                return false;
            }
            at = (at + 1) & (table.length - 1);
        }
        table[at] = hash;
        size++;
        return true;
    }

    private void grow() {
        long[] old = table;
        table = new long[old.length * 2];
        size = 0;
        for (long hash : old) {
            if (hash != 0) {
                put(hash);
            }
        }
    }
}
