package dev.coppice.perf.compare.work;

/** Opens the store and gets a value; closing is not counted. Thread safety: one thread. */
final class Openings implements Workload {
    private final Bench bench;
    private long nanos;

    Openings(Bench bench) {
        this.bench = bench;
    }

    @Override
    public long run(long operations) {
        byte[] key = bench.newKey();
        byte[] value = bench.newValue();
        bench.shape().keys().write(bench.entries() / 2, key, 0);
        for (long i = 0; i < operations; i++) {
            nanos += bench.reopenAndTime(key, value);
        }
        return operations;
    }

    @Override
    public long countedNanos() {
        long counted = nanos;
        nanos = 0;
        return counted;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
