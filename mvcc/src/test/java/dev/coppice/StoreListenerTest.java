package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What listeners are told, by whom, and what they may do. */
class StoreListenerTest {
    private static final byte[] KEY = Samples.key(1);
    private static final StoreConfig MANUAL =
            StoreConfig.defaults()
                    .withCloseTimeoutMillis(0)
                    .withMaintenance(MaintenanceMode.MANUAL)
                    .withCheckpointBytes(1 << 16);

    @TempDir Path directory;
    private final Recorder told = new Recorder();
    private Store store;

    /** Keeps what it is told. */
    private static class Recorder implements StoreListener {
        final List<StoreException> failures = new CopyOnWriteArrayList<>();
        final List<Long> sizes = new CopyOnWriteArrayList<>();
        final List<Long> durable = new CopyOnWriteArrayList<>();
        final List<Thread> threads = new CopyOnWriteArrayList<>();

        @Override
        public void flushFailed(StoreException failure) {
            failures.add(failure);
        }

        @Override
        public void grew(long fileBytes) {
            sizes.add(fileBytes);
        }

        @Override
        public void durable(long txn) {
            durable.add(txn);
            threads.add(Thread.currentThread());
        }
    }

    @AfterEach
    void storeIsSound() {
        if (store != null) {
            store.close();
            try (Store again = Store.open(directory.resolve("store"))) {
                assertTrue(again.check((_, _) -> {}).isClean());
            }
        }
    }

    private void open(StoreConfig config) {
        store = Store.open(directory.resolve("store"), config);
    }

    private static void fill(Store store) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 600; i++) {
                txn.put(Samples.key(i), Samples.value(i, 1000));
            }
            txn.commit();
        }
    }

    @Test
    void manualStoreTellsInDoWorkOnly() {
        open(MANUAL.withListener(told));
        fill(store);
        assertTrue(told.sizes.isEmpty() && told.durable.isEmpty());
        assertTrue(store.doWork() > 0);
        assertEquals(List.of(store.latestTxn()), told.durable);
        assertEquals(List.of(store.stats().fileBytes()), told.sizes);
        assertEquals(List.of(Thread.currentThread()), told.threads);
    }

    @Test
    void storesThreadTellsOfFullCommitsAtOnce() {
        open(
                MANUAL.withMaintenance(MaintenanceMode.THREAD)
                        .withSyncLevel(SyncLevel.FULL)
                        .withCheckpointIntervalMillis(86_400_000)
                        .withListener(told));
        store.put(KEY, KEY);
        Await.until(() -> told.durable.contains(store.latestTxn()));
        store.put(KEY, KEY);
        Await.until(() -> told.durable.contains(store.latestTxn()));
        assertEquals("coppice-maintenance store", told.threads.getFirst().getName());
    }

    @Test
    void closeTellsOfTheLastCommitsAndNothingAfterwards() {
        open(MANUAL.withListener(told));
        store.put(KEY, KEY);
        long last = store.latestTxn();
        store.close();
        assertEquals(List.of(last), told.durable);
    }

    @Test
    void whatAListenerThrowsHarmsNobody() {
        class Throwing extends Recorder {
            @Override
            public void grew(long fileBytes) {
                throw new AssertionError("thrown on purpose by a listener of a test");
            }

            @Override
            public void durable(long txn) {
                super.durable(txn);
                throw new IllegalStateException("thrown on purpose by a listener of a test");
            }
        }
        Throwing throwing = new Throwing();
        open(MANUAL.withListener(throwing));
        fill(store);
        assertTrue(store.doWork() > 0);
        fill(store);
        Await.until(() -> {
            store.doWork();
            return throwing.durable.size() == 2;
        });
    }

    @Test
    void listenerMayUseTheStore() {
        AtomicReference<Store> used = new AtomicReference<>();
        Recorder writing =
                new Recorder() {
                    @Override
                    public void durable(long txn) {
                        super.durable(txn);
                        Store own = used.get();
                        if (durable.size() == 1) {
                            own.put(KEY, KEY);
                            own.doWork();
                            assertTrue(own.checkpoint());
                            own.check((_, _) -> {});
                        }
                    }
                };
        open(MANUAL.withListener(writing));
        used.set(store);
        fill(store);
        Await.until(() -> {
            store.doWork();
            return writing.durable.size() == 2;
        });
        assertEquals(2, writing.durable.size());
        assertEquals(store.latestTxn(), writing.durable.getLast());
    }

    @Test
    void listenerMayCloseTheStore() throws InterruptedException {
        for (MaintenanceMode mode : MaintenanceMode.values()) {
            CountDownLatch closed = new CountDownLatch(1);
            AtomicReference<Store> own = new AtomicReference<>();
            StoreListener closing =
                    new StoreListener() {
                        @Override
                        public void durable(long txn) {
                            own.get().close();
                            closed.countDown();
                        }
                    };
            open(MANUAL.withMaintenance(mode).withListener(closing));
            own.set(store);
            fill(store);
            if (mode == MaintenanceMode.MANUAL) {
                store.doWork();
            }
            closed.await();
            assertThrows(StoreClosedException.class, store::snapshot);
            store.close();
        }
    }

    @Test
    void closeWaitsForTheListenerWhichMayTryToCloseToo() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<Store> own = new AtomicReference<>();
        StoreListener slow =
                new StoreListener() {
                    @Override
                    public void durable(long txn) {
                        inside.countDown();
                        Uninterrupted.run(goOn::await);
                        own.get().close();
                    }
                };
        open(MANUAL.withMaintenance(MaintenanceMode.THREAD).withListener(slow));
        own.set(store);
        fill(store);
        inside.await();
        Thread closing = Thread.ofPlatform().start(store::close);
        Await.waiting(closing);
        assertTrue(closing.isAlive());
        goOn.countDown();
        closing.join();
    }

    @Test
    void failedCheckpointIsToldOnce() {
        FailingDisk disk = new FailingDisk();
        try (Store failing = Store.on(disk.storage(), MANUAL.withListener(told))) {
            fill(failing);
            disk.failFlushes();
            failing.doWork();
            failing.doWork();
            assertEquals(1, told.failures.size());
            assertInstanceOf(StoreIoException.class, told.failures.getFirst());
            assertThrows(StoreClosedException.class, failing::begin);
            assertTrue(failing.get(Samples.key(1)).length > 0);
        }
        assertEquals(1, told.failures.size());
    }

    @Test
    void failedFullCommitIsToldWithItsOwnException() {
        FailingDisk disk = new FailingDisk();
        try (Store failing = Store.on(disk.storage(), MANUAL.withListener(told))) {
            disk.failFlushes();
            try (WriteTransaction txn = failing.begin(SyncLevel.FULL)) {
                txn.put(KEY, KEY);
                StoreException thrown = assertThrows(CommitInDoubtException.class, txn::commit);
                failing.doWork();
                assertEquals(1, told.failures.size());
                assertSame(thrown, told.failures.getFirst());
            }
        }
    }

    @Test
    void flushThatFailsInCloseIsToldAndThrown() {
        FailingDisk disk = new FailingDisk();
        Store failing = Store.on(disk.storage(), MANUAL.withListener(told));
        failing.put(KEY, KEY);
        disk.failFlushes();
        StoreException thrown = assertThrows(StoreIoException.class, failing::close);
        assertEquals(List.of(thrown), told.failures);
        failing.close();
        assertFalse(told.durable.contains(2L));
    }
}
