package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Reads;

/** Gets 64 values at a time; an operation is one key. Thread safety: one thread. */
final class BatchGets implements Workload {
    private static final int BATCH = 64;
    private static final int MOST_KEYS = 1 << 18;

    private final Reads reads;
    private final byte[][][] batches;
    private final byte[] value;
    private int at;
    private long sum;

    BatchGets(Bench bench) {
        this.reads = bench.subject().reads();
        this.value = bench.newValue();
        Keys keys = bench.randomKeys(MOST_KEYS, 2);
        batches = new byte[Math.max(1, keys.count() / BATCH)][BATCH][];
        for (int i = 0; i < batches.length * BATCH; i++) {
            byte[] key = bench.newKey();
            keys.copy(i % keys.count(), key);
            batches[i / BATCH][i % BATCH] = key;
        }
    }

    @Override
    public long run(long operations) {
        long done = 0;
        while (done < operations) {
            long got = reads.getAll(batches[at], value);
            // Values are letters: 64 of them have a sum of at least 64 times the lowest.
            if (got < (long) BATCH * '-') {
                throw new IllegalStateException("values are missing: sum=" + got);
            }
            sum += got;
            at = at + 1 == batches.length ? 0 : at + 1;
            done += BATCH;
        }
        return done;
    }

    long sum() {
        return sum;
    }

    @Override
    public void close() {
        reads.close();
    }
}
