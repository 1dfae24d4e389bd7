package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Writes;
import dev.coppice.perf.figures.KeyOrder;

/** Deletes and commits ranges of 1,000 entries, each once. Thread safety: one thread. */
final class RangeDeletes implements Workload {
    static final int LENGTH = 1000;

    private final Writes writes;
    private final KeyKind kind;
    private final KeyOrder order;
    private final int count;
    private final byte[] from;
    private final byte[] to;
    private int at;

    RangeDeletes(Bench bench) {
        this.writes = bench.subject().writes();
        this.kind = bench.shape().keys();
        this.count = bench.entries() / LENGTH;
        this.order = new KeyOrder(Math.max(1, count), 3);
        this.from = bench.newKey();
        this.to = bench.newKey();
    }

    @Override
    public long run(long operations) {
        long done = 0;
        while (done < operations && at < count) {
            long first = order.at(at++) * LENGTH;
            kind.write(first, from, 0);
            kind.write(first + LENGTH, to, 0);
            writes.begin();
            writes.deleteRange(from, to);
            writes.commit();
            done++;
        }
        return done;
    }

    @Override
    public void close() {
        writes.close();
    }
}
