package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreClosedException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who does the work in the background, and when. After each test the store is checked. */
class MaintenanceTest {
    private static final StoreConfig THREAD = StoreConfig.defaults().withCloseTimeoutMillis(0);
    private static final StoreConfig MANUAL =
            THREAD.withMaintenance(MaintenanceMode.MANUAL)
                    .withCheckpointBytes(1 << 16)
                    .withCheckpointIntervalMillis(86_400_000);

    @TempDir Path directory;
    private final Model model = new Model();
    private StoreConfig config = MANUAL;
    private Store store;

    private void open(StoreConfig chosen) {
        config = chosen;
        store = Store.open(directory.resolve("store"), chosen);
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        model.verify(directory.resolve("store"), config);
    }

    private void write(int from, int count) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = from; i < from + count; i++) {
                model.put(txn, Samples.key(i), Samples.value(i, 1000));
            }
            txn.commit();
        }
    }

    private static boolean hasThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("coppice-maintenance store"));
    }

    private void workUntilIdle() {
        int rounds = 0;
        while (store.doWork() > 0) {
            rounds++;
            assertTrue(rounds < 1000, "work that never ends");
        }
    }

    @Test
    void storeHasOneThreadUntilItIsClosed() {
        open(THREAD);
        assertTrue(hasThread());
        store.close();
        assertFalse(hasThread());
    }

    @Test
    void manualStoreHasNoThreadAndDoesNothingByItself() {
        open(MANUAL);
        write(0, 500);
        assertFalse(hasThread());
        assertNotEquals(store.latestTxn(), store.durableTxn());
    }

    @Test
    void doWorkCheckpointsWhatWasWritten() {
        open(MANUAL);
        write(0, 500);
        assertTrue(store.doWork() > 0);
        assertEquals(store.latestTxn(), store.durableTxn());
        workUntilIdle();
        assertEquals(0, store.doWork());
    }

    @Test
    void doWorkGrowsTheFileAheadOfNeed() {
        open(MANUAL);
        write(0, 250);
        long before = store.stats().fileBytes();
        Await.until(() -> {
            write(model.of(ColumnFamily.DEFAULT).size(), 20);
            workUntilIdle();
            return store.stats().fileBytes() > before;
        });
    }

    @Test
    void doWorkCheckpointsByAge() {
        open(MANUAL.withCheckpointBytes(1L << 40).withCheckpointIntervalMillis(10));
        write(0, 1);
        Await.until(() -> {
            store.doWork();
            return store.durableTxn() == store.latestTxn();
        });
    }

    @Test
    void levelOffIsNeverCheckpointedByItself() {
        open(MANUAL.withSyncLevel(SyncLevel.OFF).withCheckpointIntervalMillis(10));
        long durable = store.durableTxn();
        for (int i = 0; i < 20; i++) {
            write(i * 50, 50);
            store.doWork();
        }
        assertEquals(durable, store.durableTxn());
    }

    @Test
    void doWorkInsideTheOwnTransactionReturnsAndCheckpointsAfterIt() {
        open(MANUAL);
        write(0, 500);
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, Samples.key(1), Samples.value(7, 10));
            store.doWork();
            assertNotEquals(store.latestTxn(), store.durableTxn());
            txn.commit();
        }
        Await.until(() -> {
            store.doWork();
            return store.durableTxn() == store.latestTxn();
        });
    }

    @Test
    void readOnlyStoreHasNothingToDo() {
        open(MANUAL);
        write(0, 10);
        store.close();
        for (MaintenanceMode mode : MaintenanceMode.values()) {
            StoreConfig reading = config.withReadOnly(true).withMaintenance(mode);
            try (Store readOnly = Store.open(directory.resolve("store"), reading)) {
                assertEquals(0, readOnly.doWork());
                assertFalse(hasThread());
            }
        }
    }

    @Test
    void doWorkOfAClosedStoreIsRefused() {
        open(MANUAL);
        store.close();
        assertThrows(StoreClosedException.class, store::doWork);
    }

    @Test
    void manyThreadsMayWorkBesideTheStoresOwnAndWriters() throws InterruptedException {
        open(THREAD.withCheckpointBytes(1 << 16).withCheckpointIntervalMillis(10));
        Crew crew = new Crew(1_000);
        for (int i = 0; i < 4; i++) {
            crew.repeat(i < 2 ? Thread.ofPlatform() : Thread.ofVirtual(), store::doWork);
        }
        int round = 0;
        while (crew.isWorking()) {
            write(round++ % 20 * 50, 50);
        }
        crew.join();
    }

    @Test
    void closeWaitsForWorkAndEndsIt() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            open(MANUAL.withCheckpointIntervalMillis(10));
            write(0, 100);
            Crew crew = new Crew(60_000);
            for (int i = 0; i < 3; i++) {
                crew.once(
                        Thread.ofPlatform(),
                        () -> {
                            while (true) {
                                try {
                                    store.doWork();
                                } catch (StoreClosedException e) {
                                    return;
                                }
                            }
                        });
            }
            write(100, 100);
            store.close();
            crew.join();
        }
    }
}
