package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.SnapshotClosedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways in which a value reaches the caller: into its memory, as a view, without a copy. */
class ValueFormsTest {
    private static final ColumnFamily FAMILY = ColumnFamily.DEFAULT;
    private static final byte[] KEY = Samples.key(1);

    @TempDir Path directory;
    private final Model model = new Model();
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(directory.resolve("store"));
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        model.verify(directory.resolve("store"), StoreConfig.defaults());
    }

    private byte[] put(int i, int valueBytes) {
        byte[] value = Samples.value(i, valueBytes);
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, KEY, value);
            txn.commit();
        }
        return value;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 1000, 4096, 4097, 70_000})
    void valueIsCopiedIntoASegment(int valueBytes) {
        byte[] value = put(1, valueBytes);
        try (Arena arena = Arena.ofConfined();
                Snapshot snapshot = store.snapshot()) {
            MemorySegment target = arena.allocate(valueBytes + 3);
            long noRoom = valueBytes == 0 ? 3 : 4;
            assertEquals(valueBytes, snapshot.get(FAMILY, KEY, target, noRoom));
            assertEquals(-1, target.mismatch(arena.allocate(valueBytes + 3)));
            assertEquals(valueBytes, snapshot.get(FAMILY, KEY, target, 3));
            assertArrayEquals(value, target.asSlice(3).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(-1, snapshot.get(FAMILY, Samples.key(2), target, 0));
            MemorySegment heap = MemorySegment.ofArray(new byte[valueBytes]);
            assertEquals(valueBytes, snapshot.get(FAMILY, KEY, heap, 0));
            assertArrayEquals(value, heap.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void segmentThatCannotBeWrittenToIsRefused() throws InterruptedException {
        put(1, 50);
        try (Snapshot snapshot = store.snapshot();
                Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(100);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> snapshot.get(FAMILY, KEY, segment.asReadOnly(), 0));
            for (long offset : new long[] {-1, 101}) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> snapshot.get(FAMILY, KEY, segment, offset));
            }
            assertThrows(
                    NullPointerException.class,
                    () -> snapshot.get(FAMILY, KEY, (MemorySegment) null, 0));
            Arena closed = Arena.ofConfined();
            MemorySegment gone = closed.allocate(100);
            closed.close();
            var e =
                    assertThrows(
                            IllegalStateException.class, () -> snapshot.get(FAMILY, KEY, gone, 0));
            assertTrue(e.getMessage().contains("arena"), e.getMessage());
            Crew crew = new Crew(0);
            crew.once(
                    Thread.ofPlatform(),
                    () ->
                            assertThrows(
                                    IllegalArgumentException.class,
                                    () -> snapshot.get(FAMILY, KEY, segment, 0)));
            crew.join();
        }
    }

    @Test
    void viewIsTheReadersOwnMemory() {
        byte[] value = put(1, 20);
        try (Reader reader = store.reader()) {
            BytesView view = reader.view(FAMILY, KEY);
            assertArrayEquals(value, view.toBytes());
            put(2, 20);
            store.checkpoint();
            assertArrayEquals(value, view.toBytes());
            assertSame(view, reader.view(FAMILY, KEY));
            assertNull(reader.view(FAMILY, Samples.key(2)));
            reader.refresh();
            byte[] large = put(3, 100_000);
            reader.refresh();
            assertArrayEquals(large, reader.view(FAMILY, KEY).toBytes());
            reader.park();
            assertThrows(IllegalStateException.class, () -> reader.view(FAMILY, KEY));
            // What was copied cannot change, whoever closes what.
            assertArrayEquals(large, view.toBytes());
        }
        assertEquals(100_000, model.of(FAMILY).get(KEY).length);
    }

    @Test
    void keysOfAllKindsNameTheSameEntry() {
        KeyBuilder builder = new KeyBuilder().addLong(-7);
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, builder.toBytes(), KEY);
            txn.commit();
        }
        LargeValue large = new LargeValue();
        try (Snapshot snapshot = store.snapshot();
                Reader reader = store.reader()) {
            byte[] target = new byte[KEY.length];
            for (ReadHandle handle : new ReadHandle[] {snapshot, reader}) {
                assertArrayEquals(KEY, handle.get(FAMILY, -7));
                assertArrayEquals(KEY, handle.get(FAMILY, builder));
                assertTrue(handle.exists(FAMILY, -7) && handle.exists(FAMILY, builder));
                assertFalse(handle.exists(FAMILY, 7) || handle.exists(FAMILY, KEY));
                assertEquals(KEY.length, handle.valueLength(FAMILY, -7));
                assertEquals(KEY.length, handle.valueLength(FAMILY, builder));
                assertEquals(-1, handle.valueLength(FAMILY, 7));
                assertEquals(KEY.length, handle.get(FAMILY, -7, target, 0));
                assertEquals(KEY.length, handle.get(FAMILY, builder, target, 0));
                assertTrue(handle.map(FAMILY, -7, large) && handle.map(FAMILY, builder, large));
                assertThrows(
                        IllegalArgumentException.class, () -> handle.get(FAMILY, new KeyBuilder()));
            }
            assertArrayEquals(KEY, reader.view(FAMILY, -7).toBytes());
            assertArrayEquals(KEY, reader.view(FAMILY, builder).toBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 900, 4096, 100_000, (64 << 20) + 40})
    void largeValueIsReadWhereItLies(int valueBytes) {
        byte[] value = put(1, valueBytes);
        ByteBuffer expected = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        LargeValue large = new LargeValue();
        try (Snapshot snapshot = store.snapshot()) {
            assertFalse(snapshot.map(FAMILY, Samples.key(2), large));
            assertTrue(snapshot.map(FAMILY, KEY, large));
            assertEquals(valueBytes, large.length());
            for (int at = 0; at + 8 <= valueBytes; at += Math.max(1, valueBytes / 5000)) {
                assertEquals(value[at], large.getByte(at));
                assertEquals(expected.getInt(at), large.getInt(at));
                assertEquals(expected.getLong(at), large.getLong(at));
                assertEquals(
                        Double.doubleToRawLongBits(expected.getDouble(at)),
                        Double.doubleToRawLongBits(large.getDouble(at)));
            }
            byte[] copy = new byte[valueBytes + 1];
            large.copyTo(0, copy, 1, valueBytes);
            assertArrayEquals(value, Arrays.copyOfRange(copy, 1, valueBytes + 1));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment target = arena.allocate(valueBytes + 1);
                large.copyTo(0, target, 1, valueBytes);
                assertEquals(-1, target.asSlice(1).mismatch(MemorySegment.ofArray(value)));
            }
            if (valueBytes < 1 << 20) {
                MemorySegment segment = large.unsafeSegment();
                assertTrue(segment.isReadOnly());
                assertEquals(-1, segment.mismatch(MemorySegment.ofArray(value)));
            }
            for (long at : new long[] {-1, valueBytes, valueBytes - 7L}) {
                assertThrows(IndexOutOfBoundsException.class, () -> large.getLong(at));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> large.getByte(valueBytes));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> large.copyTo(1, copy, 0, valueBytes));
        }
        assertThrows(SnapshotClosedException.class, () -> large.copyTo(0, new byte[0], 0, 0));
    }

    @Test
    void valueAcrossChunksOfTheMappingHasNoSegment() {
        byte[] value = put(1, 100 << 20);
        LargeValue large = new LargeValue();
        try (Snapshot snapshot = store.snapshot()) {
            assertTrue(snapshot.map(FAMILY, KEY, large));
            var e = assertThrows(IllegalStateException.class, large::unsafeSegment);
            assertTrue(e.getMessage().contains("chunk"), e.getMessage());
            ByteBuffer expected = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
            // Somewhere in between a number crosses the chunks.
            for (int at = 0; at < value.length - 8; at += 4093) {
                assertEquals(expected.getLong(at), large.getLong(at));
            }
        }
    }

    @Test
    void largeValueEndsWithItsHandle() {
        put(1, 10_000);
        LargeValue large = new LargeValue();
        assertThrows(IllegalStateException.class, large::length);
        assertThrows(IllegalStateException.class, () -> large.getByte(0));
        Snapshot snapshot = store.snapshot();
        assertTrue(snapshot.map(FAMILY, KEY, large));
        snapshot.close();
        assertThrows(SnapshotClosedException.class, () -> large.getByte(0));
        assertThrows(SnapshotClosedException.class, large::unsafeSegment);
        assertThrows(SnapshotClosedException.class, () -> snapshot.map(FAMILY, KEY, large));
        assertThrows(IllegalStateException.class, () -> large.getByte(0));
        try (Reader reader = store.reader()) {
            assertTrue(reader.map(FAMILY, KEY, large));
            byte first = large.getByte(0);
            assertFalse(reader.refresh());
            assertEquals(first, large.getByte(0));
            put(2, 10_000);
            assertEquals(first, large.getByte(0));
            assertTrue(reader.refresh());
            assertThrows(SnapshotClosedException.class, () -> large.getByte(0));
            assertTrue(reader.map(FAMILY, KEY, large));
            reader.park();
            assertThrows(IllegalStateException.class, () -> large.getByte(0));
        }
        try (WriteTransaction txn = store.begin()) {
            assertTrue(txn.map(FAMILY, KEY, large));
            assertEquals(Samples.value(2, 10_000)[9], large.getByte(9));
            txn.put(Samples.key(3), KEY);
            assertThrows(SnapshotClosedException.class, () -> large.getByte(9));
        }
        assertThrows(IllegalStateException.class, () -> large.getByte(9));
    }

    @Test
    void textIsStoredAsUtf8() {
        store.put("grün", "naïve");
        assertEquals("naïve", store.get("grün"));
        assertNull(store.get("blau"));
        assertArrayEquals(Samples.text("naïve"), store.get(Samples.text("grün")));
        assertTrue(store.delete("grün"));
        assertFalse(store.delete("grün"));
        assertThrows(IllegalArgumentException.class, () -> store.put("a\uD800", ""));
        assertThrows(IllegalArgumentException.class, () -> store.put("a", "\uDC00"));
        assertThrows(IllegalArgumentException.class, () -> store.get(""));
        store.put(Samples.text("bytes"), new byte[] {(byte) 0xFF});
        var e = assertThrows(IllegalArgumentException.class, () -> store.get("bytes"));
        assertTrue(e.getMessage().contains("UTF-8"), e.getMessage());
        assertThrows(NullPointerException.class, () -> store.get((String) null));
        assertThrows(NullPointerException.class, () -> store.put("a", null));
        assertTrue(store.delete("bytes"));
    }
}
