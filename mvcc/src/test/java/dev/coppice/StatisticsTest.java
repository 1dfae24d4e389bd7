package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import dev.coppice.error.SnapshotClosedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is counted, by whichever operation, and what is not. */
class StatisticsTest {
    private static final ColumnFamily DEFAULT = ColumnFamily.DEFAULT;

    private final AtomicLong now = new AtomicLong(1_000);
    private final Store store =
            Store.inMemory(
                    StoreConfig.defaults()
                            .withPageBytes(1024)
                            .withBusyTimeoutMillis(0)
                            .withMaintenance(MaintenanceMode.MANUAL)
                            .withClock(() -> Instant.ofEpochMilli(now.get())));

    @AfterEach
    void close() {
        store.close();
    }

    private StoreCounts counts() {
        return store.stats().counts();
    }

    @Test
    void everyWayToStoreAnEntryIsAPut() {
        try (Arena arena = Arena.ofConfined();
                WriteTransaction txn = store.begin()) {
            MemorySegment memory = arena.allocate(30);
            txn.put(DEFAULT, new byte[] {1}, new byte[10]);
            txn.put(DEFAULT, 2L, new byte[10], 3, 5);
            txn.put(DEFAULT, 3L, memory, 0, 30);
            txn.put(DEFAULT, 4L, MemorySegment.ofArray(new byte[7]), 0, 7);
            txn.put(DEFAULT, 5L, new byte[1], Lifetime.FOREVER);
            txn.append(DEFAULT, 6L, new byte[20]);
            txn.addLong(DEFAULT, 7L, 1);
            txn.addLong(DEFAULT, 7L, 1);
            txn.putReserve(DEFAULT, 8L, 16);
            assertTrue(txn.putIfAbsent(DEFAULT, 9L, new byte[2]));
            assertEquals(10, counts().puts());
            assertEquals(11 + 13 + 38 + 15 + 9 + 28 + 16 + 16 + 24 + 10, counts().bytesWritten());
            txn.putIfAbsent(DEFAULT, 9L, new byte[2]);
            assertThrows(
                    IllegalArgumentException.class, () -> txn.append(DEFAULT, 1L, new byte[2]));
            assertEquals(10, counts().puts());
            txn.rollback();
        }
        assertEquals(10, counts().puts());
        WriteBatch batch = new WriteBatch();
        batch.put(DEFAULT, 1L, new byte[4]);
        batch.delete(DEFAULT, 1L);
        store.apply(batch);
        assertEquals(11, counts().puts());
        assertEquals(1, counts().deletes());
    }

    @Test
    void whatIsFoundAndHandedOutIsAGet() throws Exception {
        try (WriteTransaction txn = store.begin()) {
            for (long i = 0; i < 10; i++) {
                txn.put(DEFAULT, i, new byte[100]);
            }
            txn.get(DEFAULT, 1L);
            assertEquals(1, counts().gets());
            txn.commit();
        }
        store.get(DEFAULT, new byte[] {77});
        assertEquals(1, counts().gets());
        byte[] target = new byte[100];
        try (Snapshot snapshot = store.snapshot();
                Reader reader = store.reader();
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(100);
            byte[][] keys = {Keys.encode(1, new byte[8]), {9}, Keys.encode(2, new byte[8])};
            snapshot.get(DEFAULT, 1L);
            snapshot.get(DEFAULT, 1L, target, 0);
            snapshot.get(DEFAULT, 1L, target, 1);
            snapshot.get(DEFAULT, 1L, memory, 0);
            snapshot.get(DEFAULT, 1L, memory, 1);
            assertEquals(4, counts().gets());
            reader.view(DEFAULT, 1L);
            snapshot.getWithExpiry(DEFAULT, 1L);
            snapshot.map(DEFAULT, 1L, new LargeValue());
            snapshot.multiGet(DEFAULT, keys);
            assertEquals(9, counts().gets());
            assertEquals(900, counts().bytesRead());
            snapshot.exists(DEFAULT, 1L);
            snapshot.first(DEFAULT);
            assertEquals(9, counts().gets());
            assertEquals(0, counts().iterations());
            try (Cursor cursor = snapshot.cursor();
                    Cursor other = reader.cursor(DEFAULT, KeyRange.all())) {
                cursor.next();
                other.next();
            }
            assertEquals(2, counts().iterations());
        }
    }

