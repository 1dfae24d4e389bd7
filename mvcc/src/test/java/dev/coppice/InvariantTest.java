package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreClosedException;
import dev.coppice.storage.FileStorage;
import dev.coppice.storage.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a snapshot sees all of a commit or nothing, in all column families, and never goes back.
 *
 * <p>Method: accounts in three families, between which each commit moves something; the sum stays.
 */
class InvariantTest {
    private static final List<ColumnFamily> FAMILIES =
            List.of(ColumnFamily.DEFAULT, ColumnFamily.of("one"), ColumnFamily.of("two"));
    private static final int ACCOUNTS = 200;
    private static final long START = 1000;
    private static final byte[] COUNTER = Samples.text("commits");

    @TempDir Path directory;

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static long number(byte[] value) {
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }

    private static void fill(Store store) {
        try (WriteTransaction txn = store.begin()) {
            for (ColumnFamily family : FAMILIES) {
                if (!family.equals(ColumnFamily.DEFAULT)) {
                    txn.createFamily(family);
                }
                for (int i = 0; i < ACCOUNTS; i++) {
                    txn.put(family, Samples.key(i), number(START));
                }
            }
            txn.commit();
        }
    }

    private static void move(WriteTransaction txn, ThreadLocalRandom random) {
        for (int i = 0; i < 3; i++) {
            long amount = random.nextInt(50);
            add(txn, random, -amount);
            add(txn, random, amount);
        }
    }

    private static void add(WriteTransaction txn, ThreadLocalRandom random, long amount) {
        ColumnFamily family = FAMILIES.get(random.nextInt(FAMILIES.size()));
        byte[] key = Samples.key(random.nextInt(ACCOUNTS));
        txn.put(family, key, number(number(txn.get(family, key)) + amount));
    }

