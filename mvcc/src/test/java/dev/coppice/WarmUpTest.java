package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages read ahead: how many, in which order, and what happens when they are not there. */
class WarmUpTest {
    private static final StoreConfig CONFIG =
            StoreConfig.defaults()
                    .withCloseTimeoutMillis(0)
                    .withMaintenance(MaintenanceMode.MANUAL);
    private static final int PAGE = 4096;
    private static final int ENTRIES = 20_000;

    @TempDir Path directory;
    private final Model model = new Model();
    private Path path;
    private Store store;

    @BeforeEach
    void fill() {
        path = directory.resolve("store");
        store = Store.open(path, CONFIG);
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < ENTRIES; i++) {
                model.put(txn, Samples.key(i), Samples.value(i, 50));
            }
            txn.createFamily(Samples.OTHER);
            model.create(Samples.OTHER);
            model.put(txn, Samples.OTHER, Samples.key(1), Samples.value(1, 50_000));
            txn.commit();
        }
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        model.verify(path, CONFIG);
    }

    private long usedBytes() {
        return store.check((_, _) -> {}).pages() * PAGE;
    }

    @Test
    void everyBranchAndLeafIsReadOnce() {
        long all = store.warmUp(Long.MAX_VALUE);
        assertEquals(all, store.warmUp(Long.MAX_VALUE));
        assertTrue(all > 100 * PAGE && all <= usedBytes(), all + " of " + usedBytes());
    }

    @Test
    void budgetIsKept() {
        assertEquals(0, store.warmUp(0));
        assertEquals(0, store.warmUp(PAGE - 1));
        assertEquals(PAGE, store.warmUp(PAGE));
        assertEquals(50 * PAGE, store.warmUp(50 * PAGE));
        assertThrows(IllegalArgumentException.class, () -> store.warmUp(-1));
    }

    @Test
    void rangeReadsItsPartOnly() {
        try (Snapshot snapshot = store.snapshot()) {
            long all = snapshot.prefetch(ColumnFamily.DEFAULT, KeyRange.all());
            KeyRange part = snapshot.split(ColumnFamily.DEFAULT, KeyRange.all(), 10).get(5);
            long tenth = snapshot.prefetch(ColumnFamily.DEFAULT, part);
            assertTrue(tenth > all / 20 && tenth < all / 5, tenth + " of " + all);
            byte[] key = Samples.key(7);
            long none = snapshot.prefetch(ColumnFamily.DEFAULT, KeyRange.of(key, key));
            assertTrue(none <= 4 * PAGE, none + " bytes for nothing");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> snapshot.prefetch(ColumnFamily.of("absent"), KeyRange.all()));
            assertThrows(
                    NullPointerException.class,
                    () -> snapshot.prefetch(ColumnFamily.DEFAULT, null));
        }
    }

    @Test
    void transactionPrefetchesWhatItSees() {
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            model.put(txn, Samples.key(3), Samples.value(4, 60));
            assertTrue(txn.prefetch(ColumnFamily.DEFAULT, KeyRange.all()) > 100 * PAGE);
            txn.commit();
        }
    }

    @Test
    void closedHandlesRefuse() {
        Snapshot snapshot = store.snapshot();
        snapshot.close();
        assertThrows(
                SnapshotClosedException.class,
                () -> snapshot.prefetch(ColumnFamily.DEFAULT, KeyRange.all()));
        store.close();
        assertThrows(StoreClosedException.class, () -> store.warmUp(PAGE));
    }

    @Test
    void fileThatIsCutIsAnErrorAndNoFault() throws Exception {
        store.close();
        Path copy = directory.resolve("copy");
        Files.copy(path, copy);
        try (Store cut = Store.open(copy, CONFIG.withVerify(Verify.NEVER))) {
            try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
                byte[] kept = new byte[(int) file.length() - (1 << 19)];
                file.seek(1 << 19);
                file.readFully(kept);
                file.setLength(1 << 19);
                assertThrows(CorruptStoreException.class, () -> cut.warmUp(Long.MAX_VALUE));
                file.seek(1 << 19);
                file.write(kept);
            }
            assertArrayEquals(Samples.value(5, 50), cut.get(Samples.key(5)));
        }
    }
}
