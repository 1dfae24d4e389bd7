package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Writes;
import java.util.SplittableRandom;

/**
 * Of ten operations seven get at the newest state, two put and commit, one deletes and commits.
 *
 * <p>Thread safety: one thread.
 */
final class Mixed implements Workload {
    private static final int ROUND = 1 << 16;

    private final Bench bench;
    private final Reads reads;
    private final Writes writes;
    private final Keys keys;
    private final byte[] kinds = new byte[ROUND];
    private final byte[] key;
    private final byte[] value;
    private int at;
    private long number;

    Mixed(Bench bench) {
        this.bench = bench;
        this.reads = bench.subject().reads();
        this.writes = bench.subject().writes();
        this.keys = bench.randomKeys(1 << 20, 9);
        this.key = bench.newKey();
        this.value = bench.newValue();
        var random = new SplittableRandom(9);
        for (int i = 0; i < ROUND; i++) {
            kinds[i] = (byte) random.nextInt(10);
        }
    }

    @Override
    public long run(long operations) {
        for (long i = 0; i < operations; i++) {
            keys.copy((int) (number * 7 % keys.count()), key);
            int kind = kinds[at];
            at = (at + 1) & (ROUND - 1);
            number++;
            if (kind < 7) {
                reads.refresh();
                reads.get(key, value);
            } else {
                writes.begin();
                if (kind < 9) {
                    bench.value(number, value);
                    writes.put(key, value);
                } else {
                    writes.delete(key);
                }
                writes.commit();
            }
        }
        return operations;
    }

    @Override
    public void close() {
        reads.close();
        writes.close();
    }
}
