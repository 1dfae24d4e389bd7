package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.SnapshotPolicy.Action;
import dev.coppice.error.BusyException;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Snapshots that grow old or keep much, under a clock that the test sets. After each test the store
 * is opened again and has to hold what the model holds.
 */
class SnapshotPolicyTest {
    private static final byte[] KEY = Samples.key(1);

    @TempDir Path directory;
    private final Model model = new Model();
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final Told told = new Told();
    private final StoreConfig config =
            StoreConfig.defaults()
                    .withCloseTimeoutMillis(0)
                    .withMaintenance(MaintenanceMode.MANUAL)
                    .withListener(told)
                    .withClock(() -> Instant.ofEpochMilli(now.get()));
    private Store store;

    private static final class Told implements StoreListener {
        private final List<SnapshotInfo> stalled = new CopyOnWriteArrayList<>();
        private final List<SnapshotInfo> evicted = new CopyOnWriteArrayList<>();

        @Override
        public void stalled(SnapshotInfo snapshot) {
            stalled.add(snapshot);
        }

        @Override
        public void evicted(SnapshotInfo snapshot) {
            evicted.add(snapshot);
        }
    }

    private void open(Action action, long maxAgeMillis, long maxPinnedBytes) {
        SnapshotPolicy policy = new SnapshotPolicy(action, maxAgeMillis, maxPinnedBytes);
        open(config.withSnapshotPolicy(policy));
    }

    private void open(StoreConfig chosen) {
        store = Store.open(directory.resolve("store"), chosen);
        overwrite(1);
    }

