package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand virtual threads, and platform threads among them, at everything at once. Each counts
 * in a key of its own and in one for all; at the end the store holds the sums and nothing is open.
 */
class ManyThreadsTest {
    private static final int THREADS = 1_000;
    private static final int ROUNDS = 8;
    private static final byte[] SHARED = Samples.text("shared");

    @TempDir Path directory;

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static long number(byte[] value) {
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }

    /** One round: whatever a handle sees, both counters are of one commit. */
    private static void work(Store store, byte[] own, int round) {
        try (WriteTransaction txn = store.begin()) {
            txn.put(own, number(round + 1));
            txn.put(SHARED, number(number(txn.get(SHARED)) + 1));
            txn.commit();
        }
        assertArrayEquals(number(round + 1), store.get(own));
        try (Snapshot snapshot = store.snapshot()) {
            long shared = number(snapshot.get(SHARED));
            assertTrue(shared > round);
            assertArrayEquals(number(round + 1), snapshot.get(own));
            assertEquals(shared, number(snapshot.get(SHARED)));
        }
        try (Reader reader = store.reader()) {
            long before = number(reader.get(SHARED));
            reader.refresh();
            assertTrue(number(reader.get(SHARED)) >= before);
        }
        if (round % 3 == 2) {
            store.delete(own);
            store.put(own, number(round + 1));
        }
    }

    private static long count(Store store) {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.count();
        }
    }

    private static void run(Path path, StoreConfig config) throws InterruptedException {
        try (Store store = Store.open(path, config)) {
            Crew crew = new Crew(600_000);
            for (int i = 0; i < THREADS; i++) {
                byte[] own = Samples.key(i);
                boolean isVirtual = i % 50 != 0;
                crew.once(
                        isVirtual ? Thread.ofVirtual() : Thread.ofPlatform(),
                        () -> {
                            for (int round = 0; round < ROUNDS; round++) {
                                work(store, own, round);
                            }
                        });
            }
            crew.join();
            assertEquals(0, store.stats().openSnapshots());
            assertEquals((long) THREADS * ROUNDS, number(store.get(SHARED)));
        }
        try (Store store = Store.open(path)) {
            assertEquals((long) THREADS * ROUNDS, number(store.get(SHARED)));
            assertEquals(THREADS + 1, count(store));
            assertTrue(store.check((_, _) -> {}).isClean());
        }
    }

    @Test
    void aThousandThreadsReadAndWriteAtOnce() throws InterruptedException {
        StoreConfig config =
                StoreConfig.defaults()
                        .withBusyTimeoutMillis(600_000)
                        .withCheckpointBytes(1 << 16)
                        .withCheckpointIntervalMillis(10);
        run(directory.resolve("store"), config);
    }
}
