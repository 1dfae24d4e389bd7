package dev.coppice.perf.scan;

/** One cursor of a kind that is compared. Thread safety: one thread. */
interface Scan {
    /** Goes to the first entry from a key on; returns whether there is one. */
    boolean seek(byte[] key);

    /** Goes one entry on, from the last to the first. */
    void next();

    /** Goes one entry back, from the first to the last. */
    void previous();

    /** {@return the first byte of the value} */
    long firstByte();

    /** {@return the sum of the value, eight bytes at a time} */
    long allBytes();
}
