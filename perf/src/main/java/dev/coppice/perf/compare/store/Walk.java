package dev.coppice.perf.compare.store;

/** Steps through entries in the order of their keys. Thread safety: one thread. */
public interface Walk {
    /** Stands before the first entry, or for the way back behind the last. */
    void start(boolean isForward);

    /** Stands before the first entry whose key is not below {@code key}; steps forward. */
    void startAt(byte[] key);

    /** Steps to the next entry on the way; returns whether there is one. */
    boolean next();

    /** {@return the first byte of the value} */
    int valueByte();

    /** {@return the sum of the value's bytes, eight at a time} */
    long valueSum();

    /** Copies the key; returns its length. */
    int copyKey(byte[] target);

    /** Copies the value; returns its length. */
    int copyValue(byte[] target);
}
