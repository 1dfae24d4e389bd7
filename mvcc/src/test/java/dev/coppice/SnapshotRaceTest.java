package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: whatever is closed while others read it, they see right data or that it was closed.
 *
 * <p>Method: two threads read one snapshot while a third closes it and opens the next, and a writer
 * recycles pages as fast as it can and makes the file grow.
 */
class SnapshotRaceTest {
    private static final int KEYS = 300;
    private static final ColumnFamily GROWTH = ColumnFamily.of("growth");
    private static final StoreConfig CONFIG =
            StoreConfig.defaults()
                    .withPageBytes(512)
                    .withCheckpointBytes(1 << 16)
                    .withCheckpointIntervalMillis(20)
                    .withCloseTimeoutMillis(0);

    @TempDir Path directory;

    /** {@return the value of a key in round {@code round}; some lie in overflow runs} */
    private static byte[] value(int key, long round) {
        byte[] value = new byte[key % 10 == 0 ? 9000 : 40];
        for (int at = 0; at < value.length; at++) {
            value[at] = (byte) (round + key + at);
        }
        return value;
    }

    /** Puts one key after the other in the round that it is in; all have the same in a commit. */
    private static void writeRound(Store store, long round) {
        try (WriteTransaction txn = store.begin()) {
            txn.put(Samples.text("round"), new byte[] {(byte) round});
            for (int key = 0; key < KEYS; key += 1) {
                txn.put(Samples.key(key), value(key, round));
            }
            txn.commit();
        }
    }

    private static void grow(Store store, long round) {
        try (WriteTransaction txn = store.begin()) {
            if (round % 200 == 0) {
                txn.clear(GROWTH);
            }
            txn.put(GROWTH, Samples.key(round), new byte[20_000]);
            txn.commit();
        }
    }

    private static void readOnce(Snapshot snapshot, ThreadLocalRandom random) {
        long round = snapshot.get(Samples.text("round"))[0];
        if (random.nextInt(4) > 0) {
            int key = random.nextInt(KEYS);
            assertArrayEquals(value(key, round), snapshot.get(Samples.key(key)));
            return;
        }
        try (Cursor cursor = snapshot.cursor()) {
            for (int key = 0; key < KEYS; key++) {
                assertTrue(cursor.next());
                assertArrayEquals(Samples.key(key), cursor.key());
                assertArrayEquals(value(key, round), cursor.value());
            }
            assertTrue(cursor.next());
            assertEquals(KEYS + 1, snapshot.count());
        }
    }

    private void race(long millis, Thread.Builder readers) throws InterruptedException {
        Path path = directory.resolve("store");
        AtomicLong reads = new AtomicLong();
        AtomicLong closedUnderneath = new AtomicLong();
        try (Store store = Store.open(path, CONFIG)) {
            try (WriteTransaction txn = store.begin()) {
                txn.createFamily(GROWTH);
                txn.commit();
            }
            writeRound(store, 0);
            AtomicReference<Snapshot> shared = new AtomicReference<>(store.snapshot());
            AtomicLong round = new AtomicLong();
            BooleanSupplier hasMet =
                    () -> reads.get() > 0 && closedUnderneath.get() > 0 && round.get() > 3;
            Crew crew = new Crew(millis, hasMet);
            for (int i = 0; i < 2; i++) {
                crew.repeat(
                        readers,
                        () -> {
                            try {
                                readOnce(shared.get(), ThreadLocalRandom.current());
                                reads.incrementAndGet();
                            } catch (SnapshotClosedException e) {
                                closedUnderneath.incrementAndGet();
                            }
                        });
            }
            crew.repeat(
                    Thread.ofPlatform(),
                    () -> {
                        for (int i = ThreadLocalRandom.current().nextInt(2000); i > 0; i--) {
                            Thread.onSpinWait();
                        }
                        shared.getAndSet(store.snapshot()).close();
                    });
            crew.repeat(
                    Thread.ofPlatform(),
                    () -> {
                        writeRound(store, round.incrementAndGet());
                        grow(store, round.get());
                    });
            crew.join();
            assertTrue(hasMet.getAsBoolean());
        }
        try (Store store = Store.open(path, CONFIG);
                Snapshot snapshot = store.snapshot()) {
            readOnce(snapshot, ThreadLocalRandom.current());
        }
    }

    @Test
    void snapshotClosedUnderItsReadersShowsNothingWrong() throws InterruptedException {
        race(4000, Thread.ofPlatform());
    }

    @Test
    void snapshotClosedUnderVirtualThreadsShowsNothingWrong() throws InterruptedException {
        race(1000, Thread.ofVirtual());
    }

    @Test
    @Tag("slow")
    void snapshotClosedUnderItsReadersForAMinuteShowsNothingWrong() throws InterruptedException {
        race(60_000, Thread.ofPlatform());
    }

    private static void readUntilClosed(Store store) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (true) {
            try (Snapshot snapshot = store.snapshot()) {
                for (int i = 0; i < 20; i++) {
                    readOnce(snapshot, random);
                }
                assertTrue(store.stats().openSnapshots() >= 0);
                assertTrue(store.latestTxn() > 0);
            } catch (StoreClosedException e) {
                return;
            } catch (SnapshotClosedException e) {
                // The store is closing; the next snapshot will tell.
                Thread.onSpinWait();
            }
        }
    }

    private static void writeUntilClosed(Store store) {
        for (long round = 1; ; round++) {
            try {
                writeRound(store, round);
                store.put(Samples.text("round"), new byte[] {(byte) round});
                store.checkpoint();
            } catch (StoreClosedException e) {
                return;
            }
        }
    }

    private void closeUnderLoad(int times) throws InterruptedException {
        Path path = directory.resolve("store");
        for (int i = 0; i < times; i++) {
            Store store = Store.open(path, CONFIG);
            writeRound(store, 0);
            Crew crew = new Crew(0);
            for (int thread = 0; thread < 2; thread++) {
                crew.once(Thread.ofPlatform(), () -> readUntilClosed(store));
            }
            crew.once(Thread.ofVirtual(), () -> readUntilClosed(store));
            crew.once(Thread.ofPlatform(), () -> writeUntilClosed(store));
            Thread.sleep(ThreadLocalRandom.current().nextInt(30));
            store.close();
            crew.join();
        }
        try (Store store = Store.open(path, CONFIG);
                Snapshot snapshot = store.snapshot()) {
            readOnce(snapshot, ThreadLocalRandom.current());
        }
    }

    @Test
    void storeClosedUnderLoadTellsSoToEverybody() throws InterruptedException {
        closeUnderLoad(60);
    }

    @Test
    @Tag("slow")
    void storeClosedUnderLoadManyTimesTellsSoToEverybody() throws InterruptedException {
        closeUnderLoad(2000);
    }
}
