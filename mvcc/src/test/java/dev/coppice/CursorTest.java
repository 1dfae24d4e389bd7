package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.coppice.error.SnapshotClosedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a cursor and its batches show, what they refuse, and what they leave for the collector. */
final class CursorTest {
    private static final int ENTRIES = 5_000;
    private static final int LARGE_BYTES = 9_000;

    private final Store store = Store.inMemory();

    @AfterEach
    void check() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
    }

    /** Long keys; each value has its key's number at 0 and twice that at 8, 20 bytes in all. */
    private void fill() {
        try (WriteTransaction txn = store.begin()) {
            for (long key = 0; key < ENTRIES; key++) {
                byte[] value = new byte[20];
                MemorySegment.ofArray(value).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, key);
                MemorySegment.ofArray(value).set(ValueLayout.JAVA_LONG_UNALIGNED, 8, 2 * key);
                txn.put(new KeyBuilder().addLong(key).toBytes(), value);
            }
            txn.commit();
        }
    }

    @Test
    void longKeysAndFieldsAreReadFromViews() {
        fill();
        try (Reader reader = store.reader();
                Cursor cursor = reader.cursor(ColumnFamily.DEFAULT, KeyRange.longs(-5, 100))) {
            assertTrue(cursor.seek(90));
            assertEquals(90, cursor.keyLong());
            assertEquals(180, cursor.valueView().getLong(8));
            assertTrue(cursor.seekExact(99));
            assertFalse(cursor.seekExact(100), "outside the range");
            assertTrue(cursor.seekFloor(1000));
            assertEquals(99, cursor.keyLong());
            assertTrue(cursor.seekLower(99));
            assertTrue(cursor.seekHigher(97));
            assertEquals(98, cursor.keyLong());
            assertEquals(1, cursor.remaining());
            assertTrue(cursor.skip(-98));
            assertEquals(0, cursor.keyLong());
            assertTrue(cursor.seek(new KeyBuilder().addLong(7)));
            assertEquals(7, cursor.keyLong());
        }
    }

    @Test
    void keyOfAnotherLengthIsNoLong() {
        store.put(Samples.text("four"), new byte[0]);
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor()) {
            assertTrue(cursor.next());
            var refused = assertThrows(IllegalArgumentException.class, cursor::keyLong);
            assertTrue(refused.getMessage().contains("keyBytes=4"), refused.getMessage());
        }
    }

    @Test
    void nothingIsCopiedIntoAnArrayThatIsTooShort() {
        store.put(Samples.text("key"), Samples.text("value"));
        store.put(Samples.text("large"), new byte[LARGE_BYTES]);
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor()) {
            assertTrue(cursor.next());
            byte[] target = new byte[4];
            assertEquals(5, cursor.value(target, 0));
            assertEquals(3, cursor.key(target, 2));
            assertEquals(3, cursor.key(target, 4));
            assertArrayEquals(new byte[4], target);
            assertEquals(3, cursor.key(target, 1));
            assertArrayEquals(new byte[] {0, 'k', 'e', 'y'}, target);
            assertThrows(IndexOutOfBoundsException.class, () -> cursor.key(target, 5));
            assertThrows(IndexOutOfBoundsException.class, () -> cursor.value(target, -1));
            assertTrue(cursor.next());
            assertEquals(LARGE_BYTES, cursor.value(target, 0));
            assertEquals(LARGE_BYTES, cursor.valueView().length());
        }
    }

    @Test
    void emptyKeyNamesThePlaceBeforeAllOthers() {
        fill();
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor()) {
            assertFalse(cursor.seekExact(new byte[0]));
            assertTrue(cursor.next());
            assertEquals(0, cursor.keyLong());
            assertFalse(cursor.seekFloor(new byte[0]));
            assertTrue(cursor.seek(new KeyBuilder()));
            assertEquals(0, cursor.keyLong());
            assertFalse(cursor.seekHigher(longest()));
            assertTrue(cursor.seekLower(longest()));
            assertEquals(ENTRIES - 1, cursor.keyLong());
        }
    }

    private static byte[] longest() {
        byte[] key = new byte[Keys.MAX_KEY_BYTES + 9];
        Arrays.fill(key, (byte) -1);
        return key;
    }

    @Test
    void closedCursorRefusesEverything() {
        fill();
        try (Snapshot snapshot = store.snapshot()) {
            Cursor cursor = snapshot.cursor();
            assertTrue(cursor.next());
            cursor.close();
            cursor.close();
            assertFalse(cursor.isOnEntry());
            List.<Runnable>of(
                            cursor::next,
                            cursor::last,
                            cursor::keyView,
                            cursor::value,
                            cursor::remaining,
                            () -> cursor.skip(1),
                            () -> cursor.seek(1),
                            () -> cursor.keepTo(KeyRange.all()),
                            () -> cursor.nextBatch(new EntryBatch()))
                    .forEach(use -> assertThrows(IllegalStateException.class, use::run));
        }
    }

    @Test
    void cursorOfATransactionBelongsToItsThread() throws InterruptedException {
        fill();
        try (WriteTransaction txn = store.begin();
                Cursor cursor = txn.cursor()) {
            assertTrue(cursor.next());
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread other = Thread.ofPlatform().unstarted(cursor::next);
            other.setUncaughtExceptionHandler((_, e) -> thrown.set(e));
            other.start();
            other.join();
            assertTrue(thrown.get() instanceof IllegalStateException, () -> "" + thrown.get());
            assertEquals(0, cursor.keyLong());
        }
    }

    @Test
    void valueOutsideItsLeafIsNotReadOnceTheSnapshotIsClosed() {
        store.put(Keys.encode(0, new byte[Long.BYTES]), new byte[store.config().pageBytes() * 3]);
        Snapshot snapshot = store.snapshot();
        Cursor cursor = snapshot.cursor();
        assertTrue(cursor.next());
        assertEquals(store.config().pageBytes() * 3, cursor.valueView().length());
        snapshot.close();
        assertThrows(SnapshotClosedException.class, cursor::valueView);
        assertThrows(SnapshotClosedException.class, cursor::value);
    }

    @Test
    void stepsInsideALeafRefuseAHandleThatIsClosedOrParked() {
        fill();
        Reader reader = store.reader();
        Cursor cursor = reader.cursor();
        assertTrue(cursor.next());
        assertTrue(cursor.next());
        reader.park();
        assertThrows(IllegalStateException.class, cursor::next);
        assertThrows(IllegalStateException.class, cursor::previous);
        assertThrows(IllegalStateException.class, cursor::valueView);
        reader.refresh();
        assertEquals(1, cursor.keyLong());
        assertTrue(cursor.next());
        reader.close();
        assertThrows(IllegalStateException.class, cursor::next);
        assertThrows(IllegalStateException.class, cursor::valueView);
    }

    @Test
    void viewAndBatchOutliveTheSnapshot() {
        fill();
        Snapshot snapshot = store.snapshot();
        Cursor cursor = snapshot.cursor();
        EntryBatch batch = new EntryBatch();
        assertTrue(cursor.nextBatch(batch));
        BytesView view = cursor.valueView();
        long last = cursor.keyLong();
        snapshot.close();
        assertThrows(SnapshotClosedException.class, cursor::next);
        assertThrows(SnapshotClosedException.class, cursor::valueView);
        assertEquals(last, view.getLong(0));
        assertEquals(last, batch.keyLong(batch.count() - 1));
    }

    @Test
    void batchesGatherAField() {
        fill();
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor();
                Arena arena = Arena.ofConfined()) {
            MemorySegment column = arena.allocate(ENTRIES * 8L);
            MemorySegment ends = arena.allocate(ENTRIES * 4L);
            EntryBatch batch = new EntryBatch();
            long at = 0;
            while (cursor.nextBatch(batch)) {
                batch.copyField(16, 4, ends, at / 2);
                at += batch.copyField(8, 8, column, at);
            }
            assertEquals(ENTRIES * 8L, at);
            for (int i = 0; i < ENTRIES; i++) {
                assertEquals(2L * i, column.getAtIndex(ValueLayout.JAVA_LONG, i));
                assertEquals(0, ends.getAtIndex(ValueLayout.JAVA_INT, i));
            }
            assertEquals(0, batch.count());
            assertThrows(IndexOutOfBoundsException.class, () -> batch.keyOffset(0));
        }
    }

    @Test
    void fieldThatAValueLacksIsRefusedAsAWhole() {
        store.put(Samples.text("a"), new byte[12]);
        store.put(Samples.text("b"), new byte[11]);
        store.put(Samples.text("c"), new byte[LARGE_BYTES]);
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor()) {
            EntryBatch batch = new EntryBatch();
            assertTrue(cursor.nextBatch(batch));
            assertEquals(3, batch.count());
            assertTrue(batch.isLarge(2) && batch.hasLarge());
            assertEquals(LARGE_BYTES, batch.valueLength(2));
            MemorySegment target = MemorySegment.ofArray(new byte[30]);
            assertRefused(batch, 8, 4, target, "value 1");
            assertRefused(batch, 0, 8, target, "value 2");
            assertRefused(batch, -1, 8, target, "offset=-1");
            assertRefused(batch, 0, 0, target, "width=0");
            batch.clear();
            assertEquals(0, batch.copyField(0, 8, target, 30));
            assertEquals(-1, MemorySegment.ofArray(new byte[30]).mismatch(target));
        }
    }

    private static void assertRefused(
            EntryBatch batch, int offset, int width, MemorySegment target, String words) {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> batch.copyField(offset, width, target, 0));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    @Test
    void readersCursorFollowsAGrowingFamily() {
        try (Reader reader = store.reader();
                Cursor cursor = reader.cursor()) {
            for (long round = 0; round < 3; round++) {
                assertFalse(cursor.next());
                store.put(new KeyBuilder().addLong(round).toBytes(), new byte[1]);
                assertFalse(cursor.next(), "not before the refresh");
                assertTrue(reader.refresh());
                assertTrue(cursor.next());
                assertEquals(round, cursor.keyLong());
            }
        }
    }

    @FunctionalInterface
    private interface Use {
        long run(int i);
    }

    @Test
    void stepsViewsBatchesAndSeeksLeaveNoGarbage() {
        fill();
        EntryBatch batch = new EntryBatch();
        byte[] target = new byte[64];
        try (Reader reader = store.reader();
                Snapshot snapshot = store.snapshot();
                Cursor cursor = reader.cursor();
                Cursor other = snapshot.cursor(ColumnFamily.DEFAULT, KeyRange.longs(9, 4_000))) {
            for (Cursor used : List.of(cursor, other)) {
                measure(
                        "next and views",
                        _ ->
                                (used.next() || used.first() ? 1 : 0)
                                        + used.valueView().getLong(0)
                                        + used.keyView().length());
                measure(
                        "previous and copies",
                        _ ->
                                (used.previous() || used.last() ? used.keyLong() : 0)
                                        + used.value(target, 0)
                                        + used.key(target, 30));
                measure("batch", _ -> used.nextBatch(batch) || used.first() ? batch.count() : 0);
                measure("seek", i -> used.seek(i % ENTRIES) ? used.keyLong() : 0);
                measure("skip", i -> used.first() && used.skip(i % 3000) ? used.remaining() : 0);
            }
        }
    }

    private static void measure(String what, Use use) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (int i = 0; i < 30_000; i++) {
            sum += use.run(i);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 20_000; i++) {
            sum += use.run(i);
        }
        double bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(sum > 0 && bytes / 20_000 < 1, what + ": " + bytes / 20_000 + " bytes each");
    }
}
