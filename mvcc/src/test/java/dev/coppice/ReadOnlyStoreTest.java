package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store open for reading only is not changed, not even recovered. */
class ReadOnlyStoreTest {
    private static final StoreConfig CONFIG = StoreConfig.defaults();
    private static final StoreConfig READ_ONLY = CONFIG.withReadOnly(true);

    @TempDir Path directory;
    private Path path;
    private final Model model = new Model();

    @BeforeEach
    void setPath() {
        path = directory.resolve("store");
    }

    private void assertReadingChangesNothing(Model expected) throws IOException {
        byte[] before = Files.readAllBytes(path);
        for (int i = 0; i < 2; i++) {
            expected.verify(path, READ_ONLY);
            assertArrayEquals(before, Files.readAllBytes(path));
        }
    }

    @Test
    void cleanStoreIsReadWithoutAChange() throws IOException {
        try (Store store = Store.open(path, CONFIG);
                WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 1000; i++) {
                model.put(txn, Samples.key(i), Samples.value(i, 100));
            }
            txn.commit();
        }
        assertReadingChangesNothing(model);
        model.verify(path, CONFIG);
    }

    /** Kills a child that commits at a level; returns the number of its last commit. */
    private long killAfter(SyncLevel level, int commits) throws IOException {
        try (StoreChild child = StoreChild.start(level.name(), path)) {
            long acknowledged = -1;
            for (int i = 0; i < commits; i++) {
                acknowledged = Long.parseLong(child.line());
            }
            for (String line : child.kill()) {
                acknowledged = Long.parseLong(line);
            }
            return acknowledged;
        }
    }

    private static long lastCommit(Store store) {
        return Long.parseLong(new String(store.get(Samples.text("number")), Model.UTF_8));
    }

    @Test
    void killedStoreIsReadWithoutAChangeAndThenRecovered() throws IOException {
        for (SyncLevel level : SyncLevel.values()) {
            path = directory.resolve("store of " + level);
            long acknowledged = killAfter(level, level == SyncLevel.FULL ? 60 : 700);
            byte[] before = Files.readAllBytes(path);
            long seen;
            try (Store store = Store.open(path, READ_ONLY)) {
                seen = lastCommit(store);
            }
            assertTrue(seen >= acknowledged, seen + " < " + acknowledged);
            Model expected = StoreChild.modelAt(seen);
            assertReadingChangesNothing(expected);
            assertArrayEquals(before, Files.readAllBytes(path));
            try (Store store = Store.open(path, CONFIG)) {
                assertEquals(seen, lastCommit(store));
                expected.verify(store);
            }
            assertReadingChangesNothing(expected);
        }
    }

    @Test
    void storeWithoutItsLiveFileIsReadWithoutAChange() throws IOException {
        long acknowledged = killAfter(SyncLevel.FULL, 50);
        Files.delete(directory.resolve("store-live"));
        long seen;
        try (Store store = Store.open(path, READ_ONLY)) {
            seen = lastCommit(store);
        }
        assertTrue(seen >= acknowledged, seen + " < " + acknowledged);
        assertReadingChangesNothing(StoreChild.modelAt(seen));
        StoreChild.modelAt(seen).verify(path, CONFIG);
    }
}