    @Test
    void threadsThatShareASnapshotLoseNoCount() throws Exception {
        int threads = 8;
        int gets = 20_000;
        try (WriteTransaction txn = store.begin()) {
            txn.put(DEFAULT, 1L, new byte[3]);
            txn.commit();
        }
        try (Snapshot snapshot = store.snapshot()) {
            Crew crew = new Crew(0);
            for (int i = 0; i < threads; i++) {
                crew.once(
                        Thread.ofPlatform(),
                        () -> {
                            for (int n = 0; n < gets; n++) {
                                snapshot.get(DEFAULT, 1L);
                            }
                        });
            }
            for (int n = 0; n < gets; n++) {
                snapshot.get(DEFAULT, 1L);
            }
            crew.join();
        }
        assertEquals((threads + 1L) * gets, counts().gets());
        assertEquals(3 * (threads + 1L) * gets, counts().bytesRead());
    }

    @Test
    void deletesAreEntriesRemoved() {
        try (WriteTransaction txn = store.begin()) {
            for (long i = 0; i < 100; i++) {
                txn.put(DEFAULT, i, new byte[10]);
            }
            txn.delete(DEFAULT, 5L);
            txn.delete(DEFAULT, 5L);
            assertEquals(1, counts().deletes());
            txn.deleteRange(DEFAULT, KeyRange.longs(10, 30));
            assertEquals(21, counts().deletes());
            txn.clear(DEFAULT);
            assertEquals(100, counts().deletes());
            txn.commit();
        }
    }

    @Test
    void expiredEntriesAreCountedWhereTheyAreFoundAndWhereTheyGo() {
        try (WriteTransaction txn = store.begin()) {
            for (long i = 0; i < 10; i++) {
                txn.put(DEFAULT, i, new byte[10], Lifetime.until(2_000));
            }
            txn.commit();
        }
        now.set(2_000);
        try (Snapshot snapshot = store.snapshot()) {
            snapshot.get(DEFAULT, 1L);
            snapshot.exists(DEFAULT, 1L);
            snapshot.expiry(DEFAULT, 1L);
            snapshot.getWithExpiry(DEFAULT, 1L);
            snapshot.multiGet(DEFAULT, Keys.encode(1, new byte[8]), Keys.encode(2, new byte[8]));
            assertEquals(6, counts().expired());
            snapshot.first(DEFAULT);
            try (Cursor cursor = snapshot.cursor()) {
                cursor.next();
            }
            assertEquals(6, counts().expired());
            assertEquals(0, counts().gets());
        }
        store.purgeExpired();
        assertEquals(10, counts().purged());
        assertEquals(0, counts().deletes());
    }

    @Test
    void errorsAreThoseOfTheStore() throws Exception {
        Snapshot snapshot = store.snapshot();
        snapshot.close();
        assertThrows(SnapshotClosedException.class, () -> snapshot.get(DEFAULT, 1L));
        assertEquals(1, counts().errors());
        try (WriteTransaction txn = store.begin()) {
            Crew crew = new Crew(0);
            crew.once(Thread.ofPlatform(), () -> assertThrows(BusyException.class, store::begin));
            crew.join();
            assertEquals(2, counts().errors());
            assertThrows(IllegalArgumentException.class, () -> txn.get(ColumnFamily.of("no"), 1L));
            txn.rollback();
        }
        assertEquals(2, counts().errors());
    }

