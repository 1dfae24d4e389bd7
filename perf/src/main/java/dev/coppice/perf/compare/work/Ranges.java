package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Walk;

/** Seeks a random key and reads some entries from there on. Thread safety: one thread. */
final class Ranges implements Workload {
    private static final int MOST_KEYS = 1 << 18;

    private final Reads reads;
    private final Walk walk;
    private final int length;
    private final Keys keys;
    private final byte[] key;
    private int at;
    private long sum;

    Ranges(Bench bench, int length) {
        this.reads = bench.subject().reads();
        this.walk = reads.walk();
        this.length = length;
        this.keys = bench.randomKeys(MOST_KEYS, 7);
        this.key = bench.newKey();
    }

    @Override
    public long run(long operations) {
        for (long i = 0; i < operations; i++) {
            keys.copy(at, key);
            walk.startAt(key);
            if (!walk.next()) {
                throw new IllegalStateException("a key is missing");
            }
            sum += walk.valueByte();
            for (int j = 1; j < length && walk.next(); j++) {
                sum += walk.valueByte();
            }
            at = at + 1 == keys.count() ? 0 : at + 1;
        }
        return operations;
    }

    long sum() {
        return sum;
    }

    @Override
    public void close() {
        reads.close();
    }
}
