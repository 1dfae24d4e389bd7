package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: an interrupt fails no operation, repeats none and is never lost; only a wait for the writer
 * role ends by it.
 *
 * <p>Method: a thread interrupts the others at random. A flag that was up before an operation has
 * to be up after it.
 */
class InterruptTest {
    private static final StoreConfig CONFIG =
            StoreConfig.defaults()
                    .withPageBytes(1024)
                    .withCheckpointBytes(1 << 16)
                    .withCheckpointIntervalMillis(10)
                    .withBusyTimeoutMillis(60_000);

    @TempDir Path directory;

    /** Interrupts at random until the storm is over. */
    private static final class Storm {
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final Thread thread;

        Storm(Thread... targets) {
            thread =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                ThreadLocalRandom random = ThreadLocalRandom.current();
                                while (!isOver.get()) {
                                    targets[random.nextInt(targets.length)].interrupt();
                                    LockSupport.parkNanos(random.nextInt(50_000));
                                }
                            });
        }

        void end() {
            isOver.set(true);
            while (thread.isAlive()) {
                Thread.onSpinWait();
            }
        }
    }

    /** Runs an operation; a flag that was up is up afterwards. Clears it now and then. */
    private static void keepingTheFlag(Runnable operation, AtomicLong interrupted) {
        boolean before = Thread.currentThread().isInterrupted();
        operation.run();
        assertTrue(!before || Thread.currentThread().isInterrupted(), "the flag was lost");
        if (before && ThreadLocalRandom.current().nextInt(3) == 0) {
            interrupted.incrementAndGet();
            assertTrue(Thread.interrupted());
        }
    }

    private void storm(int reads, int commits, int writers) throws InterruptedException {
        Path path = directory.resolve("store");
        AtomicLong interrupted = new AtomicLong();
        AtomicLong committed = new AtomicLong();
        AtomicLong busy = new AtomicLong();
        try (Store store = Store.open(path, CONFIG)) {
            for (int i = 0; i < 1000; i++) {
                store.put(Samples.key(i), Samples.value(i, i % 100 == 0 ? 5000 : 50));
            }
            Crew crew = new Crew(Integer.MAX_VALUE);
            Thread[] threads = new Thread[writers + 1];
            threads[0] =
                    crew.once(
                            Thread.ofPlatform(),
                            () -> {
                                for (int i = 0; i < reads; i++) {
                                    int key = i % 1000;
                                    keepingTheFlag(() -> read(store, key), interrupted);
                                }
                            });
            for (int w = 1; w <= writers; w++) {
                byte[] name = Samples.text("writer " + w);
                threads[w] =
                        crew.once(
                                Thread.ofPlatform(),
                                () -> {
                                    for (int i = 0; i < commits; ) {
                                        int number = i;
                                        try {
                                            keepingTheFlag(
                                                    () -> commit(store, name, number), interrupted);
                                            committed.incrementAndGet();
                                            i++;
                                        } catch (BusyException e) {
                                            busy.incrementAndGet();
                                            assertTrue(Thread.interrupted());
                                        }
                                    }
                                });
            }
            Storm storm = new Storm(threads);
            crew.join();
            storm.end();
            assertTrue(interrupted.get() > 0);
            assertTrue(writers > 1 || busy.get() == 0, "busy without a competitor");
            assertEquals((long) commits * writers, committed.get());
        }
        try (Store store = Store.open(path, CONFIG)) {
            for (int w = 1; w <= writers; w++) {
                byte[] last = Samples.value(commits - 1, 100);
                assertArrayEquals(last, store.get(Samples.text("writer " + w)));
            }
            for (int i = 0; i < 1000; i++) {
                read(store, i);
            }
        }
    }

    private static void read(Store store, int key) {
        byte[] value = Samples.value(key, key % 100 == 0 ? 5000 : 50);
        assertArrayEquals(value, store.get(Samples.key(key)));
    }

    /** Fails when it is repeated: it counts on what the commit before left. */
    private static void commit(Store store, byte[] name, int number) {
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            byte[] before = number == 0 ? null : Samples.value(number - 1, 100);
            assertArrayEquals(before, txn.get(name));
            txn.put(name, Samples.value(number, 100));
            txn.put(Samples.text("growth " + number), new byte[300]);
            txn.commit();
        }
    }

    @Test
    void interruptsDisturbNeitherReadsNorDurableCommits() throws InterruptedException {
        storm(100_000, 300, 1);
    }

    @Test
    void interruptsEndOnlyTheWaitForTheWriterRole() throws InterruptedException {
        storm(1000, 100, 3);
    }

    @Test
    @Tag("slow")
    void interruptsDisturbNoneOf100000DurableCommits() throws InterruptedException {
        storm(100_000, 100_000, 1);
    }

    @Test
    void interruptedThreadOpensGrowsCheckpointsAndClosesAStore() {
        Path path = directory.resolve("store");
        byte[] value = Samples.value(1, 3 << 20);
        Thread.currentThread().interrupt();
        try (Store store = Store.open(path, CONFIG)) {
            store.put(Samples.key(1), value);
            Model.checkpoint(store);
            assertArrayEquals(value, store.get(Samples.key(1)));
            assertEquals(store.latestTxn(), store.durableTxn());
        }
        try (Store store = Store.open(path, CONFIG.withReadOnly(true))) {
            assertArrayEquals(value, store.get(Samples.key(1)));
        }
        assertTrue(Thread.interrupted());
    }
}