    @Test
    void commitsAndCheckpointsAreCountedAndTimed() {
        for (int i = 0; i < 70; i++) {
            store.put("key", "value " + i);
        }
        store.begin().close();
        StoreStats stats = store.stats();
        assertEquals(70, stats.counts().commits());
        assertEquals(10, stats.commitLatency().count());
        store.checkpoint();
        store.checkpoint();
        stats = store.stats();
        assertEquals(1, stats.counts().checkpoints());
        assertEquals(1, stats.checkpointLatency().count());
        assertTrue(stats.checkpointLatency().maxNanos() > 0);
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            txn.put(DEFAULT, 1L, new byte[1]);
            txn.commit();
        }
        assertEquals(11, store.stats().commitLatency().count());
    }

    @Test
    void resetLeavesGauges() {
        store.put("key", "value");
        store.get("key");
        store.checkpoint();
        store.resetStats();
        StoreStats stats = store.stats();
        assertEquals(new StoreCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), stats.counts());
        assertEquals(0, stats.commitLatency().count());
        assertEquals(0, stats.checkpointLatency().count());
        assertTrue(stats.pages() > 0);
        store.get("key");
        assertEquals(1, counts().gets());
    }

    @Test
    void pinnedPagesAreThoseThatAnOpenSnapshotKeeps() {
        try (WriteTransaction txn = store.begin()) {
            for (long i = 0; i < 1_000; i++) {
                txn.put(DEFAULT, i, new byte[100]);
            }
            txn.commit();
        }
        store.checkpoint();
        try (Snapshot _ = store.snapshot()) {
            try (WriteTransaction txn = store.begin()) {
                for (long i = 0; i < 1_000; i++) {
                    txn.put(DEFAULT, i, new byte[100]);
                }
                txn.commit();
            }
            store.checkpoint();
            store.snapshots();
            now.addAndGet(500);
            StoreStats stats = store.stats();
            assertTrue(stats.pinnedPages() > 100, () -> stats.toString());
            assertTrue(stats.pinnedPages() <= stats.pendingPages());
            assertEquals(500, stats.oldestSnapshotMillis());
        }
        store.snapshots();
        assertEquals(0, store.stats().pinnedPages());
        assertEquals(0, store.stats().oldestSnapshotMillis());
    }

    @Test
    void metricsHaveNumbersAndNamesOfTheirOwn() {
        Set<Integer> ids = new HashSet<>();
        Set<String> labels = new HashSet<>();
        StoreStats stats = store.stats();
        for (StoreMetric metric : StoreMetric.values()) {
            assertTrue(ids.add(metric.id()));
            assertTrue(labels.add(metric.label()));
            assertTrue(metric.of(stats) >= 0, metric.label());
        }
    }

    @Test
    void percentilesAreKnownToASixteenth() {
        dev.coppice.stats.LatencyRecorder recorder = new dev.coppice.stats.LatencyRecorder();
        long[] durations = {0, 1, 15, 16, 17, 1_000, 999_999, 1L << 40, Long.MAX_VALUE};
        for (int i = 0; i < durations.length; i++) {
            recorder.record(durations[i]);
            Latency latency = Latency.of(recorder);
            long max = latency.maxNanos();
            assertTrue(max >= durations[i] && max - durations[i] <= durations[i] / 16);
            assertEquals(i + 1, latency.count());
        }
        assertEquals(0, Latency.of(recorder).percentileNanos(0));
        assertEquals(17, Latency.of(recorder).percentileNanos(50));
        assertThrows(
                IllegalArgumentException.class, () -> Latency.of(recorder).percentileNanos(101));
        recorder.reset();
        assertEquals(0, Latency.of(recorder).count());
        assertEquals(0, Latency.of(recorder).maxNanos());
    }

    @Test
    void syncKeepsAnOpenTransaction() {
        store.put("key", "value");
        long committed = store.latestTxn();
        assertTrue(store.durableTxn() < committed);
        try (WriteTransaction txn = store.begin()) {
            txn.put(DEFAULT, 1L, new byte[1]);
            assertEquals(committed, store.sync());
            assertEquals(committed, store.durableTxn());
            assertArrayEquals(new byte[1], txn.get(DEFAULT, 1L));
            assertTrue(txn.commit() > committed);
        }
        assertEquals(store.latestTxn(), store.sync());
        assertEquals(store.latestTxn(), store.sync());
    }
}
