package dev.coppice.perf.compare.store;

/** An open store. Thread safety: any thread. */
public interface Subject extends AutoCloseable {
    /** {@return a handle that reads, for the calling thread; at the newest state} */
    Reads reads();

    /** {@return a handle that writes, for the calling thread} */
    Writes writes();

    /** Brings to the medium whatever the store has kept for later. */
    void settle();

    @Override
    void close();
}
