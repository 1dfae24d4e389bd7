package dev.coppice.perf.compare.work;

import dev.coppice.Cursor;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import dev.coppice.perf.commitpath.DeviceWrites;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Entries;
import dev.coppice.perf.figures.Fork;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What the device writes for the dirty pages of one checkpoint of Coppice, on a store that was
 * closed, dropped from the page cache, reopened and scanned once: reading ahead leaves large units
 * in the cache, of which one changed byte makes the system write all.
 *
 * <p>Line printed: {@code wear}: bytes written per byte of dirty pages. Thread safety: one thread.
 */
public final class CheckpointWear {
    private static final long NEVER_BYTES = 1L << 50;
    private static final long DAY_MILLIS = 86_400_000;
    private static final Shape SHAPE = Suite.MAIN.shape();

    private CheckpointWear() {}

    /** Arguments: load | checkpoint, folder, entries, commits. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1]).resolve("data.coppice");
        int entries = Integer.parseInt(args[2]);
        if (args[0].equals("load")) {
            DiskUse.emptied(Path.of(args[1]));
            try (Store store = Store.open(file)) {
                put(store, entries, entries);
            }
            Fork.line("loaded");
        } else {
            checkpoint(file, entries, Integer.parseInt(args[3]));
        }
    }

    private static void checkpoint(Path file, int entries, int commits) throws IOException {
        StoreConfig config =
                StoreConfig.defaults()
                        .withCheckpointBytes(NEVER_BYTES)
                        .withCheckpointIntervalMillis(DAY_MILLIS);
        try (Store store = Store.open(file, config)) {
            scan(store);
            store.checkpoint();
            for (int i = 0; i < commits; i++) {
                put(store, entries, 1, i);
            }
            double dirty = store.stats().logBytes();
            var device = DeviceWrites.holding(file);
            long before = device.bytes();
            store.checkpoint();
            Fork.line("wear", dirty == 0 ? 0 : (device.bytes() - before) / dirty);
        }
    }

    private static void scan(Store store) {
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor()) {
            long sum = 0;
            while (cursor.next()) {
                sum += cursor.value()[0];
            }
            if (sum == 0) {
                throw new IllegalStateException("nothing was scanned");
            }
        }
    }

    private static void put(Store store, int entries, int count) {
        put(store, entries, count, 0);
    }

    private static void put(Store store, int entries, int count, int first) {
        Keys keys = Keys.random(SHAPE.keys(), count, entries, 1 + first);
        byte[] key = new byte[SHAPE.keys().bytes()];
        byte[] value = new byte[SHAPE.valueBytes()];
        var values = new Entries(SHAPE.valueBytes());
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < count; i++) {
                keys.copy(i, key);
                values.value(i + (long) first, value, 0);
                txn.put(key, value);
            }
            txn.commit();
        }
    }
}
