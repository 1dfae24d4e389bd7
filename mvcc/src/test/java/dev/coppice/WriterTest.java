package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Writers that are used again, reservations, counters and values from any memory. */
class WriterTest {
    private static final ColumnFamily NAMED = ColumnFamily.of("named");
    private static final ColumnFamily DEFAULT = ColumnFamily.DEFAULT;
    private static final byte[] KEY = Samples.key(1);

    private final Store store = Store.inMemory(StoreConfig.defaults().withBusyTimeoutMillis(0));
    private final Writer writer = store.writer();

    @BeforeEach
    void createFamily() {
        writer.begin();
        writer.createFamily(NAMED);
        writer.commit();
    }

    @AfterEach
    void storeIsSound() {
        writer.close();
        assertTrue(store.check(Progress.NONE).problems().isEmpty());
        store.close();
    }

    private static void assertMisuse(Executable call, String... parts) {
        assertMessage(assertThrows(IllegalStateException.class, call), parts);
    }

    private static void assertRefused(Executable call, String... parts) {
        assertMessage(assertThrows(IllegalArgumentException.class, call), parts);
    }

    private static void assertMessage(RuntimeException e, String... parts) {
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    private static Throwable elsewhere(Executable call) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        call.execute();
                    } catch (Throwable e) {
                        thrown.set(e);
                    }
                })
                .join();
        return thrown.get();
    }

    @Test
    void writerBeginsAgainAfterCommitAndRollback() {
        for (int i = 0; i < 500; i++) {
            writer.begin();
            writer.put(NAMED, i, Samples.value(i, 20));
            if (i % 3 == 0) {
                writer.rollback();
            } else {
                writer.commit();
            }
        }
        try (Snapshot snapshot = store.snapshot()) {
            for (int i = 0; i < 500; i++) {
                byte[] expected = i % 3 == 0 ? null : Samples.value(i, 20);
                assertArrayEquals(expected, snapshot.get(NAMED, i));
            }
        }
    }

    @Test
    void commitOfNothingIsTheNewestCommit() {
        writer.begin();
        assertEquals(store.latestTxn(), writer.commit());
    }

    @Test
    void writerWithoutATransactionRefusesEverything() {
        assertMisuse(() -> writer.put(KEY, KEY), "no transaction is open");
        assertMisuse(writer::commit, "no transaction is open");
        assertMisuse(writer::commitAsync, "no transaction is open");
        assertMisuse(writer::rollback, "no transaction is open");
        assertMisuse(() -> writer.get(KEY), "no transaction is open");
    }

    @Test
    void writerHasOneTransactionAtATime() {
        writer.begin();
        assertMisuse(writer::begin, "has a transaction open");
        assertMisuse(store::begin, "this thread has a write transaction open");
        try (Writer other = store.writer()) {
            assertMisuse(other::begin, "this thread has a write transaction open");
        }
        writer.rollback();
    }

    @Test
    void transactionOfAWriterBelongsToItsThread() throws InterruptedException {
        writer.begin();
        Throwable thrown = elsewhere(() -> writer.put(KEY, KEY));
        assertMessage(assertInstanceOf(IllegalStateException.class, thrown), "belongs to");
        thrown = elsewhere(writer::commit);
        assertMessage(assertInstanceOf(IllegalStateException.class, thrown), "belongs to");
        writer.put(KEY, KEY);
        writer.commit();
        assertSame(
                null,
                elsewhere(() -> {
                    writer.begin();
                    writer.delete(KEY);
                    writer.commit();
                }));
    }

    @Test
    void closingAWriterRollsBackAndEndsIt() {
        Writer other = store.writer();
        other.begin();
        other.put(KEY, KEY);
        other.close();
        assertMisuse(other::begin, "the writer is closed");
        assertSame(null, store.get(KEY));
    }

    @Test
    void writerOfAClosedStoreRefusesToBegin() {
        Store closed = Store.inMemory();
        Writer late = closed.writer();
        closed.close();
        assertThrows(dev.coppice.error.StoreClosedException.class, late::begin);
        assertThrows(dev.coppice.error.StoreClosedException.class, closed::writer);
    }

    @Test
    void reservedValueIsWrittenInPlace() {
        writer.begin();
        Reservation place = writer.putReserve(NAMED, 7, 40);
        place.putByte(0, (byte) 1).putShort(1, (short) 2).putInt(3, 3).putLong(7, 4);
        place.putDouble(15, 5.5).putBytes(23, new byte[] {6, 7}).putBytes(25, KEY, 1, 3);
        assertEquals(40, place.length());
        ByteBuffer expected = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        expected.put((byte) 1).putShort((short) 2).putInt(3).putLong(4).putDouble(5.5);
        expected.put((byte) 6).put((byte) 7).put(KEY, 1, 3);
        assertArrayEquals(expected.array(), writer.get(NAMED, 7));
        writer.commit();
        try (Snapshot snapshot = store.snapshot()) {
            assertArrayEquals(expected.array(), snapshot.get(NAMED, 7));
        }
    }

    @Test
    void reservationStartsAsZerosOverAnOldValue() {
        for (int oldBytes : new int[] {0, 24, 30, 5_000}) {
            writer.begin();
            writer.put(NAMED, KEY, Samples.value(1, oldBytes));
            writer.putReserve(NAMED, KEY, 24);
            assertArrayEquals(new byte[24], writer.get(NAMED, KEY));
            writer.commit();
        }
    }

    @Test
    void reservationEndsWithTheNextOperation() {
        writer.begin();
        Reservation place = writer.putReserve(NAMED, 1, 8).putLong(0, 1);
        writer.get(NAMED, 1);
        place.putLong(0, 2);
        writer.put(NAMED, 2, KEY);
        assertMisuse(() -> place.putLong(0, 3), "the reservation has ended");
        assertSame(place, writer.putReserve(NAMED, 3, 8).putLong(0, 9));
        writer.savepoint();
        assertMisuse(() -> place.putByte(0, (byte) 3), "the reservation has ended");
        writer.putReserve(NAMED, 4, 8);
        writer.commit();
        assertMisuse(() -> place.putLong(0, 3), "no transaction is open");
        writer.begin();
        assertMisuse(() -> place.putLong(0, 3), "the reservation has ended");
        writer.rollback();
        try (Snapshot snapshot = store.snapshot()) {
            assertEquals(2, ByteBuffer.wrap(snapshot.get(NAMED, 1)).get());
            assertEquals(9, ByteBuffer.wrap(snapshot.get(NAMED, 3)).get());
        }
    }

    @Test
    void reservationIsForItsThreadOnly() throws InterruptedException {
        writer.begin();
        Reservation place = writer.putReserve(NAMED, 1, 8);
        assertInstanceOf(IllegalStateException.class, elsewhere(() -> place.putLong(0, 1)));
        writer.rollback();
    }

    @Test
    void reservationHasBounds() {
        writer.begin();
        Reservation place = writer.putReserve(NAMED, 1, 8);
        for (Executable call :
                new Executable[] {
                    () -> place.putLong(1, 1),
                    () -> place.putLong(-1, 1),
                    () -> place.putByte(8, (byte) 1),
                    () -> place.putInt(Integer.MAX_VALUE, 1),
                    () -> place.putBytes(0, new byte[9]),
                    () -> place.putBytes(0, new byte[4], 1, 4)
                }) {
            assertThrows(IndexOutOfBoundsException.class, call);
        }
        assertArrayEquals(new byte[8], writer.get(NAMED, 1));
        writer.rollback();
    }

    @Test
    void reservationsAreAsLongAsTheStoreSays() {
        writer.begin();
        for (int keyBytes : new int[] {1, 100, 960, 961, 65_536}) {
            int max = store.maxReserveBytes(keyBytes);
            byte[] key = Samples.key(1, keyBytes);
            assertEquals(max, writer.putReserve(NAMED, key, max).length());
            assertRefused(
                    () -> writer.putReserve(NAMED, key, max + 1),
                    "length=" + (max + 1),
                    "0 to " + max);
        }
        assertRefused(() -> writer.putReserve(NAMED, KEY, -1), "length=-1");
        assertRefused(() -> store.maxReserveBytes(0), "keyBytes=0");
        writer.commit();
    }

    @Test
    void counterWrapsAroundAndCountsFromZero() {
        writer.begin();
        assertEquals(5, writer.addLong(NAMED, 1, 5));
        assertEquals(2, writer.addLong(NAMED, 1, -3));
        assertEquals(Long.MAX_VALUE, writer.addLong(NAMED, 2, Long.MAX_VALUE));
        assertEquals(Long.MIN_VALUE, writer.addLong(NAMED, 2, 1));
        writer.commit();
        writer.begin();
        assertEquals(12, writer.addLong(NAMED, 1, 10));
        writer.rollback();
        writer.begin();
        assertEquals(3, writer.addLong(NAMED, new KeyBuilder().addLong(1), 1));
        writer.commit();
    }

    @Test
    void valueOfAnotherLengthIsNoCounter() {
        writer.begin();
        for (int valueBytes : new int[] {0, 7, 9, 5_000}) {
            byte[] value = Samples.value(2, valueBytes);
            writer.put(NAMED, KEY, value);
            assertRefused(
                    () -> writer.addLong(NAMED, KEY, 1), "valueBytes=" + valueBytes, "must be 8");
            assertArrayEquals(value, writer.get(NAMED, KEY));
        }
        writer.commit();
    }

    @Test
    void counterReturnsToItsSavepoint() {
        writer.begin();
        writer.addLong(NAMED, 1, 5);
        Reservation place = writer.putReserve(NAMED, 2, 8).putLong(0, 1);
        WriteHandle.Savepoint savepoint = writer.savepoint();
        assertEquals(6, writer.addLong(NAMED, 1, 1));
        writer.putReserve(NAMED, 2, 8).putLong(0, 2);
        writer.rollbackTo(savepoint);
        assertMisuse(() -> place.putLong(0, 3), "the reservation has ended");
        assertEquals(5, writer.addLong(NAMED, 1, 0));
        assertEquals(1, writer.get(NAMED, 2)[0]);
        writer.commit();
    }

    @Test
    void valuesComeFromMemoryOfAnyKind() {
        byte[] bytes = Samples.value(3, 6_000);
        writer.begin();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(6_000);
            memory.copyFrom(MemorySegment.ofArray(bytes));
            MemorySegment[] segments = {
                memory,
                MemorySegment.ofArray(bytes),
                MemorySegment.ofArray(bytes).asReadOnly(),
                MemorySegment.ofArray(memory.toArray(java.lang.foreign.ValueLayout.JAVA_LONG)),
                memory.asSlice(0, 6_000).asReadOnly()
            };
            for (MemorySegment segment : segments) {
                for (int length : new int[] {0, 1, 100, 5_900}) {
                    byte[] expected = new byte[length];
                    System.arraycopy(bytes, 9, expected, 0, length);
                    writer.put(NAMED, KEY, segment.asSlice(8), 1, length);
                    assertArrayEquals(expected, writer.get(NAMED, KEY));
                }
            }
        }
        writer.commit();
    }

    @Test
    void memoryThatCannotBeReadIsRefused() throws InterruptedException {
        writer.begin();
        Arena arena = Arena.ofConfined();
        MemorySegment memory = arena.allocate(8);
        assertThrows(IndexOutOfBoundsException.class, () -> writer.put(NAMED, KEY, memory, 1, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.put(NAMED, KEY, memory, -1, 8));
        assertThrows(
                IndexOutOfBoundsException.class, () -> writer.put(NAMED, KEY, KEY, 1, KEY.length));
        arena.close();
        assertRefused(() -> writer.put(NAMED, KEY, memory, 0, 8), "was freed");
        AtomicReference<MemorySegment> foreign = new AtomicReference<>();
        Thread thread =
                Thread.ofPlatform().start(() -> foreign.set(Arena.ofConfined().allocate(8)));
        thread.join();
        assertRefused(() -> writer.put(NAMED, KEY, foreign.get(), 0, 8), "another thread");
        assertFalse(writer.exists(NAMED, KEY));
        writer.commit();
    }

    @Test
    void longKeysAndBuiltKeysAreTheirBytes() {
        KeyBuilder built = new KeyBuilder();
        writer.begin();
        for (long key : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
            writer.append(DEFAULT, key, KEY);
            assertTrue(writer.delete(DEFAULT, built.reset().addLong(key)));
            writer.put(DEFAULT, built, KEY, 1, 2);
            assertArrayEquals(new byte[] {KEY[1], KEY[2]}, writer.get(DEFAULT, key));
            writer.delete(DEFAULT, key);
            writer.append(DEFAULT, key, KEY, 0, 1);
        }
        assertEquals(5, writer.count());
        assertRefused(() -> writer.append(DEFAULT, 3, KEY), "not above all others");
        writer.commit();
    }
}
