package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Writes;

/**
 * ioarena's CRUD: a transaction inserts two entries, reads one, updates one and deletes one. An
 * operation is one transaction.
 *
 * <p>Thread safety: one thread.
 */
final class Crud implements Workload {
    private final Bench bench;
    private final Writes writes;
    private final KeyKind kind;
    private final byte[] first;
    private final byte[] second;
    private final byte[] value;
    private long number;

    Crud(Bench bench) {
        this.bench = bench;
        this.writes = bench.subject().writes();
        this.kind = bench.shape().keys();
        this.first = bench.newKey();
        this.second = bench.newKey();
        this.value = bench.newValue();
    }

    @Override
    public long run(long operations) {
        for (long i = 0; i < operations; i++) {
            kind.write(2 * number, first, 0);
            kind.write(2 * number + 1, second, 0);
            writes.begin();
            bench.value(number, value);
            writes.put(first, value);
            writes.put(second, value);
            writes.get(second, value);
            bench.value(number + 1, value);
            writes.put(second, value);
            writes.delete(first);
            writes.commit();
            number++;
        }
        return operations;
    }

    @Override
    public void close() {
        writes.close();
    }
}