    /** Replaces about four megabytes, so that a snapshot of before keeps as much. */
    private void overwrite(int version) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 1000; i++) {
                model.put(txn, Samples.key(i), Samples.value(i + version, 1000));
            }
            txn.commit();
        }
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        model.verify(directory.resolve("store"), config);
    }

    @Test
    void openHandlesAreListedWithAgeAndOpenerAndWhatTheyKeep() throws InterruptedException {
        open(config);
        assertEquals(List.of(), store.snapshots());
        List<Snapshot> opened = new ArrayList<>();
        Thread.ofPlatform().name("opener").start(() -> opened.add(store.snapshot())).join();
        now.addAndGet(50);
        overwrite(2);
        Reader reader = store.reader();
        now.addAndGet(7);
        overwrite(3);
        try (Snapshot newest = store.snapshot()) {
            assertTrue(store.checkpoint());
            List<SnapshotInfo> infos = store.snapshots();
            assertEquals(3, infos.size());
            SnapshotInfo oldest = infos.getFirst();
            assertEquals(opened.getFirst().txn(), oldest.txn());
            assertEquals(1_000_000, oldest.openedMillis());
            assertEquals(57, oldest.ageMillis());
            assertEquals("opener", oldest.openedBy());
            assertEquals(reader.txn(), infos.get(1).txn());
            assertEquals(7, infos.get(1).ageMillis());
            assertEquals(newest.txn(), infos.get(2).txn());
            assertEquals(0, infos.get(2).pinnedBytes());
            for (int i = 0; i < 2; i++) {
                long pinned = infos.get(i).pinnedBytes();
                assertTrue(pinned > 1_000_000 && pinned < 6_000_000, infos.get(i).toString());
            }
        }
        reader.park();
        opened.getFirst().close();
        assertEquals(List.of(), store.snapshots());
        reader.close();
        store.close();
        assertThrows(StoreClosedException.class, store::snapshots);
    }

    @Test
    void clockThatGoesBackMakesNobodyOlder() {
        open(Action.EVICT, 100, 0);
        try (Snapshot snapshot = store.snapshot()) {
            now.addAndGet(-5_000);
            store.doWork();
            assertEquals(0, store.snapshots().getFirst().ageMillis());
            assertArrayEquals(Samples.value(2, 1000), snapshot.get(KEY));
        }
    }

    @Test
    void warnTellsOnceAndLetsEverybodyGoOn() {
        open(Action.WARN, 100, 0);
        try (Snapshot snapshot = store.snapshot();
                Reader reader = store.reader()) {
            now.addAndGet(100);
            store.doWork();
            assertEquals(List.of(), told.stalled);
            now.addAndGet(1);
            store.doWork();
            store.doWork();
            assertEquals(2, told.stalled.size());
            assertEquals(101, told.stalled.getFirst().ageMillis());
            assertArrayEquals(Samples.value(2, 1000), snapshot.get(KEY));
            store.snapshot().close();
            overwrite(2);
            assertTrue(reader.refresh());
            now.addAndGet(101);
            store.doWork();
            assertEquals(3, told.stalled.size());
        }
        assertEquals(List.of(), told.evicted);
    }

    @Test
    void refusalNamesAgeAndBoundAndEndsWhenTheOldOnesAreClosed() {
        open(Action.REFUSE_NEW, 100, 0);
        Snapshot old = store.snapshot();
        now.addAndGet(101);
        store.snapshot().close();
        store.doWork();
        BusyException e = assertThrows(BusyException.class, store::snapshot);
        String thread = Thread.currentThread().getName();
        for (String part : new String[] {"101 ms", "max 100", "opened by thread " + thread}) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertThrows(BusyException.class, store::reader);
        assertArrayEquals(Samples.value(2, 1000), store.get(KEY));
        assertArrayEquals(Samples.value(2, 1000), old.get(KEY));
        old.close();
        store.snapshot().close();
        store.reader().close();
        assertEquals(1, told.stalled.size());
    }

    @Test
    void refusalByBytesNamesThem() {
        open(Action.REFUSE_NEW, 0, 500_000);
        try (Snapshot old = store.snapshot()) {
            overwrite(2);
            store.checkpoint();
            store.doWork();
            BusyException e = assertThrows(BusyException.class, store::snapshot);
            assertTrue(e.getMessage().contains("max 500000"), e.getMessage());
            assertArrayEquals(Samples.value(2, 1000), old.get(KEY));
        }
        store.snapshot().close();
    }

    @Test
    void oldSnapshotsAreEvictedAndYoungOnesStay() {
        open(Action.EVICT, 100, 0);
        Snapshot old = store.snapshot();
        Cursor cursor = old.cursor();
        assertTrue(cursor.next());
        now.addAndGet(60);
        Snapshot young = store.snapshot();
        now.addAndGet(60);
        assertTrue(store.doWork() > 0);
        for (var read : List.<Runnable>of(() -> old.get(KEY), cursor::next)) {
            var e = assertThrows(SnapshotClosedException.class, read::run);
            assertTrue(e.getMessage().contains("evicted"), e.getMessage());
        }
        assertArrayEquals(Samples.value(2, 1000), young.get(KEY));
        assertEquals(1, told.evicted.size());
        assertEquals(120, told.evicted.getFirst().ageMillis());
        Snapshot next = store.snapshot();
        old.close();
        assertArrayEquals(Samples.value(2, 1000), next.get(KEY));
        next.close();
        young.close();
        assertEquals(0, store.stats().openSnapshots());
    }

    @Test
    void evictedReaderReadsAgainAfterARefresh() {
        open(Action.EVICT, 100, 0);
        try (Reader reader = store.reader();
                Cursor cursor = reader.cursor()) {
            assertTrue(cursor.next());
            now.addAndGet(101);
            assertTrue(store.doWork() > 0);
            var e = assertThrows(SnapshotClosedException.class, () -> reader.get(KEY));
            assertTrue(e.getMessage().contains("evicted"), e.getMessage());
            reader.refresh();
            assertArrayEquals(Samples.value(2, 1000), reader.get(KEY));
            assertTrue(cursor.next());
        }
    }

    @Test
    void thoseThatKeepMostAreEvictedFirstUntilTheRestIsWithinTheBound() {
        open(Action.EVICT, 0, 10_000_000);
        List<Snapshot> snapshots = new ArrayList<>();
        for (int version = 2; version < 7; version++) {
            snapshots.add(store.snapshot());
            snapshots.add(store.snapshot());
            overwrite(version);
            store.checkpoint();
        }
        store.doWork();
        long kept = 0;
        long txn = 0;
        for (SnapshotInfo info : store.snapshots()) {
            kept += info.txn() == txn ? 0 : info.pinnedBytes();
            txn = info.txn();
        }
        assertTrue(kept > 0 && kept <= 10_000_000, "kept " + kept);
        assertEquals(10 - store.snapshots().size(), told.evicted.size());
        assertThrows(SnapshotClosedException.class, () -> snapshots.get(0).get(KEY));
        assertThrows(SnapshotClosedException.class, () -> snapshots.get(1).get(KEY));
        assertArrayEquals(Samples.value(6, 1000), snapshots.get(9).get(KEY));
        snapshots.forEach(Snapshot::close);
    }

    @Test
    void storesThreadEvictsByItself() {
        open(
                config.withMaintenance(MaintenanceMode.THREAD)
                        .withSnapshotPolicy(new SnapshotPolicy(Action.EVICT, 40, 0)));
        Snapshot snapshot = store.snapshot();
        now.addAndGet(41);
        Await.until(() -> told.evicted.size() == 1);
        assertThrows(SnapshotClosedException.class, () -> snapshot.get(KEY));
    }

    @Test
    void boundsBelowZeroAreRefused() {
        open(config);
        for (long bound : new long[] {-1, Long.MIN_VALUE}) {
            var age =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new SnapshotPolicy(Action.WARN, bound, 0));
            assertTrue(age.getMessage().contains("maxAgeMillis=" + bound), age.getMessage());
            var bytes =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new SnapshotPolicy(Action.WARN, 0, bound));
            assertTrue(bytes.getMessage().contains("maxPinnedBytes=" + bound));
        }
        assertThrows(NullPointerException.class, () -> new SnapshotPolicy(null, 0, 0));
    }
}
