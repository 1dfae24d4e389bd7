package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreFullException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that come from streams: whole, or not at all. */
class ValueStreamTest {
    private static final ColumnFamily FAMILY = ColumnFamily.DEFAULT;
    private static final byte[] KEY = Samples.key(1);
    private static final byte[] OLD = Samples.value(7, 9000);

    @TempDir Path directory;
    private final AtomicLong now = new AtomicLong(1_000);
    private final Model model = new Model();
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(directory.resolve("store"), config());
    }

    private StoreConfig config() {
        return StoreConfig.defaults().withClock(() -> Instant.ofEpochMilli(now.get()));
    }

    @AfterEach
    void storeIsSoundAndHoldsTheModel() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
        model.verify(directory.resolve("store"), config());
    }

    /**
     * A stream that gives what it has in small pieces, and then ends or throws; first, each time,
     * it does something else.
     */
    private static final class Source extends InputStream {
        private final byte[] bytes;
        private final IOException fault;
        private final Runnable first;
        private final List<Integer> asked = new ArrayList<>();
        private int at;

        Source(byte[] bytes, IOException fault) {
            this(bytes, fault, () -> {});
        }

        Source(byte[] bytes, IOException fault, Runnable first) {
            this.bytes = bytes;
            this.fault = fault;
            this.first = first;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            first.run();
            asked.add(length);
            if (at == bytes.length && fault != null) {
                throw fault;
            }
            int count = Math.min(1000, Math.min(length, bytes.length - at));
            if (count == 0) {
                return -1;
            }
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count;
        }
    }

    private static Source source(int bytes) {
        return new Source(Samples.value(bytes, bytes), null);
    }

    /** All sizes around those where a value leaves its leaf, gets a chunk, a page, a piece more. */
    @ParameterizedTest
    @CsvSource({"512, NORMAL", "512, FULL", "4096, NORMAL", "65536, FULL"})
    void valuesOfAllSizesComeBack(int pageBytes, SyncLevel level) {
        StoreConfig config = StoreConfig.defaults().withPageBytes(pageBytes);
        Path path = directory.resolve("sizes");
        Model sizes = new Model();
        try (Store other = Store.open(path, config)) {
            int inline = other.maxReserveBytes(KEY.length);
            int[] edges = {0, 1, inline, 4096, 8192, pageBytes, 1 << 16, 1 << 17, 300_000};
            for (int round = 0; round < 2; round++) {
                try (WriteTransaction txn = other.begin(level)) {
                    for (int edge : edges) {
                        for (int bytes = Math.max(0, edge - 1); bytes <= edge + 1; bytes++) {
                            byte[] value = Samples.value(round, bytes);
                            byte[] key = Samples.key(bytes);
                            txn.put(FAMILY, key, new Source(value, null), bytes);
                            sizes.of(FAMILY).put(key, value);
                        }
                    }
                    sizes.verify(txn);
                    txn.commit();
                }
                assertEquals(List.of(), other.check(Progress.NONE).problems());
            }
            sizes.verify(other);
        }
        sizes.verify(path, config);
    }

    @Test
    void everyFormOfKeyIsTakenAndTheStoreHasOneCallForIt() {
        byte[] value = Samples.value(1, 5000);
        store.put(KEY, new ByteArrayInputStream(value), value.length);
        model.of(FAMILY).put(KEY, value);
        try (WriteTransaction txn = store.begin()) {
            byte[] number = Samples.value(2, 6000);
            assertTrue(txn.put(FAMILY, 5L, new ByteArrayInputStream(number), number.length));
            assertArrayEquals(number, txn.get(FAMILY, 5L));
            KeyBuilder built = new KeyBuilder().addLong(5).addLong(6);
            assertTrue(txn.put(FAMILY, built, new ByteArrayInputStream(value), value.length));
            assertArrayEquals(value, txn.get(FAMILY, built));
            txn.rollback();
        }
    }

    @Test
    void valueIsReadInPieces() {
        Source source = source(1 << 20);
        store.put(FAMILY, KEY, source, 1 << 20);
        model.of(FAMILY).put(KEY, source.bytes);
        assertEquals(1 << 16, source.asked.stream().mapToInt(Integer::intValue).max().orElse(0));
    }

    private ValueStreamException refused(SyncLevel level, InputStream stream, long length) {
        try (WriteTransaction txn = store.begin(level)) {
            model.put(txn, KEY, OLD);
            txn.put(FAMILY, Samples.key(2), Samples.value(1, 20_000));
            txn.delete(FAMILY, Samples.key(2));
            long count = txn.count(FAMILY);
            var e =
                    assertThrows(
                            ValueStreamException.class, () -> txn.put(FAMILY, KEY, stream, length));
            assertThrows(
                    ValueStreamException.class,
                    () -> txn.put(FAMILY, Samples.key(2), source(3), length));
            assertEquals(count, txn.count(FAMILY));
            assertArrayEquals(OLD, txn.get(FAMILY, KEY));
            model.put(txn, Samples.key(3), Samples.value(3, 70_000));
            txn.commit();
            assertEquals(length, e.expectedBytes());
            assertTrue(e.getMessage().contains("readBytes=" + e.readBytes()), e.getMessage());
            assertTrue(e.getMessage().contains("expectedBytes=" + length), e.getMessage());
            return e;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 2000, 5000, 65_536, 200_000})
    void streamThatEndsEarlyChangesNothing(int length) {
        for (SyncLevel level : SyncLevel.values()) {
            var e = refused(level, source(length - 1), length);
            assertEquals(length - 1, e.readBytes());
            assertTrue(e.getMessage().contains("ended early"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 2000, 5000, 65_536, 200_000})
    void streamThatGoesOnChangesNothing(int length) {
        for (SyncLevel level : SyncLevel.values()) {
            var e = refused(level, source(length + 1), length);
            assertEquals(length + 1, e.readBytes());
            assertTrue(e.getMessage().contains("longer than stated"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 2000, 5000, 65_536, 200_000})
    void streamThatFailsChangesNothing(int length) {
        for (SyncLevel level : SyncLevel.values()) {
            IOException fault = new IOException("unplugged");
            var e = refused(level, new Source(Samples.value(1, length / 2), fault), length);
            assertEquals(length / 2, e.readBytes());
            assertSame(fault, e.getCause());
        }
    }

    /** One that gives more than it is asked for would write outside of the value. */
    @Test
    void streamThatMiscountsIsRefused() {
        InputStream wrong =
                new InputStream() {
                    @Override
                    public int read() {
                        return 0;
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) {
                        return length + 1;
                    }
                };
        var e = refused(SyncLevel.NORMAL, wrong, 5000);
        assertTrue(e.getMessage().contains("gave 5001 bytes where 5000"), e.getMessage());
    }

    @Test
    void transactionThatAStreamHasFailedReturnsToItsSavepoints() {
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, KEY, OLD);
            var before = txn.savepoint();
            assertThrows(
                    ValueStreamException.class, () -> txn.put(FAMILY, KEY, source(9), 100_000));
            txn.put(FAMILY, KEY, source(100_000), 100_000);
            txn.rollbackTo(before);
            assertArrayEquals(OLD, txn.get(FAMILY, KEY));
            txn.commit();
        }
    }

    @Test
    void lengthThatNoValueHasIsRefusedBeforeAnythingIsRead() {
        Source source = source(10);
        for (long length : new long[] {-1, Integer.MAX_VALUE - 7, Long.MAX_VALUE}) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> store.put(FAMILY, KEY, source, length));
            assertTrue(e.getMessage().contains("valueBytes=" + length), e.getMessage());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> store.put(ColumnFamily.of("absent"), KEY, source, 10));
        assertThrows(IllegalArgumentException.class, () -> store.put(new byte[0], source, 10));
        assertEquals(List.of(), source.asked);
    }

    @Test
    void valueWithoutRoomIsRefusedBeforeAnythingIsRead() {
        StoreConfig config = StoreConfig.defaults().withMaxBytes(2 << 20);
        try (Store small = Store.inMemory(config)) {
            Source source = source(10);
            assertThrows(StoreFullException.class, () -> small.put(FAMILY, KEY, source, 10 << 20));
            assertEquals(List.of(), source.asked);
            small.put(FAMILY, KEY, source, 10);
            assertArrayEquals(source.bytes, small.get(KEY));
            assertEquals(List.of(), small.check(Progress.NONE).problems());
        }
    }

    /** The key of a long lies in an array of the handle's, which a misuse must not get at. */
    @ParameterizedTest
    @ValueSource(ints = {100, 5000})
    void streamMayNotUseItsTransaction(int length) {
        byte[] value = Samples.value(1, length);
        try (WriteTransaction txn = store.begin()) {
            List<Throwable> thrown = new ArrayList<>();
            Runnable misuse =
                    () -> {
                        thrown.add(thrownBy(() -> txn.put(FAMILY, 9L, value)));
                        thrown.add(thrownBy(() -> txn.get(FAMILY, 9L)));
                        thrown.add(thrownBy(txn::commit));
                        thrown.add(thrownBy(store::close));
                    };
            Source nosy = new Source(value, null, misuse);
            assertTrue(txn.put(FAMILY, 5L, nosy, length));
            assertTrue(thrown.size() >= 8);
            for (Throwable each : thrown) {
                assertInstanceOf(IllegalStateException.class, each);
            }
            assertArrayEquals(value, txn.get(FAMILY, 5L));
            assertNull(txn.get(FAMILY, 9L));
        }
    }

    private static Throwable thrownBy(Executable call) {
        return assertThrows(Throwable.class, call);
    }

    @Test
    void whatAStreamThrowsOtherwiseComesOutAsItIs() {
        IndexOutOfBoundsException fault = new IndexOutOfBoundsException("its own");
        Runnable thrower =
                () -> {
                    throw fault;
                };
        InputStream broken = new Source(new byte[10_000], null, thrower);
        try (WriteTransaction txn = store.begin()) {
            for (int length : new int[] {10, 10_000}) {
                assertSame(
                        fault,
                        assertThrows(
                                IndexOutOfBoundsException.class,
                                () -> txn.put(FAMILY, KEY, broken, length)));
            }
            model.put(txn, KEY, OLD);
            txn.commit();
        }
        assertEquals(0, store.stats().counts().errors());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 5000})
    void lifetimeBeginsWhenTheStreamHasEnded(int length) {
        byte[] value = Samples.value(1, length);
        InputStream slow = new Source(value, null, () -> now.addAndGet(20));
        store.put(FAMILY, KEY, slow, length, Lifetime.of(Duration.ofMillis(10)));
        assertArrayEquals(value, store.get(KEY));
        now.addAndGet(10);
        assertNull(store.get(KEY));
        assertEquals(1, store.purgeExpired());
    }
}
