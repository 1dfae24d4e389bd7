package dev.coppice.perf.compare.store;

/** Reads one state of a store, until it is told to go to the newest. Thread safety: one thread. */
public interface Reads extends AutoCloseable {
    /** Goes to the newest state, by the cheapest way that the store has for it. */
    void refresh();

    /** Copies a value; returns its length, -1 where the key is not there. */
    int get(byte[] key, byte[] target);

    /** Copies a value of the newest state, by the store's form for a single get. */
    int getNewest(byte[] key, byte[] target);

    boolean exists(byte[] key);

    /** Looks all keys up; returns the sum of the first bytes of the values that are there. */
    default long getAll(byte[][] keys, byte[] target) {
        long sum = 0;
        for (byte[] key : keys) {
            if (get(key, target) >= 0) {
                sum += target[0];
            }
        }
        return sum;
    }

    /** {@return the one walk of this handle, over the state of the last start} */
    Walk walk();

    @Override
    void close();
}
