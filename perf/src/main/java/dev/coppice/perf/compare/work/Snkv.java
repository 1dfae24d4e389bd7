package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Walk;
import dev.coppice.perf.compare.store.Writes;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.KeyOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The workload of SNKV's benchmark, step by step on one store: keys of 12 bytes, values of 61; a
 * million entries written in order, 1,000 per transaction; a twentieth of them got; all scanned; a
 * hundredth updated and a two-hundredth deleted, each in one transaction; a twentieth looked for; a
 * fiftieth of mixed operations in one transaction; then, in a new store, keys of 17 bytes and
 * values of 19, all in one transaction.
 *
 * <p>Thread safety: one thread.
 */
final class Snkv {
    private static final Shape SHAPE = new Shape(KeyKind.SNKV, 61, true);
    private static final Shape BULK_SHAPE = new Shape(KeyKind.SNKV_BULK, 19, true);
    private static final int PER_COMMIT = 1000;

    private final Peer peer;
    private final Path folder;
    private final int entries;
    private final Map<Work, Double> nanos = new LinkedHashMap<>();
    private Bench bench;
    private byte[] key;
    private byte[] value;

    Snkv(Peer peer, Path folder, int entries) {
        this.peer = peer;
        this.folder = folder;
        this.entries = entries;
    }

    /** Does all of it; returns the nanoseconds per operation of each step. */
    Map<Work, Double> run() throws IOException {
        DiskUse.emptied(folder);
        try (Bench opened = Bench.open(peer, folder, false, SHAPE, entries)) {
            use(opened);
            time(Work.SNKV_WRITE, entries, () -> write(PER_COMMIT));
            try (Reads reads = bench.subject().reads()) {
                time(Work.SNKV_READ, entries / 20, () -> read(reads));
                if (peer.isOrdered()) {
                    time(Work.SNKV_SCAN, entries, () -> scan(reads.walk()));
                }
            }
            try (Writes writes = bench.subject().writes()) {
                time(Work.SNKV_UPDATE, entries / 100, () -> update(writes));
                time(Work.SNKV_DELETE, entries / 200, () -> delete(writes));
            }
            try (Reads reads = bench.subject().reads()) {
                time(Work.SNKV_EXISTS, entries / 20, () -> exists(reads));
            }
            try (Writes writes = bench.subject().writes()) {
                time(Work.SNKV_MIXED, entries / 50, () -> mix(writes));
            }
        }
        DiskUse.emptied(folder);
        try (Bench opened = Bench.open(peer, folder, false, BULK_SHAPE, entries)) {
            use(opened);
            time(Work.SNKV_BULK, entries, () -> write(entries));
        }
        return nanos;
    }

    private void use(Bench opened) {
        bench = opened;
        key = bench.newKey();
        value = bench.newValue();
    }

    private void time(Work step, int operations, Runnable action) {
        long start = System.nanoTime();
        action.run();
        nanos.put(step, (System.nanoTime() - start) / (double) Math.max(1, operations));
    }

    private void setKey(long number) {
        bench.shape().keys().write(number, key, 0);
    }

    private void write(int perCommit) {
        try (Writes writes = bench.subject().writes()) {
            for (int i = 0; i < entries; i++) {
                if (i % perCommit == 0) {
                    writes.begin();
                }
                setKey(i);
                bench.value(i, value);
                writes.put(key, value);
                if ((i + 1) % perCommit == 0 || i + 1 == entries) {
                    writes.commit();
                }
            }
        }
    }

    private void read(Reads reads) {
        var order = new KeyOrder(entries, 2);
        for (int i = 0; i < entries / 20; i++) {
            setKey(order.at(i));
            if (reads.get(key, value) != value.length) {
                throw new IllegalStateException("a value is missing");
            }
        }
    }

    private void scan(Walk walk) {
        int count = 0;
        walk.start(true);
        while (walk.next()) {
            walk.copyKey(key);
            walk.copyValue(value);
            count++;
        }
        if (count != entries) {
            throw new IllegalStateException("scanned " + count + " of " + entries);
        }
    }

    private void update(Writes writes) {
        var order = new KeyOrder(entries, 3);
        writes.begin();
        for (int i = 0; i < entries / 100; i++) {
            setKey(order.at(i));
            bench.value(i + 1L, value);
            writes.put(key, value);
        }
        writes.commit();
    }

    private void delete(Writes writes) {
        var order = new KeyOrder(entries, 4);
        writes.begin();
        for (int i = 0; i < entries / 200; i++) {
            setKey(order.at(i));
            if (!writes.delete(key)) {
                throw new IllegalStateException("a key is missing");
            }
        }
        writes.commit();
    }

    private void exists(Reads reads) {
        var order = new KeyOrder(entries, 5);
        int found = 0;
        for (int i = 0; i < entries / 20; i++) {
            setKey(order.at(i));
            found += reads.exists(key) ? 1 : 0;
        }
        if (found == 0) {
            throw new IllegalStateException("nothing is there");
        }
    }

    private void mix(Writes writes) {
        var random = new SplittableRandom(6);
        writes.begin();
        for (int i = 0; i < entries / 50; i++) {
            setKey(random.nextInt(entries));
            int kind = random.nextInt(10);
            if (kind < 7) {
                writes.get(key, value);
            } else if (kind < 9) {
                bench.value(i, value);
                writes.put(key, value);
            } else {
                writes.delete(key);
            }
        }
        writes.commit();
    }
}
