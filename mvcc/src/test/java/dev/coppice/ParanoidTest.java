package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.SnapshotClosedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw segments of a paranoid store go with the handle that they come from. */
class ParanoidTest {
    private static final ColumnFamily FAMILY = ColumnFamily.DEFAULT;
    private static final StoreConfig PARANOID = StoreConfig.defaults().withParanoid(true);

    @TempDir private Path directory;

    private Store open() {
        return Store.open(directory.resolve("paranoid.coppice"), PARANOID);
    }

    private static byte[] put(Store store, int valueBytes) {
        byte[] value = new byte[valueBytes];
        new Random(valueBytes).nextBytes(value);
        try (WriteTransaction txn = store.begin()) {
            txn.put(FAMILY, 1, value);
            txn.commit();
        }
        return value;
    }

    private static MemorySegment raw(ReadHandle handle) {
        LargeValue large = new LargeValue();
        assertTrue(handle.map(FAMILY, 1, large));
        return large.unsafeSegment();
    }

    private static void assertGone(MemorySegment segment) {
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 900, 5_000, 100_000, (64 << 20) + 40})
    void segmentHasTheValueUntilTheSnapshotIsClosed(int valueBytes) {
        for (boolean isInMemory : new boolean[] {false, true}) {
            try (Store store = isInMemory ? Store.inMemory(PARANOID) : open()) {
                byte[] value = put(store, valueBytes);
                Snapshot snapshot = store.snapshot();
                MemorySegment segment = raw(snapshot);

                assertTrue(segment.isReadOnly());
                assertEquals(-1, segment.mismatch(MemorySegment.ofArray(value)));
                put(store, 7);
                assertEquals(-1, segment.mismatch(MemorySegment.ofArray(value)));
                snapshot.close();
                assertGone(segment);
                assertTrue(store.check((_, _) -> {}).isClean());
            }
        }
    }

    @Test
    void segmentGoesWhenAReaderMovesParksOrCloses() {
        try (Store store = open()) {
            put(store, 5_000);
            Reader reader = store.reader();
            MemorySegment first = raw(reader);
            assertFalse(reader.refresh());
            assertEquals(5_000, first.toArray(ValueLayout.JAVA_BYTE).length);
            put(store, 6_000);
            assertTrue(reader.refresh());
            assertGone(first);
            MemorySegment second = raw(reader);
            reader.park();
            assertGone(second);
            reader.refresh();
            MemorySegment third = raw(reader);
            reader.close();
            assertGone(third);
        }
    }

    @Test
    void segmentGoesWithTheStore() {
        MemorySegment segment;
        try (Store store =
                Store.open(
                        directory.resolve("paranoid.coppice"),
                        PARANOID.withCloseTimeoutMillis(0))) {
            put(store, 5_000);
            segment = raw(store.snapshot());
        }
        assertGone(segment);
    }

    @Test
    void transactionHasNoRawSegments() {
        try (Store store = open();
                WriteTransaction txn = store.begin()) {
            txn.put(FAMILY, 1, new byte[5_000]);
            LargeValue large = new LargeValue();
            assertTrue(txn.map(FAMILY, 1, large));
            assertEquals(0, large.getByte(4_999));
            assertThrows(IllegalStateException.class, large::unsafeSegment);
        }
    }

    @Test
    void segmentsThatAreReadWhileTheirSnapshotsCloseShowTheValueOrThrow() throws Exception {
        try (Store store = open()) {
            byte[] value = put(store, 20_000);
            AtomicReference<Snapshot> shared = new AtomicReference<>(store.snapshot());
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread reading =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    readUntilNull(shared, value);
                                } catch (RuntimeException | Error e) {
                                    failure.set(e);
                                }
                            });
            for (int i = 0; i < 300; i++) {
                Snapshot old = shared.getAndSet(store.snapshot());
                put(store, 20_000);
                old.close();
            }
            shared.getAndSet(null).close();
            reading.join();
            assertEquals(null, failure.get());
            assertTrue(store.check((_, _) -> {}).isClean());
        }
    }

    private static void readUntilNull(AtomicReference<Snapshot> shared, byte[] value) {
        LargeValue large = new LargeValue();
        for (Snapshot snapshot = shared.get(); snapshot != null; snapshot = shared.get()) {
            try {
                assertTrue(snapshot.map(FAMILY, 1, large));
                MemorySegment segment = large.unsafeSegment();
                for (int at = 0; at < value.length; at++) {
                    assertEquals(value[at], segment.get(ValueLayout.JAVA_BYTE, at));
                }
            } catch (SnapshotClosedException e) {
                assertTrue(e.getMessage().contains("closed"), e.getMessage());
            } catch (IllegalStateException e) {
                assertEquals("Already closed", e.getMessage());
            }
        }
    }
}
