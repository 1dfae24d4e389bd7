package dev.coppice.perf.compare.work;

import dev.coppice.perf.commitpath.DeviceWrites;
import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.store.Writes;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.KeyOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * What a store takes on disk, and what it has the device write, in a JVM of its own.
 *
 * <p>Lines printed: {@code space}: bytes on disk per byte of live keys and values behind a random
 * load, behind churn, behind deleting nine tenths, and closed after that; {@code wear}: bytes that
 * the device wrote per byte committed, 0 where its counters are not known.
 *
 * <p>Thread safety: one thread.
 */
public final class SpaceTrial {
    private static final int PER_COMMIT = 100;
    private static final int KEPT = 10;
    private static final int MOST_DURABLE = 2000;

    private final Peer peer;
    private final Path folder;
    private final Suite suite;
    private final int entries;

    private SpaceTrial(Peer peer, Path folder, Suite suite, int entries) {
        this.peer = peer;
        this.folder = folder;
        this.suite = suite;
        this.entries = entries;
    }

    /** Arguments: space | wear, peer, folder, suite, entries, is durable. */
    public static void main(String[] args) throws IOException {
        Trial.exitOnFailure();
        var trial =
                new SpaceTrial(
                        Peer.valueOf(args[1]),
                        Path.of(args[2]),
                        Suite.of(args[3]),
                        Integer.parseInt(args[4]));
        if (args[0].equals("wear")) {
            trial.wear(Boolean.parseBoolean(args[5]));
        } else {
            trial.space();
        }
        System.exit(0);
    }

    private Bench open(boolean isDurable) throws IOException {
        return Bench.open(peer, folder, isDurable, suite.shape(), entries);
    }

    private double perLiveByte(int live) throws IOException {
        double bytes = suite.shape().keys().bytes() + suite.shape().valueBytes();
        return DiskUse.ofFolder(folder).allocated() / (bytes * live);
    }

    private void space() throws IOException {
        DiskUse.emptied(folder);
        try (Bench bench = open(false)) {
            Work.LOAD.on(bench).run(entries);
            bench.subject().settle();
        }
        double loaded = perLiveByte(entries);
        double churned;
        double deleted;
        try (Bench bench = open(false)) {
            churn(bench);
            bench.subject().settle();
            churned = perLiveByte(entries);
            delete(bench);
            bench.subject().settle();
            deleted = perLiveByte(entries / KEPT);
        }
        Fork.line("space", loaded, churned, deleted, perLiveByte(entries / KEPT));
    }

    /** Deletes and puts back every entry about once, in random order. */
    private void churn(Bench bench) {
        var random = new SplittableRandom(6);
        byte[] key = bench.newKey();
        byte[] value = bench.newValue();
        try (Writes writes = bench.subject().writes()) {
            for (int done = 0; done < entries; done += PER_COMMIT) {
                long[] numbers = random.longs(PER_COMMIT, 0, entries).toArray();
                writes.begin();
                for (long number : numbers) {
                    suite.shape().keys().write(number, key, 0);
                    writes.delete(key);
                }
                writes.commit();
                writes.begin();
                for (long number : numbers) {
                    suite.shape().keys().write(number, key, 0);
                    bench.value(number + done, value);
                    writes.put(key, value);
                }
                writes.commit();
            }
        }
    }

    /** Deletes nine entries of ten, in random order. */
    private void delete(Bench bench) {
        KeyOrder order = new KeyOrder(entries, 8);
        byte[] key = bench.newKey();
        int count = entries - entries / KEPT;
        try (Writes writes = bench.subject().writes()) {
            for (int done = 0; done < count; done += PER_COMMIT) {
                writes.begin();
                for (int i = done; i < Math.min(count, done + PER_COMMIT); i++) {
                    suite.shape().keys().write(order.at(i), key, 0);
                    writes.delete(key);
                }
                writes.commit();
            }
        }
    }

    private void wear(boolean isDurable) throws IOException {
        DiskUse.emptied(folder);
        try (Bench bench = open(false)) {
            Work.LOAD.on(bench).run(entries);
            bench.subject().settle();
        }
        int commits = Math.max(1, isDurable ? Math.min(MOST_DURABLE, entries / 4) : entries / 4);
        var device = DeviceWrites.holding(folder);
        try (Bench bench = open(isDurable);
                Workload puts = Puts.random(bench, 1, 4)) {
            bench.subject().settle();
            long before = device.bytes();
            puts.run(commits);
            bench.subject().settle();
            double committed =
                    (double) commits * (suite.shape().keys().bytes() + suite.shape().valueBytes());
            Fork.line("wear", (device.bytes() - before) / committed);
        }
    }
}
