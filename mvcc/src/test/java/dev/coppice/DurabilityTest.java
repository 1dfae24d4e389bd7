package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting for commits and for the medium, and not running too far ahead of it. */
class DurabilityTest {
    private static final byte[] KEY = Samples.key(1);
    private static final byte[] VALUE = Samples.value(1, 1_000);
    private static final StoreConfig THREAD =
            StoreConfig.defaults()
                    .withCheckpointIntervalMillis(86_400_000)
                    .withCloseTimeoutMillis(0);
    private static final StoreConfig MANUAL = THREAD.withMaintenance(MaintenanceMode.MANUAL);

    private final AtomicLong millis = new AtomicLong(1_000_000);
    private Store store;

    private Store open(StoreConfig config) {
        store = Store.inMemory(config);
        return store;
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long commit() {
        return commit(VALUE);
    }

    private long commit(byte[] value) {
        try (WriteTransaction txn = store.begin()) {
            txn.put(KEY, value);
            return txn.commit();
        }
    }

    @Test
    void commitIsAwaitedWithTheStoresThread() throws InterruptedException {
        open(THREAD);
        awaitDurable();
    }

    @Test
    void commitIsAwaitedWithoutAThread() throws InterruptedException {
        open(MANUAL);
        awaitDurable();
    }

    @Test
    void checkpointIsMadeForWhoWaitsAlsoAtLevelOff() throws InterruptedException {
        open(THREAD.withSyncLevel(SyncLevel.OFF));
        awaitDurable();
    }

    private void awaitDurable() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            long txn = commit();
            assertTrue(store.durableTxn() < txn);
            assertTrue(store.awaitDurable(txn, 1, TimeUnit.MINUTES));
            assertTrue(store.durableTxn() >= txn);
            assertTrue(store.awaitDurable(txn, 0, TimeUnit.NANOSECONDS));
        }
    }

    @Test
    void whatAFullCommitWithoutChangesHasSeenIsDurable() {
        open(MANUAL);
        long seen = commit();
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            assertFalse(txn.delete(new byte[] {77}));
            long returned = txn.commit();
            assertTrue(returned >= seen);
            assertTrue(store.durableTxn() >= returned);
        }
        long durable = store.durableTxn();
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            assertEquals(durable, txn.commit());
        }
    }

    @Test
    void waitForTheMediumEndsWithItsTimeout() throws InterruptedException {
        open(THREAD);
        long txn = commit();
        Crew crew = new Crew(0);
        try (WriteTransaction running = store.begin()) {
            crew.once(
                    Thread.ofVirtual(),
                    () -> {
                        assertFalse(store.awaitDurable(txn, 30, TimeUnit.MILLISECONDS));
                        assertFalse(store.awaitDurable(txn, 0, TimeUnit.MILLISECONDS));
                    });
            crew.join();
            running.rollback();
        }
    }

    @Test
    void waitForTheMediumEndsWithAnInterrupt() throws InterruptedException {
        open(THREAD);
        long txn = commit();
        Crew crew = new Crew(0);
        try (WriteTransaction running = store.begin()) {
            Thread thread =
                    crew.once(
                            Thread.ofPlatform(),
                            () ->
                                    assertThrows(
                                            InterruptedException.class,
                                            () -> store.awaitDurable(txn, 1, TimeUnit.HOURS)));
            Await.waiting(thread);
            thread.interrupt();
            crew.join();
            running.rollback();
        }
        assertTrue(store.awaitDurable(txn, 1, TimeUnit.MINUTES));
    }

    @Test
    void whoWritesCannotWaitForHimself() {
        open(THREAD);
        long txn = commit();
        try (WriteTransaction running = store.begin()) {
            assertThrows(
                    IllegalStateException.class, () -> store.awaitDurable(txn, 1, TimeUnit.HOURS));
            assertThrows(
                    IllegalStateException.class, () -> store.awaitChange(txn, 1, TimeUnit.HOURS));
            running.rollback();
        }
    }

    @Test
    void transactionThatIsNotCommittedIsRefused() {
        open(MANUAL);
        long txn = commit();
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> store.awaitDurable(txn + 1, 1, TimeUnit.HOURS));
        assertTrue(e.getMessage().contains("txn=" + (txn + 1)), e.getMessage());
        assertTrue(e.getMessage().contains("newest=" + txn), e.getMessage());
    }

    @Test
    void changeIsAwaited() throws InterruptedException {
        open(MANUAL);
        long start = store.latestTxn();
        assertFalse(store.awaitChange(start, 0, TimeUnit.NANOSECONDS));
        assertFalse(store.awaitChange(start, 5, TimeUnit.MILLISECONDS));
        Crew crew = new Crew(0);
        for (Thread.Builder builder :
                new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            crew.once(
                    builder,
                    () -> {
                        long seen = start;
                        for (int i = 0; i < 50; i++) {
                            assertTrue(store.awaitChange(seen, 1, TimeUnit.MINUTES));
                            assertTrue(store.latestTxn() > seen);
                            seen++;
                        }
                    });
        }
        for (int i = 0; i < 50; i++) {
            commit();
        }
        crew.join();
    }

    @Test
    void closingEndsTheWaitForAChange() throws InterruptedException {
        open(THREAD);
        long start = store.latestTxn();
        Crew crew = new Crew(0);
        Thread thread =
                crew.once(
                        Thread.ofPlatform(),
                        () ->
                                assertThrows(
                                        StoreClosedException.class,
                                        () -> store.awaitChange(start, 1, TimeUnit.HOURS)));
        Await.waiting(thread);
        store.close();
        crew.join();
    }

    @Test
    void asynchronousCommitsCompleteWhenTheyAreDurable() throws Exception {
        open(THREAD);
        Writer writer = store.writer();
        List<CompletableFuture<Boolean>> wereDurable = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writer.begin();
            writer.put(KEY, Samples.value(i, 100));
            wereDurable.add(writer.commitAsync().thenApply(txn -> store.durableTxn() >= txn));
        }
        for (CompletableFuture<Boolean> each : wereDurable) {
            assertTrue(each.get(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void withoutAThreadACheckpointCompletesAsynchronousCommits() throws Exception {
        open(MANUAL);
        CompletableFuture<Long> first = async();
        CompletableFuture<Long> second = async();
        assertFalse(first.isDone());
        assertTrue(store.checkpoint());
        assertTrue(first.get() < second.get());
        CompletableFuture<Long> third = async();
        assertFalse(third.isDone());
        while (!third.isDone()) {
            store.doWork();
        }
        CompletableFuture<Long> full;
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            txn.put(KEY, KEY);
            full = txn.commitAsync();
        }
        assertTrue(full.isDone());
        CompletableFuture<Long> fourth = async();
        store.close();
        assertTrue(fourth.get() > full.get());
    }

    private CompletableFuture<Long> async() {
        try (WriteTransaction txn = store.begin()) {
            txn.put(KEY, VALUE);
            return txn.commitAsync();
        }
    }

    @Test
    void failedFlushLeavesAsynchronousCommitsInDoubt() {
        FailingDisk disk = new FailingDisk();
        store = Store.on(disk.storage(), MANUAL);
        CompletableFuture<Long> future = async();
        disk.failFlushes();
        long txn = store.latestTxn();
        assertThrows(RuntimeException.class, () -> store.awaitDurable(txn, 1, TimeUnit.MINUTES));
        assertThrows(
                CommitInDoubtException.class, () -> store.awaitDurable(txn, 1, TimeUnit.MINUTES));
        store.doWork();
        ExecutionException e = assertThrows(ExecutionException.class, future::get);
        assertInstanceOf(CommitInDoubtException.class, e.getCause());
        assertThrows(CompletionException.class, future::join);
    }

    @Test
    void writerWaitsForTheMediumAtTheBoundInBytes() {
        StoreConfig config = THREAD.withMaxUndurableBytes(1 << 16);
        for (StoreConfig each :
                new StoreConfig[] {
                    config,
                    config.withMaintenance(MaintenanceMode.MANUAL),
                    config.withSyncLevel(SyncLevel.OFF)
                }) {
            open(each);
            for (int i = 0; i < 100; i++) {
                try (WriteTransaction txn = store.begin()) {
                    txn.put(Samples.key(i), Samples.value(i, 8_000));
                    txn.commit();
                }
                long missing = store.stats().logBytes();
                assertTrue(missing < (1 << 16) + 65_536, "undurable: " + missing);
            }
            assertTrue(store.durableTxn() > 0);
            store.close();
        }
    }

    @Test
    void transactionThatIsStillOpenAtTheBoundIsNamedInTheError() throws InterruptedException {
        open(MANUAL.withMaxUndurableBytes(1 << 16).withBusyTimeoutMillis(20));
        commit(Samples.value(1, 200_000));
        try (WriteTransaction running = store.begin(SyncLevel.FULL)) {
            Crew crew = new Crew(0);
            crew.once(
                    Thread.ofPlatform(),
                    () -> {
                        BusyException e = assertThrows(BusyException.class, store::begin);
                        assertTrue(e.getMessage().contains("maxUndurableBytes=65536"));
                        assertTrue(e.getMessage().contains("undurableBytes=20"), e.getMessage());
                        assertTrue(e.getMessage().contains("maxUndurableMillis=0"));
                    });
            crew.join();
            running.rollback();
        }
        commit();
    }

    @Test
    void writerWaitsForTheMediumAtTheBoundInAge() {
        open(
                MANUAL.withMaxUndurableMillis(500)
                        .withClock(() -> java.time.Instant.ofEpochMilli(millis.get())));
        long first = commit();
        millis.addAndGet(499);
        long second = commit();
        assertTrue(store.durableTxn() < first);
        millis.addAndGet(1);
        long third = commit();
        assertTrue(store.durableTxn() >= second);
        assertTrue(store.durableTxn() < third);
        millis.addAndGet(499);
        long fourth = commit();
        assertEquals(second, store.durableTxn());
        assertTrue(store.checkpoint());
        millis.addAndGet(10_000);
        commit();
        assertEquals(fourth, store.durableTxn());
    }

    @Test
    void batchesWaitForTheMediumToo() {
        open(THREAD.withMaxUndurableBytes(1 << 16));
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < 100; i++) {
            batch.clear();
            batch.put(Samples.key(i), Samples.value(i, 8_000));
            if (i % 2 == 0) {
                store.apply(batch);
            } else {
                assertTrue(store.trySubmit(batch));
                Await.until(batch::isDone);
            }
        }
        assertTrue(store.durableTxn() > 0);
    }
}
