package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that has no room left can be read, and deletes make room again. */
@Timeout(value = 1800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullStoreTest {
    private static final StoreConfig CONFIG = StoreConfig.defaults().withMaxBytes(2 << 20);

    @TempDir Path directory;
    private final Model model = new Model();
    private Path path;

    @BeforeEach
    void setPath() {
        path = directory.resolve("store");
    }

    /** Commits that wait for the medium are fewer and larger. */
    private static int entriesPerCommit(SyncLevel level) {
        return level == SyncLevel.FULL ? 20 : 1;
    }

    /** Commits entries until the store is full; returns how many there are. */
    private int fill(Store store, ColumnFamily family, SyncLevel level, int valueBytes) {
        int perCommit = entriesPerCommit(level);
        for (int i = 0; i < 1 << 20; i += perCommit) {
            try (WriteTransaction txn = store.begin(level)) {
                for (int j = i; j < i + perCommit; j++) {
                    txn.put(family, Samples.key(j), Samples.value(j, valueBytes));
                }
                txn.commit();
            } catch (StoreFullException e) {
                assertTrue(e.getMessage().length() > 20, e.getMessage());
                return i;
            }
            for (int j = i; j < i + perCommit; j++) {
                model.of(family).put(Samples.key(j), Samples.value(j, valueBytes));
            }
        }
        throw new AssertionError("the store was never full");
    }

    /**
     * The records of changed families go into the catalogue when a transaction is asked for its
     * families, as at its commit. Without the pages that are kept for the latter, to ask failed it.
     */
    @Test
    void transactionThatTookTheLastPageNamesItsFamilies() {
        StoreConfig config = StoreConfig.defaults().withPageBytes(512).withMaxBytes(1 << 20);
        try (Store store = Store.inMemory(config)) {
            try (WriteTransaction txn = store.begin()) {
                txn.createFamily(Samples.OTHER);
                txn.commit();
            }
            int refused = 0;
            for (int i = 0; refused < 20; i++) {
                try (WriteTransaction txn = store.begin()) {
                    try {
                        txn.put(Samples.OTHER, Samples.key(i % 5000), Samples.value(i, i % 400));
                    } catch (StoreFullException e) {
                        refused++;
                        continue;
                    }
                    assertTrue(txn.families().contains(Samples.OTHER));
                    txn.rollbackTo(txn.savepoint());
                    txn.commit();
                }
            }
        }
    }

    private void deleteHalf(Store store, ColumnFamily family, SyncLevel level, int count) {
        int perCommit = entriesPerCommit(level);
        for (int i = 0; i < count / 2; i += perCommit) {
            try (WriteTransaction txn = store.begin(level)) {
                for (int j = i; j < i + perCommit; j++) {
                    assertTrue(txn.delete(family, Samples.key(j)));
                    model.of(family).remove(Samples.key(j));
                }
                txn.commit();
            }
        }
    }

    private void fillDeleteAndFillAgain(
            StoreConfig config, ColumnFamily family, SyncLevel level, int valueBytes) {
        try (Store store = Store.open(path, config)) {
            if (!family.equals(ColumnFamily.DEFAULT)) {
                try (WriteTransaction txn = store.begin()) {
                    txn.createFamily(family);
                    txn.commit();
                }
                model.create(family);
            }
            int count = fill(store, family, level, valueBytes);
            model.verify(store);
            byte[] more = Samples.value(9, valueBytes);
            assertThrows(
                    StoreFullException.class,
                    () -> {
                        for (int i = 0; i < 100; i++) {
                            store.put(family, Samples.key(1000_000 + i), more);
                            model.of(family).put(Samples.key(1000_000 + i), more);
                        }
                    });
            model.verify(store);
            deleteHalf(store, family, level, count);
            model.verify(store);
            Model.checkpoint(store);
            for (int i = 0; i < count / 4; i++) {
                store.put(family, Samples.key(i), Samples.value(-i, valueBytes));
                model.of(family).put(Samples.key(i), Samples.value(-i, valueBytes));
            }
            model.verify(store);
        }
        model.verify(path, config);
    }

    @ParameterizedTest
    @EnumSource(SyncLevel.class)
    void fullStoreIsReadAndDeletesMakeRoom(SyncLevel level) throws IOException {
        fillDeleteAndFillAgain(CONFIG, ColumnFamily.DEFAULT, level, 800);
        assertTrue(Files.size(path) <= CONFIG.maxBytes());
    }

    @ParameterizedTest
    @EnumSource(SyncLevel.class)
    void fullStoreDeletesInANamedFamily(SyncLevel level) {
        fillDeleteAndFillAgain(CONFIG, Samples.OTHER, level, 2000);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 4096})
    void fullStoreDeletesOverflowRuns(int pageBytes) {
        StoreConfig config = CONFIG.withPageBytes(pageBytes);
        fillDeleteAndFillAgain(config, Samples.OTHER, SyncLevel.NORMAL, 10_000);
    }

    @Test
    void fullStoreIsClearedAndFilledAgain() {
        try (Store store = Store.open(path, CONFIG)) {
            for (int round = 0; round < 3; round++) {
                fill(store, ColumnFamily.DEFAULT, SyncLevel.NORMAL, 100);
                try (WriteTransaction txn = store.begin()) {
                    txn.clear(ColumnFamily.DEFAULT);
                    txn.commit();
                }
                model.of(ColumnFamily.DEFAULT).clear();
                model.verify(store);
            }
        }
        model.verify(path, CONFIG);
    }

    @Test
    void transactionTooLargeIsRolledBackAsAWholeOrToASavepoint() {
        try (Store store = Store.open(path, CONFIG)) {
            for (SyncLevel level : SyncLevel.values()) {
                try (WriteTransaction txn = store.begin(level)) {
                    model.put(txn, Samples.text(level.name()), Samples.value(1, 50));
                    WriteHandle.Savepoint savepoint = txn.savepoint();
                    assertThrows(StoreFullException.class, () -> putWithoutEnd(txn));
                    assertThrows(
                            IllegalStateException.class,
                            () -> txn.put(Samples.key(1), Samples.key(1)));
                    txn.rollbackTo(savepoint);
                    model.put(txn, Samples.text("z" + level.name()), Samples.value(2, 50));
                    txn.commit();
                }
                model.verify(store);
                try (WriteTransaction txn = store.begin(level)) {
                    assertThrows(StoreFullException.class, () -> putWithoutEnd(txn));
                    assertThrows(IllegalStateException.class, txn::commit);
                }
                model.verify(store);
            }
        }
        model.verify(path, CONFIG);
    }

    private static void putWithoutEnd(WriteTransaction txn) {
        for (int i = 100; i < 1 << 20; i++) {
            txn.put(Samples.key(i), Samples.value(i, 3000));
        }
    }

    @Test
    void valueLargerThanTheStoreIsRefusedWithItsSize() {
        try (Store store = Store.open(path, CONFIG)) {
            byte[] value = new byte[3 << 20];
            StoreFullException e =
                    assertThrows(StoreFullException.class, () -> store.put(Samples.key(1), value));
            assertTrue(e.getMessage().contains("2097152"), e.getMessage());
            store.put(Samples.key(1), Samples.key(2));
            assertArrayEquals(Samples.key(2), store.get(Samples.key(1)));
        }
    }

    @Test
    void snapshotKeepsAFullStoreFullUntilItCloses() {
        try (Store store = Store.open(path, CONFIG)) {
            int count = fill(store, ColumnFamily.DEFAULT, SyncLevel.NORMAL, 400);
            Model before = model.copy();
            try (Snapshot snapshot = store.snapshot()) {
                try (WriteTransaction txn = store.begin()) {
                    txn.clear(ColumnFamily.DEFAULT);
                    txn.commit();
                }
                model.of(ColumnFamily.DEFAULT).clear();
                int again = fill(store, ColumnFamily.DEFAULT, SyncLevel.NORMAL, 400);
                assertTrue(again < count / 2, again + " of " + count);
                before.verify(snapshot);
            }
            model.verify(store);
            try (WriteTransaction txn = store.begin()) {
                txn.clear(ColumnFamily.DEFAULT);
                txn.commit();
            }
            model.of(ColumnFamily.DEFAULT).clear();
            int afterwards = fill(store, ColumnFamily.DEFAULT, SyncLevel.NORMAL, 400);
            assertTrue(afterwards > count / 2, afterwards + " of " + count);
        }
        model.verify(path, CONFIG);
    }

    @Test
    void fullStoreInMemoryBehavesAlike() {
        try (Store store = Store.inMemory(CONFIG)) {
            int count = fill(store, ColumnFamily.DEFAULT, SyncLevel.NORMAL, 300);
            deleteHalf(store, ColumnFamily.DEFAULT, SyncLevel.NORMAL, count);
            Model.checkpoint(store);
            store.put(Samples.key(0), Samples.value(0, 300));
            model.of(ColumnFamily.DEFAULT).put(Samples.key(0), Samples.value(0, 300));
            model.verify(store);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2048, 4096, 16_384})
    void deletesAllOverAFullStoreAreNeverRefused(int pageBytes) {
        StoreConfig config = CONFIG.withPageBytes(pageBytes).withMaxBytes(4 << 20);
        try (Store store = Store.inMemory(config)) {
            int count = fill(store, ColumnFamily.DEFAULT, SyncLevel.NORMAL, 300);
            // Neighbours in the order of the keys are far from each other in that of the deletes.
            for (int i = 0; i < count; i++) {
                byte[] key = Samples.key((i * 7919L + 1) % count);
                store.delete(key);
                model.of(ColumnFamily.DEFAULT).remove(key);
            }
            model.verify(store);
        }
    }

    @Test
    void fullDiskIsAsAFullStore() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory, "3m")) {
            StoreConfig config = CONFIG.withMaxBytes(1 << 30);
            fillDeleteAndFillAgain(config, ColumnFamily.DEFAULT, SyncLevel.NORMAL, 300);
            disk.resize("8m");
            try (Store store = Store.open(path, config)) {
                store.put(Samples.key(3), Samples.value(3, 1 << 20));
                model.of(ColumnFamily.DEFAULT).put(Samples.key(3), Samples.value(3, 1 << 20));
            }
            model.verify(path, config);
        }
    }

    @Test
    void diskThatFillsUpUnderFullCommitsLosesNone() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory, "2m")) {
            StoreConfig config = CONFIG.withMaxBytes(1 << 30).withSyncLevel(SyncLevel.FULL);
            fillDeleteAndFillAgain(config, Samples.OTHER, SyncLevel.FULL, 5000);
            disk.resize("3m");
            model.verify(path, config);
        }
    }

    @Test
    void storeOnAFullDiskIsNotCreated() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory, "40k")) {
            assertThrows(StoreFullException.class, () -> Store.open(path, CONFIG));
            assertTrue(Files.notExists(path));
            disk.resize("2m");
            try (Store store = Store.open(path, CONFIG)) {
                assertNull(store.get(Samples.key(1)));
            }
        }
    }
}
