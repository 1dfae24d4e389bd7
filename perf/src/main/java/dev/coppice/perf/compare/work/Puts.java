package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Writes;

/** Puts values, so many per commit; an operation is one put. Thread safety: one thread. */
final class Puts implements Workload {
    static final int NEVER = Integer.MAX_VALUE;

    private final Bench bench;
    private final Writes writes;
    private final Keys keys;
    private final int perCommit;
    private final boolean isEndless;
    private final byte[] key;
    private final byte[] value;
    private int at;
    private int left;
    private long number;

    private Puts(Bench bench, Keys keys, int perCommit, boolean isEndless) {
        this.bench = bench;
        this.writes = bench.subject().writes();
        this.keys = keys;
        this.perCommit = perCommit;
        this.isEndless = isEndless;
        this.key = bench.newKey();
        this.value = bench.newValue();
    }

    /** Overwrites stored entries in random order. */
    static Puts random(Bench bench, int perCommit, long seed) {
        return new Puts(bench, bench.randomKeys(1 << 20, seed), perCommit, true);
    }

    /** Adds entries behind all others, until there are so many. */
    static Puts ascending(Bench bench, int most) {
        Keys keys = Keys.ascending(bench.shape().keys(), bench.entries(), most);
        return new Puts(bench, keys, 1, false);
    }

    @Override
    public long run(long operations) {
        long done = 0;
        while (done < operations && (isEndless || at < keys.count())) {
            if (left == 0) {
                writes.begin();
                left = perCommit;
            }
            if (at == keys.count()) {
                at = 0;
            }
            keys.copy(at++, key);
            bench.value(++number, value);
            writes.put(key, value);
            if (--left == 0) {
                writes.commit();
            }
            done++;
        }
        return done;
    }

    @Override
    public void close() {
        if (left > 0) {
            writes.commit();
        }
        writes.close();
    }
}
