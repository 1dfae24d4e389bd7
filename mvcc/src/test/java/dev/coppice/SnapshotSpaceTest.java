package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot keeps the pages that it sees, and not what is written and superseded after it. */
class SnapshotSpaceTest {
    private static final int KEYS = 2000;
    private static final int OVERWRITES = 200_000;
    private static final StoreConfig CONFIG =
            StoreConfig.defaults().withCheckpointBytes(1 << 20).withCheckpointIntervalMillis(50);

    @TempDir Path directory;

    private static void overwrite(Store store, Model model, int count, int perCommit) {
        for (int i = 0; i < count; i += perCommit) {
            try (WriteTransaction txn = store.begin()) {
                for (int j = i; j < i + perCommit; j++) {
                    byte[] key = Samples.key((j * 7919L) % KEYS);
                    byte[] value = Samples.text("value " + j + " of these many overwrites");
                    txn.put(key, value);
                    model.of(ColumnFamily.DEFAULT).put(key, value);
                }
                txn.commit();
            }
        }
    }

    /** {@return the size of the file after all overwrites} */
    private long overwriteAll(Path path, int snapshots) throws IOException {
        Model model = new Model();
        try (Store store = Store.open(path, CONFIG)) {
            overwrite(store, model, KEYS, 100);
            List<Snapshot> held = new ArrayList<>();
            List<Model> models = new ArrayList<>();
            for (int i = 0; i < Math.max(1, snapshots); i++) {
                if (snapshots > 0) {
                    held.add(store.snapshot());
                    models.add(model.copy());
                }
                overwrite(store, model, OVERWRITES / Math.max(1, snapshots), 4);
            }
            for (int i = 0; i < held.size(); i++) {
                models.get(i).verify(held.get(i));
            }
            assertEquals(snapshots, store.stats().openSnapshots());
            long size = Files.size(path);
            held.forEach(Snapshot::close);
            Model.checkpoint(store);
            overwrite(store, model, OVERWRITES / 4, 4);
            Model.checkpoint(store);
            long pending = store.stats().pendingBytes();
            assertTrue(pending < 1 << 20, pending + " bytes are pending");
            assertTrue(Files.size(path) <= size + (4 << 20), "closed snapshots still keep space");
            model.verify(store);
            return size;
        } finally {
            model.verify(path, CONFIG);
        }
    }

    @Test
    void heldSnapshotsKeepTheFileBounded() throws IOException {
        long without = overwriteAll(directory.resolve("without"), 0);
        long one = overwriteAll(directory.resolve("with one"), 1);
        long eight = overwriteAll(directory.resolve("with eight"), 8);
        assertTrue(one <= 3 * without, one + " against " + without);
        assertTrue(eight <= 10 * without, eight + " against " + without);
    }
}
