package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Reads;

/** Gets one value after the other. Thread safety: one thread. */
final class Gets implements Workload {
    /** Which state a get reads. */
    enum State {
        ONE_SNAPSHOT,
        REFRESHED,
        NEWEST
    }

    private static final int MOST_KEYS = 1 << 20;

    private final Reads reads;
    private final State state;
    private final Keys keys;
    private final byte[] key;
    private final byte[] value;
    private int at;

    Gets(Bench bench, State state) {
        this(bench, state, 2);
    }

    Gets(Bench bench, State state, long seed) {
        this.reads = bench.subject().reads();
        this.state = state;
        int count = Math.min(MOST_KEYS, bench.entries());
        this.keys =
                bench.shape().isAscending()
                        ? Keys.ascending(bench.shape().keys(), 0, count)
                        : bench.randomKeys(count, seed);
        this.key = bench.newKey();
        this.value = bench.newValue();
    }

    @Override
    public long run(long operations) {
        for (long i = 0; i < operations; i++) {
            keys.copy(at, key);
            int bytes =
                    switch (state) {
                        case ONE_SNAPSHOT -> reads.get(key, value);
                        case REFRESHED -> {
                            reads.refresh();
                            yield reads.get(key, value);
                        }
                        case NEWEST -> reads.getNewest(key, value);
                    };
            if (bytes != value.length) {
                throw new IllegalStateException("a value is missing or wrong: bytes=" + bytes);
            }
            at = at + 1 == keys.count() ? 0 : at + 1;
        }
        return operations;
    }

    @Override
    public void close() {
        reads.close();
    }
}
