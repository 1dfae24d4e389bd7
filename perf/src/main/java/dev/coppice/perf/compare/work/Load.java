package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Writes;

/** Fills an empty store in one transaction. Thread safety: one thread. */
public final class Load implements Workload {
    private final Bench bench;
    private final Keys keys;
    private final boolean isAppend;

    public Load(Bench bench) {
        this.bench = bench;
        Shape shape = bench.shape();
        this.isAppend = shape.isAscending();
        this.keys =
                isAppend
                        ? Keys.ascending(shape.keys(), 0, bench.entries())
                        : bench.randomKeys(bench.entries(), 1);
    }

    @Override
    public long run(long operations) {
        byte[] key = bench.newKey();
        byte[] value = bench.newValue();
        try (Writes writes = bench.subject().writes()) {
            writes.begin();
            for (int i = 0; i < keys.count(); i++) {
                keys.copy(i, key);
                bench.value(i, value);
                if (isAppend) {
                    writes.append(key, value);
                } else {
                    writes.put(key, value);
                }
            }
            writes.commit();
        }
        return keys.count();
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
