package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreClosedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Batches: all or none of each, whoever commits them. After each test the store is checked. */
class WriteBatchTest {
    private static final ColumnFamily COUNTS = ColumnFamily.of("counts");
    private static final ColumnFamily NOWHERE = ColumnFamily.of("nowhere");
    private static final StoreConfig MANUAL =
            StoreConfig.defaults()
                    .withMaintenance(MaintenanceMode.MANUAL)
                    .withBusyTimeoutMillis(50)
                    .withBatchQueueCapacity(3);
    private static final byte[] KEY = Samples.key(1);
    private static final byte[] VALUE = Samples.value(1, 50);

    @TempDir Path directory;
    private Store store;

    private void open(StoreConfig config) {
        store = Store.open(directory.resolve("store"), config);
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(COUNTS);
            txn.commit();
        }
    }

    @AfterEach
    void storeIsSound() {
        if (store == null) {
            return;
        }
        store.close();
        try (Store again = Store.open(directory.resolve("store"))) {
            assertEquals(List.of(), again.check(Progress.NONE).problems());
        }
    }

    private static void assertMisuse(Executable call, String part) {
        IllegalStateException e = assertThrows(IllegalStateException.class, call);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private static void assertMissingFamily(Executable call) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
        assertTrue(e.getMessage().contains("'nowhere'"), e.getMessage());
    }

    private long counter(long key) {
        try (Snapshot snapshot = store.snapshot()) {
            byte[] value = snapshot.get(COUNTS, key);
            return value == null
                    ? 0
                    : ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
        }
    }

    @Test
    void batchDoesWhatItSaysInItsOrder() {
        open(MANUAL);
        KeyBuilder built = new KeyBuilder().addUtf8("b");
        WriteBatch batch = new WriteBatch();
        batch.put(KEY, VALUE).delete(KEY).put(KEY, KEY).put(COUNTS, 3, VALUE, 1, 4);
        batch.put(COUNTS, built, VALUE).delete(COUNTS, built).put(COUNTS, KEY, VALUE, 0, 0);
        batch.addLong(COUNTS, 9, 4).addLong(COUNTS, built, 5).addLong(COUNTS, KEY.clone(), 0);
        assertEquals(10, batch.count());
        assertTrue(batch.bytes() > 0);
        assertThrows(IllegalArgumentException.class, () -> store.apply(batch));
        assertNull(store.get(KEY));
        batch.clear();
        batch.put(KEY, VALUE).put(COUNTS, 3, VALUE).addLong(COUNTS, 9, 4);
        batch.deleteRange(COUNTS, KeyRange.longs(0, 5)).deleteRange(COUNTS, KeyRange.from(100));
        long txn = store.apply(batch);
        assertEquals(store.latestTxn(), txn);
        assertEquals(txn, batch.txn());
        assertTrue(batch.isDone());
        assertArrayEquals(VALUE, store.get(KEY));
        assertEquals(4, counter(9));
        assertEquals(0, counter(3));
    }

    @Test
    void batchMayBeAppliedAgainAndFilledAgain() {
        open(MANUAL);
        WriteBatch batch = new WriteBatch().addLong(COUNTS, 1, 2);
        store.apply(batch);
        store.apply(batch);
        assertEquals(4, counter(1));
        batch.addLong(COUNTS, 1, 10);
        assertFalse(batch.isDone());
        store.apply(batch);
        assertEquals(16, counter(1));
        batch.clear();
        assertEquals(0, batch.count());
        assertEquals(0, batch.bytes());
        assertEquals(store.latestTxn(), store.apply(batch));
    }

    @Test
    void batchInsideATransactionIsPartOfIt() {
        open(MANUAL);
        WriteBatch batch = new WriteBatch().addLong(COUNTS, 1, 2).put(KEY, VALUE);
        try (WriteTransaction txn = store.begin()) {
            txn.apply(batch);
            txn.apply(batch);
            assertEquals(5, txn.addLong(COUNTS, 1, 1));
            assertMisuse(() -> store.apply(batch), "this thread has a write transaction open");
            txn.commit();
        }
        assertEquals(5, counter(1));
        assertFalse(batch.isDone());
    }

    @Test
    void batchThatFailsInsideATransactionLeavesOnlyTheWayBack() {
        open(MANUAL);
        WriteBatch batch = new WriteBatch().put(KEY, VALUE).delete(NOWHERE, KEY);
        try (WriteTransaction txn = store.begin()) {
            txn.addLong(COUNTS, 1, 1);
            WriteHandle.Savepoint savepoint = txn.savepoint();
            assertMissingFamily(() -> txn.apply(batch));
            assertMisuse(() -> txn.put(KEY, VALUE), "an earlier operation");
            txn.rollbackTo(savepoint);
            txn.addLong(COUNTS, 1, 1);
            txn.commit();
        }
        assertNull(store.get(KEY));
        assertEquals(2, counter(1));
    }

    @Test
    void submittedBatchesAreDoneByWork() throws InterruptedException {
        open(MANUAL);
        List<WriteBatch> batches = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            WriteBatch batch = new WriteBatch().addLong(COUNTS, 1, i).put(KEY, Samples.key(i));
            assertTrue(store.trySubmit(batch));
            assertFalse(batch.isDone());
            assertFalse(batch.await(0, TimeUnit.SECONDS));
            batches.add(batch);
        }
        WriteBatch tooMany = new WriteBatch().addLong(COUNTS, 1, 100);
        assertFalse(store.trySubmit(tooMany));
        tooMany.put(KEY, VALUE);
        long before = store.latestTxn();
        assertTrue(store.doWork() >= 3);
        for (WriteBatch batch : batches) {
            assertTrue(batch.await(0, TimeUnit.SECONDS));
            assertEquals(store.latestTxn(), batch.txn());
        }
        assertTrue(store.latestTxn() > before);
        assertEquals(3, counter(1));
        assertArrayEquals(Samples.key(2), store.get(KEY));
    }

    @Test
    void submittedBatchBelongsToTheStoreUntilItIsDone() {
        open(MANUAL);
        WriteBatch batch = new WriteBatch().put(KEY, VALUE);
        assertMisuse(batch::txn, "not done");
        assertTrue(store.trySubmit(batch));
        assertMisuse(batch::txn, "not done");
        assertMisuse(batch::clear, "not done yet");
        assertMisuse(() -> batch.put(KEY, VALUE), "not done yet");
        assertMisuse(() -> batch.delete(COUNTS, 1), "not done yet");
        assertMisuse(() -> batch.addLong(COUNTS, 1, 1), "not done yet");
        assertMisuse(() -> store.trySubmit(batch), "not done yet");
        assertMisuse(() -> store.apply(batch), "not done yet");
        try (WriteTransaction txn = store.begin()) {
            assertMisuse(() -> txn.apply(batch), "not done yet");
            store.doWork();
            assertFalse(batch.isDone());
        }
        store.doWork();
        batch.clear();
    }

    @Test
    void batchThatFailsDoesSoAlone() throws InterruptedException {
        open(MANUAL);
        WriteBatch good = new WriteBatch().addLong(COUNTS, 1, 1);
        WriteBatch bad = new WriteBatch().addLong(COUNTS, 1, 10).put(NOWHERE, KEY, VALUE);
        WriteBatch late = new WriteBatch().addLong(COUNTS, 1, 100);
        assertTrue(store.trySubmit(good));
        assertTrue(store.trySubmit(bad));
        assertTrue(store.trySubmit(late));
        store.doWork();
        assertEquals(good.txn(), late.txn());
        assertTrue(bad.await(0, TimeUnit.SECONDS));
        assertMissingFamily(bad::txn);
        assertEquals(101, counter(1));
    }

    @Test
    void oneWhoAppliesTakesTheOthersAlong() {
        open(MANUAL);
        WriteBatch waiting = new WriteBatch().addLong(COUNTS, 1, 1);
        assertTrue(store.trySubmit(waiting));
        long txn = store.apply(new WriteBatch().addLong(COUNTS, 1, 2));
        assertEquals(txn, waiting.txn());
    }

    @Test
    void closingCommitsWhatWaits() throws InterruptedException {
        open(MANUAL);
        WriteBatch batch = new WriteBatch().put(KEY, VALUE);
        assertTrue(store.trySubmit(batch));
        store.close();
        assertTrue(batch.await(0, TimeUnit.SECONDS));
        assertTrue(batch.txn() > 0);
        assertThrows(StoreClosedException.class, () -> store.trySubmit(batch));
        assertThrows(StoreClosedException.class, () -> store.apply(batch));
        batch.clear();
        store = Store.open(directory.resolve("store"));
        assertArrayEquals(VALUE, store.get(KEY));
    }

    @Test
    void applyGivesUpWhenATransactionStaysOpen() throws InterruptedException {
        open(MANUAL);
        WriteBatch batch = new WriteBatch().put(KEY, VALUE);
        try (WriteTransaction txn = store.begin()) {
            Crew crew = new Crew(0);
            crew.once(
                    Thread.ofVirtual(),
                    () -> assertThrows(BusyException.class, () -> store.apply(batch)));
            crew.join();
            txn.commit();
        }
        assertFalse(batch.isDone());
        store.apply(batch);
        assertArrayEquals(VALUE, store.get(KEY));
    }

    @Test
    void interruptEndsTheWaitOfApply() throws InterruptedException {
        open(MANUAL.withBusyTimeoutMillis(60_000));
        WriteBatch batch = new WriteBatch().put(KEY, VALUE);
        try (WriteTransaction txn = store.begin()) {
            Crew crew = new Crew(0);
            Thread thread =
                    crew.once(
                            Thread.ofPlatform(),
                            () -> {
                                assertThrows(BusyException.class, () -> store.apply(batch));
                                assertTrue(Thread.interrupted());
                            });
            Await.waiting(thread);
            thread.interrupt();
            crew.join();
            txn.commit();
        }
        assertFalse(batch.isDone());
    }

    @Test
    void readOnlyStoreTakesNoBatch() {
        open(MANUAL);
        store.close();
        StoreConfig readOnly = MANUAL.withReadOnly(true);
        try (Store other = Store.open(directory.resolve("store"), readOnly)) {
            WriteBatch batch = new WriteBatch();
            assertThrows(ReadOnlyException.class, () -> other.apply(batch));
            assertThrows(ReadOnlyException.class, () -> other.trySubmit(batch));
            assertThrows(ReadOnlyException.class, other::writer);
            batch.clear();
        }
    }

    @Test
    void badKeysAndRangesAreRefusedWhenTheyAreWrittenDown() {
        WriteBatch batch = new WriteBatch();
        byte[] tooLong = new byte[65_537];
        assertThrows(IllegalArgumentException.class, () -> batch.put(tooLong, VALUE));
        assertThrows(IllegalArgumentException.class, () -> batch.delete(new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> batch.addLong(COUNTS, tooLong, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.put(COUNTS, KEY, VALUE, 1, 50));
        assertThrows(NullPointerException.class, () -> batch.put(null, KEY, VALUE));
        assertThrows(NullPointerException.class, () -> batch.put(KEY, null));
        assertThrows(NullPointerException.class, () -> batch.deleteRange(COUNTS, null));
        assertEquals(0, batch.count());
        assertEquals(0, batch.bytes());
    }

    @Test
    void eightPlatformThreadsCombineTheirBatches() throws InterruptedException {
        open(StoreConfig.defaults());
        combine(Thread.ofPlatform());
    }

    @Test
    void eightVirtualThreadsCombineTheirBatches() throws InterruptedException {
        open(StoreConfig.defaults());
        combine(Thread.ofVirtual());
    }

    /** Each adds to a counter of its own and to one of all; every fifth batch fails. */
    private void combine(Thread.Builder builder) throws InterruptedException {
        int threads = 8;
        long rounds = 400;
        AtomicLong applied = new AtomicLong();
        Crew crew = new Crew(0);
        for (int i = 0; i < threads; i++) {
            long mine = 1L + i;
            crew.once(
                    builder,
                    () -> {
                        WriteBatch batch = new WriteBatch();
                        long last = 0;
                        for (long round = 0; round < rounds; round++) {
                            batch.clear();
                            batch.addLong(COUNTS, 0, 1).addLong(COUNTS, mine, 1);
                            batch.put(Samples.key(mine), Samples.value(round, 30));
                            if (round % 5 == 4) {
                                batch.put(NOWHERE, KEY, VALUE);
                                assertMissingFamily(() -> run(batch, mine));
                            } else {
                                long txn = run(batch, mine);
                                assertTrue(txn > last, "order of one thread's batches");
                                last = txn;
                                applied.incrementAndGet();
                            }
                        }
                    });
        }
        crew.join();
        assertEquals(threads * rounds * 4 / 5, applied.get());
        assertEquals(applied.get(), counter(0));
        for (int i = 0; i < threads; i++) {
            assertEquals(rounds * 4 / 5, counter(1L + i));
            assertArrayEquals(Samples.value(rounds - 2, 30), store.get(Samples.key(1L + i)));
        }
    }

    /** Half of the threads apply, the others submit and wait. */
    private long run(WriteBatch batch, long thread) throws InterruptedException {
        if (thread % 2 == 0) {
            return store.apply(batch);
        }
        while (!store.trySubmit(batch)) {
            Thread.onSpinWait();
        }
        assertTrue(batch.await(1, TimeUnit.MINUTES));
        return batch.txn();
    }
}
