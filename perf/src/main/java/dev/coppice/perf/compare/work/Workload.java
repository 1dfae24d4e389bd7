package dev.coppice.perf.compare.work;

/** Something for a store to do, over and over. Thread safety: one thread. */
public interface Workload extends AutoCloseable {
    /** Does about so many operations; returns how many, 0 where there is nothing left to do. */
    long run(long operations);

    /** {@return nanoseconds that count, since it was last asked; -1 where all of them do} */
    default long countedNanos() {
        return -1;
    }

    @Override
    void close();
}
