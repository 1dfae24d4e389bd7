package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Writes;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.KeyOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Overwrites with or without a held snapshot, in a JVM of its own. Thread safety: one thread. */
public final class HeldSnapshotTrial {
    private static final int KEYS = 100_000;
    private static final int PUTS_PER_COMMIT = 100;
    private static final Shape SHAPE = new Shape(KeyKind.DECIMAL, 100, false);

    private final Bench bench;
    private final Writes writes;
    private final SplittableRandom random = new SplittableRandom(5);
    private final byte[] key;
    private final byte[] value;

    private HeldSnapshotTrial(Bench bench, Writes writes) {
        this.bench = bench;
        this.writes = writes;
        this.key = bench.newKey();
        this.value = bench.newValue();
    }

    /** Arguments: peer, folder, overwrites, overwrites behind the snapshot, is a snapshot held. */
    public static void main(String[] args) throws IOException {
        Peer peer = Peer.valueOf(args[0]);
        Path folder = DiskUse.emptied(Path.of(args[1]));
        try (Bench bench = Bench.open(peer, folder, false, SHAPE, KEYS);
                Writes writes = bench.subject().writes()) {
            var trial = new HeldSnapshotTrial(bench, writes);
            trial.load();
            bench.subject().settle();
            DiskUse loaded = DiskUse.ofFolder(folder);
            boolean isHeld = Boolean.parseBoolean(args[4]);
            Reads held = isHeld ? bench.subject().reads() : null;
            long start = System.nanoTime();
            long overwrites = Long.parseLong(args[2]);
            trial.overwrite(overwrites);
            double nanos = (System.nanoTime() - start) / (double) overwrites;
            bench.subject().settle();
            DiskUse worn = DiskUse.ofFolder(folder);
            if (isHeld) {
                held.close();
            }
            trial.overwrite(Long.parseLong(args[3]));
            bench.subject().settle();
            DiskUse after = DiskUse.ofFolder(folder);
            Fork.result(
                    loaded.allocated(),
                    worn.length(),
                    worn.allocated(),
                    after.length(),
                    after.allocated(),
                    nanos);
        }
    }

    private void load() {
        KeyOrder order = new KeyOrder(KEYS, 1);
        writes.begin();
        for (int i = 0; i < KEYS; i++) {
            put(order.at(i));
        }
        writes.commit();
    }

    private void overwrite(long count) {
        for (long done = 0; done < count; done += PUTS_PER_COMMIT) {
            writes.begin();
            for (int i = 0; i < PUTS_PER_COMMIT; i++) {
                put(random.nextInt(KEYS));
            }
            writes.commit();
        }
    }

    private void put(long number) {
        SHAPE.keys().write(number, key, 0);
        bench.value(random.nextLong(), value);
        writes.put(key, value);
    }
}
