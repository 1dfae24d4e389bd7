package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who removes expired entries, how much at a time, and who learns of it. */
class PurgeTest {
    private static final ColumnFamily A = ColumnFamily.of("a");
    private static final ColumnFamily B = ColumnFamily.of("b");
    private static final byte[] VALUE = new byte[20];
    private static final int ENTRIES = 3_000;

    private final AtomicLong now = new AtomicLong(1_000);
    private final List<Told> told = new CopyOnWriteArrayList<>();
    private Store store = Store.inMemory();

    private record Told(ColumnFamily family, long txn, List<Long> keys) {}

    private StoreConfig config() {
        StoreListener listener =
                new StoreListener() {
                    @Override
                    public void expired(ColumnFamily family, List<byte[]> keys, long txn) {
                        assertTrue(store.latestTxn() >= txn, "told before the commit");
                        List<Long> numbers =
                                keys.stream().map(key -> Keys.decode(key, 0, 8)).toList();
                        told.add(new Told(family, txn, numbers));
                    }
                };
        return StoreConfig.defaults()
                .withPageBytes(512)
                .withMaintenance(MaintenanceMode.MANUAL)
                .withListener(listener)
                .withClock(() -> Instant.ofEpochMilli(now.get()));
    }

    /** Of each three entries one stays, one expires at 2,000 and one at 3,000. */
    private void open(StoreConfig config) {
        store.close();
        store = Store.inMemory(config);
        try (WriteTransaction txn = store.begin()) {
            for (ColumnFamily family : List.of(A, B)) {
                txn.createFamily(family);
                for (int i = 0; i < ENTRIES; i++) {
                    Lifetime lifetime =
                            i % 3 == 0 ? Lifetime.FOREVER : Lifetime.until(1_000 + i % 3 * 1_000);
                    txn.put(family, i, VALUE, lifetime);
                }
            }
            txn.commit();
        }
    }

    @AfterEach
    void close() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
    }

    private long count(ColumnFamily family) {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.count(family);
        }
    }

    @Test
    void purgeRemovesWhatHasExpiredAndNothingElse() {
        open(config());
        assertEquals(0, store.purgeExpired());
        now.set(2_000);
        assertEquals(ENTRIES / 3, store.purgeExpired(A));
        assertEquals(ENTRIES / 3 * 2, count(A));
        assertEquals(ENTRIES, count(B));
        now.set(3_000);
        assertEquals(ENTRIES, store.purgeExpired());
        for (ColumnFamily family : List.of(A, B)) {
            try (Snapshot snapshot = store.snapshot();
                    Cursor cursor = snapshot.cursor(family)) {
                for (long i = 0; i < ENTRIES; i += 3) {
                    assertTrue(cursor.next());
                    assertEquals(i, cursor.keyLong());
                }
                assertEquals(0, snapshot.countExpired(family, KeyRange.all()));
            }
        }
        long txn = store.latestTxn();
        assertEquals(0, store.purgeExpired());
        assertEquals(txn, store.latestTxn(), "a purge that finds nothing changes nothing");
    }

    @Test
    void budgetTakesTheLowestKeys() {
        open(config());
        now.set(2_000);
        assertEquals(10, store.purgeExpired(A, 10));
        try (WriteTransaction txn = store.begin()) {
            assertEquals(7, txn.purgeExpired(A, 7));
            assertEquals(ENTRIES - 17, txn.count(A));
            try (Cursor cursor = txn.cursor(A, KeyRange.all())) {
                assertTrue(cursor.next());
            }
            assertEquals(ENTRIES / 3 - 17, txn.countExpired(A, KeyRange.all()));
            now.set(0);
            assertNull(txn.get(A, 49));
            assertArrayEquals(VALUE, txn.get(A, 52));
        }
        assertEquals(ENTRIES - 10, count(A));
        assertThrows(IllegalArgumentException.class, () -> store.purgeExpired(A, 0));
    }

    @Test
    void listenerLearnsOfKeysThatWentWhenTheyAreGone() {
        open(config());
        now.set(2_000);
        long txn;
        try (WriteTransaction changes = store.begin()) {
            changes.purgeExpired(A, 3);
            WriteHandle.Savepoint savepoint = changes.savepoint();
            changes.purgeExpired(A, 3);
            changes.rollbackTo(savepoint);
            changes.purgeExpired(B, 1);
            txn = changes.commit();
        }
        try (WriteTransaction rolledBack = store.begin()) {
            rolledBack.purgeExpired(A);
        }
        assertEquals(List.of(), told);
        store.doWork();
        assertEquals(
                List.of(new Told(A, txn, List.of(1L, 4L, 7L)), new Told(B, txn, List.of(1L))),
                told);
    }

    @Test
    void nothingIsRemovedInTheBackgroundByDefault() {
        open(config());
        now.set(9_000);
        for (int i = 0; i < 10; i++) {
            store.doWork();
        }
        assertEquals(ENTRIES, count(A));
    }

    @Test
    void sweepRemovesInStepsThatKeepToTheirBudget() {
        open(config().withExpirySweep(new ExpirySweep(1, 50, 1_000)));
        now.set(2_000);
        await(() -> count(A) + count(B) == ENTRIES / 3 * 4);
        List<Long> keys = new ArrayList<>();
        for (Told each : told) {
            assertTrue(each.keys().size() <= 50, () -> each.keys().size() + " in one transaction");
            keys.addAll(each.keys());
        }
        assertEquals(ENTRIES / 3 * 2, keys.size());
        long txn = store.latestTxn();
        for (int i = 0; i < 50; i++) {
            store.doWork();
        }
        assertEquals(txn, store.latestTxn(), "a sweep that finds nothing writes nothing");
        now.set(3_000);
        await(() -> count(A) + count(B) == ENTRIES / 3 * 2);
    }

    private void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            store.doWork();
        }
    }

    @Test
    void sweepLeavesARunningTransactionAlone() throws InterruptedException {
        open(config().withExpirySweep(ExpirySweep.every(1)));
        now.set(2_000);
        try (WriteTransaction txn = store.begin()) {
            txn.put(A, -1, VALUE);
            Thread worker =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 20; i++) {
                                    store.doWork();
                                }
                            });
            worker.join();
            store.doWork();
            assertEquals(ENTRIES, count(A));
            txn.dropFamily(B);
            txn.commit();
        }
        await(() -> count(A) == ENTRIES / 3 * 2 + 1);
    }

    @Test
    void flagsAboveGoWithTheLastDeadline() {
        open(config());
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < ENTRIES; i++) {
                if (i % 6 == 1) {
                    txn.delete(A, i);
                } else {
                    txn.persist(A, i);
                }
            }
            txn.commit();
        }
        store.purgeExpired(A);
        try (Snapshot snapshot = store.snapshot()) {
            assertEquals(false, snapshot.tree(A).mayExpire());
            assertEquals(true, snapshot.tree(B).mayExpire());
        }
    }

    @Test
    void sweepIsChecked() {
        assertEquals(
                "expiry sweep: maxEntries=0, must be 1 to 1048576",
                assertThrows(IllegalArgumentException.class, () -> new ExpirySweep(5, 0, 1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new ExpirySweep(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new ExpirySweep(1, 1, 1_001));
        assertEquals(false, ExpirySweep.off().isOn());
    }
}