    /** Commits one change, at times with a part that is rolled back; returns its number. */
    private static long commit(Store store, SyncLevel level) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        try (WriteTransaction txn = store.begin(level)) {
            move(txn, random);
            if (random.nextInt(4) == 0) {
                WriteHandle.Savepoint savepoint = txn.savepoint();
                txn.put(Samples.key(random.nextInt(ACCOUNTS)), number(-1));
                txn.clear(FAMILIES.get(1));
                txn.rollbackTo(savepoint);
                move(txn, random);
            }
            long commits = number(txn.get(FAMILIES.get(2), COUNTER)) + 1;
            txn.put(FAMILIES.get(2), COUNTER, number(commits));
            if (random.nextInt(20) == 0) {
                txn.rollback();
                return 0;
            }
            txn.commit();
            return commits;
        }
    }

    private static long verify(Snapshot snapshot) {
        long sum = 0;
        for (ColumnFamily family : FAMILIES) {
            try (Cursor cursor = snapshot.cursor(family)) {
                while (cursor.next()) {
                    boolean isAccount = cursor.key().length != COUNTER.length;
                    sum += isAccount ? number(cursor.value()) : 0;
                }
            }
        }
        assertEquals(START * ACCOUNTS * FAMILIES.size(), sum);
        return number(snapshot.get(FAMILIES.get(2), COUNTER));
    }

    private static void readForwardOnly(Store store, Crew crew) {
        long last = 0;
        while (crew.isWorking()) {
            try (Snapshot snapshot = store.snapshot()) {
                long commits = verify(snapshot);
                assertTrue(commits >= last, commits + " after " + last);
                last = commits;
                assertEquals(commits, verify(snapshot));
            }
        }
    }

    private void stress(long millis, SyncLevel... levels) throws InterruptedException {
        StoreConfig config =
                StoreConfig.defaults()
                        .withPageBytes(512)
                        .withCheckpointBytes(1 << 16)
                        .withCheckpointIntervalMillis(10)
                        .withBusyTimeoutMillis(60_000);
        Path path = directory.resolve("store");
        AtomicLong newest = new AtomicLong();
        try (Store store = Store.open(path, config)) {
            fill(store);
            Crew crew = new Crew(millis, () -> newest.get() > 10);
            for (SyncLevel level : levels) {
                crew.repeat(
                        Thread.ofPlatform(),
                        () -> newest.accumulateAndGet(commit(store, level), Math::max));
            }
            crew.once(Thread.ofPlatform(), () -> readForwardOnly(store, crew));
            crew.once(Thread.ofVirtual(), () -> readForwardOnly(store, crew));
            crew.repeat(Thread.ofPlatform(), store::checkpoint);
            crew.join();
        }
        try (Store store = Store.open(path, config);
                Snapshot snapshot = store.snapshot()) {
            assertEquals(newest.get(), verify(snapshot));
            assertTrue(newest.get() > 10);
        }
    }

    @Test
    void snapshotsSeeWholeCommitsOfEverySyncLevel() throws InterruptedException {
        stress(2500, SyncLevel.values());
    }

    @Test
    @Tag("slow")
    void snapshotsSeeWholeCommitsForAMinute() throws InterruptedException {
        stress(60_000, SyncLevel.values());
    }

    @Test
    void storeClosedUnderLoadKeepsWhatItAcknowledged() throws InterruptedException {
        Path path = directory.resolve("store");
        StoreConfig config = StoreConfig.defaults().withPageBytes(512).withCloseTimeoutMillis(0);
        try (Store store = Store.open(path, config)) {
            fill(store);
        }
        for (int round = 0; round < 10; round++) {
            AtomicLong newest = new AtomicLong();
            Store store = Store.open(path, config);
            Crew crew = new Crew(0);
            for (SyncLevel level : SyncLevel.values()) {
                crew.once(
                        Thread.ofPlatform(),
                        () -> {
                            try {
                                while (true) {
                                    newest.accumulateAndGet(commit(store, level), Math::max);
                                }
                            } catch (StoreClosedException e) {
                                assertFalse(e.getMessage().contains("flush failed"));
                            }
                        });
            }
            Thread.sleep(20);
            store.close();
            crew.join();
            try (Store again = Store.open(path, config);
                    Snapshot snapshot = again.snapshot()) {
                assertTrue(verify(snapshot) >= newest.get());
            }
        }
    }

    /** {@return the storage with its flushes counted} */
    private static Storage counting(Storage storage, AtomicLong flushes) {
        return (Storage)
                Proxy.newProxyInstance(
                        InvariantTest.class.getClassLoader(),
                        new Class<?>[] {Storage.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("sync")) {
                                flushes.incrementAndGet();
                            }
                            try {
                                return method.invoke(storage, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    @Test
    void durableCommitsOfManyThreadsShareFlushes() throws InterruptedException {
        Path path = directory.resolve("store");
        AtomicLong flushes = new AtomicLong();
        FileStorage file = FileStorage.open(path, FileStorage.Options.defaults());
        StoreConfig config = StoreConfig.defaults().withBusyTimeoutMillis(60_000);
        long threads = 8;
        long commits = 40;
        List<Long> txns = new ArrayList<>();
        try (Store store = Store.on(counting(file, flushes), config)) {
            fill(store);
            long before = flushes.get();
            CountDownLatch start = new CountDownLatch(1);
            Crew crew = new Crew(Integer.MAX_VALUE);
            for (int thread = 0; thread < threads; thread++) {
                crew.once(
                        Thread.ofPlatform(),
                        () -> {
                            start.await();
                            for (int i = 0; i < commits; i++) {
                                durableCommit(store, txns);
                            }
                        });
            }
            start.countDown();
            crew.join();
            long shared = flushes.get() - before;
            assertTrue(shared < threads * commits, shared + " flushes");
            assertEquals(threads * commits, txns.size());
            assertEquals(txns.stream().distinct().count(), txns.size());
            try (Snapshot snapshot = store.snapshot()) {
                assertEquals(threads * commits, verify(snapshot));
            }
        }
    }

    /** Commits, and sees at once what it and all before it committed. */
    private static void durableCommit(Store store, List<Long> txns) {
        long number;
        long txnId;
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            move(txn, ThreadLocalRandom.current());
            number = number(txn.get(FAMILIES.get(2), COUNTER)) + 1;
            txn.put(FAMILIES.get(2), COUNTER, number(number));
            txnId = txn.commit();
        }
        synchronized (txns) {
            txns.add(txnId);
        }
        assertTrue(store.durableTxn() >= txnId);
        assertTrue(store.latestTxn() >= txnId);
        assertTrue(number(store.get(FAMILIES.get(2), COUNTER)) >= number);
    }
}
