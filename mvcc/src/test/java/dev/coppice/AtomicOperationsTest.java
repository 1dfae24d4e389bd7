package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.ReadOnlyException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Operations that read and change one entry, as transactions of their own and as parts of one, in
 * the default family and in another one.
 */
class AtomicOperationsTest {
    private static final ColumnFamily OTHER = ColumnFamily.of("other");
    private static final byte[] KEY = bytes("key");
    private static final byte[] A = bytes("a");
    private static final byte[] B = bytes("b");
    private static final Lifetime TEN = Lifetime.of(Duration.ofMillis(10));

    /** Where the operations are done. */
    enum Way {
        ALONE,
        ALONE_IN_FAMILY,
        TRANSACTION,
        TRANSACTION_IN_FAMILY,
        WRITER;

        private ColumnFamily family() {
            return this == ALONE || this == TRANSACTION ? ColumnFamily.DEFAULT : OTHER;
        }
    }

    @TempDir private Path directory;
    private final AtomicLong now = new AtomicLong(1_000);
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(directory.resolve("store"), config());
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(OTHER);
            txn.commit();
        }
    }

    private StoreConfig config() {
        return StoreConfig.defaults()
                .withPageBytes(512)
                .withBusyTimeoutMillis(600_000)
                .withClock(() -> Instant.ofEpochMilli(now.get()));
    }

    @AfterEach
    void close() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] counter(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    /** Does operations, and commits what belongs to a transaction. */
    private void with(Way way, Consumer<AtomicOperations> operations) {
        boolean isDefault = way.family().equals(ColumnFamily.DEFAULT);
        switch (way) {
            case ALONE, ALONE_IN_FAMILY ->
                    operations.accept(isDefault ? store.atomic() : store.atomic(way.family()));
            case TRANSACTION, TRANSACTION_IN_FAMILY -> {
                try (WriteTransaction txn = store.begin()) {
                    operations.accept(isDefault ? txn.atomic() : txn.atomic(way.family()));
                    txn.commit();
                }
            }
            case WRITER -> {
                try (Writer writer = store.writer()) {
                    AtomicOperations atomic = writer.atomic(way.family());
                    writer.begin();
                    operations.accept(atomic);
                    writer.commit();
                }
            }
        }
    }

    private void assertHolds(Way way, byte[] expected) {
        assertArrayEquals(expected, store.get(way.family(), KEY));
        ColumnFamily family = way.family().equals(OTHER) ? ColumnFamily.DEFAULT : OTHER;
        assertNull(store.get(family, KEY));
    }

    private Expiry expiry(ColumnFamily family, byte[] key) {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.expiry(family, key);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void putIfAbsentStoresOnce(Way way) {
        with(
                way,
                atomic -> {
                    assertTrue(atomic.putIfAbsent(KEY, A));
                    assertFalse(atomic.putIfAbsent(KEY, B));
                });
        assertHolds(way, A);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void compareAndSetReplacesTheExpectedValueOnly(Way way) {
        with(
                way,
                atomic -> {
                    assertFalse(atomic.compareAndSet(KEY, A, B));
                    assertTrue(atomic.compareAndSet(KEY, null, A));
                    assertFalse(atomic.compareAndSet(KEY, null, B));
                    assertFalse(atomic.compareAndSet(KEY, bytes("aa"), B));
                    assertTrue(atomic.compareAndSet(KEY, A, B));
                });
        assertHolds(way, B);
        with(way, atomic -> assertFalse(atomic.compareAndSet(KEY, A, null)));
        assertHolds(way, B);
        with(
                way,
                atomic -> {
                    assertTrue(atomic.compareAndSet(KEY, B, null));
                    assertTrue(atomic.compareAndSet(KEY, null, null));
                });
        assertHolds(way, null);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void getAndPutReturnsWhatWasThere(Way way) {
        with(
                way,
                atomic -> {
                    assertNull(atomic.getAndPut(KEY, A));
                    assertArrayEquals(A, atomic.getAndPut(KEY, new byte[0]));
                    assertArrayEquals(new byte[0], atomic.getAndPut(KEY, B));
                });
        assertHolds(way, B);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void getAndDeleteReturnsWhatWasThere(Way way) {
        with(
                way,
                atomic -> {
                    assertNull(atomic.getAndDelete(KEY));
                    atomic.getAndPut(KEY, A);
                    assertArrayEquals(A, atomic.getAndDelete(KEY));
                    assertNull(atomic.getAndDelete(KEY));
                });
        assertHolds(way, null);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void incrementAddsToACounter(Way way) {
        with(
                way,
                atomic -> {
                    assertEquals(5, atomic.increment(KEY, 5));
                    assertEquals(-2, atomic.increment(KEY, -7));
                    assertEquals(-2, atomic.increment(KEY, 0));
                });
        assertHolds(way, counter(-2));
        try (WriteTransaction txn = store.begin()) {
            assertEquals(1, txn.addLong(way.family(), KEY, 3));
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void mergeReplacesWhatTheFunctionIsGiven(Way way) {
        with(
                way,
                atomic -> {
                    assertArrayEquals(A, atomic.merge(KEY, old -> old == null ? A : B));
                    assertArrayEquals(B, atomic.merge(KEY, old -> old == null ? A : B));
                });
        assertHolds(way, B);
        with(
                way,
                atomic -> {
                    assertNull(atomic.merge(KEY, _ -> null));
                    assertNull(atomic.merge(KEY, _ -> null));
                });
        assertHolds(way, null);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everyKindOfKeyIsTaken(Way way) {
        KeyBuilder built = new KeyBuilder().addUtf8("eur").addLong(3);
        with(
                way,
                atomic -> {
                    assertTrue(atomic.putIfAbsent(7, A));
                    assertTrue(atomic.putIfAbsent(built, A));
                    assertTrue(atomic.putIfAbsent("text", "a"));
                    assertTrue(atomic.compareAndSet(7, A, B));
                    assertTrue(atomic.compareAndSet(built, A, B));
                    assertTrue(atomic.compareAndSet("text", "a", "b"));
                    assertArrayEquals(B, atomic.getAndPut(7, A));
                    assertArrayEquals(B, atomic.getAndPut(built, A));
                    assertEquals("b", atomic.getAndPut("text", "a"));
                    assertArrayEquals(bytes("aa"), atomic.merge(7, AtomicOperationsTest::twice));
                    assertArrayEquals(
                            bytes("aa"), atomic.merge(built, AtomicOperationsTest::twice));
                    assertEquals("aa", atomic.merge("text", old -> old + old));
                    assertNull(atomic.merge("nothing", old -> old));
                });
        assertArrayEquals(
                bytes("aa"), store.get(way.family(), new KeyBuilder().addLong(7).toBytes()));
        assertArrayEquals(bytes("aa"), store.get(way.family(), built.toBytes()));
        assertArrayEquals(bytes("aa"), store.get(way.family(), bytes("text")));
        with(
                way,
                atomic -> {
                    assertArrayEquals(bytes("aa"), atomic.getAndDelete(7));
                    assertArrayEquals(bytes("aa"), atomic.getAndDelete(built));
                    assertEquals("aa", atomic.getAndDelete("text"));
                    assertEquals(1, atomic.increment(7, 1));
                    assertEquals(2, atomic.increment(built, 2));
                    assertEquals(3, atomic.increment("text", 3));
                });
        assertArrayEquals(counter(2), store.get(way.family(), built.toBytes()));
    }

    private static byte[] twice(byte[] old) {
        byte[] longer = Arrays.copyOf(old, 2 * old.length);
        System.arraycopy(old, 0, longer, old.length, old.length);
        return longer;
    }

    @Test
    void valuesOfManyPagesAreComparedAndReplaced() {
        byte[] large = Samples.value(1, 70_000);
        byte[] other = large.clone();
        other[69_999]++;
        AtomicOperations atomic = store.atomic(OTHER);

        assertTrue(atomic.compareAndSet(KEY, null, large));
        assertFalse(atomic.compareAndSet(KEY, other, A));
        assertTrue(atomic.compareAndSet(KEY, large, other));
        assertArrayEquals(other, atomic.merge(KEY, old -> old));
        assertArrayEquals(other, atomic.getAndDelete(KEY));
    }

    @Test
    void whatFailsToApplyChangesNothing() {
        AtomicOperations atomic = store.atomic();
        atomic.putIfAbsent(KEY, A);
        long before = store.latestTxn();

        assertFalse(atomic.putIfAbsent(KEY, B));
        assertFalse(atomic.compareAndSet(KEY, B, A));
        assertNull(atomic.getAndDelete(B));

        assertEquals(before, store.latestTxn());
    }

    // ---- entries that expire

    @Test
    void expiredEntryIsNotThere() {
        AtomicOperations atomic = store.atomic(OTHER);
        for (int i = 0; i < 7; i++) {
            store.put(OTHER, key(i), counter(40), TEN);
        }
        now.addAndGet(10);

        assertTrue(atomic.putIfAbsent(key(0), A));
        assertFalse(atomic.compareAndSet(key(1), counter(40), A));
        assertTrue(atomic.compareAndSet(key(1), null, A));
        assertNull(atomic.getAndPut(key(2), A));
        assertNull(atomic.getAndDelete(key(3)));
        assertEquals(1, atomic.increment(key(4), 1));
        assertArrayEquals(A, atomic.merge(key(5), old -> old == null ? A : B));
        assertNull(atomic.merge(key(6), old -> old));

        for (int i : new int[] {0, 1, 2, 4, 5}) {
            assertEquals(new Expiry.Never(), expiry(OTHER, key(i)));
        }
        assertNull(store.get(OTHER, key(3)));
        assertNull(store.get(OTHER, key(6)));
    }

    private static byte[] key(int i) {
        return bytes("key" + i);
    }

    @Test
    void putsReplaceTheDeadlineAndUpdatesKeepIt() {
        AtomicOperations atomic = store.atomic(OTHER);
        for (int i = 0; i < 5; i++) {
            store.put(OTHER, key(i), counter(1), TEN);
        }
        Expiry old = new Expiry.At(1_010, 10);

        assertFalse(atomic.putIfAbsent(key(0), A));
        assertTrue(atomic.compareAndSet(key(1), counter(1), A));
        atomic.getAndPut(key(2), A);
        assertEquals(2, atomic.increment(key(3), 1));
        atomic.merge(key(4), _ -> Samples.value(1, 3_000));

        assertEquals(old, expiry(OTHER, key(0)));
        assertEquals(new Expiry.Never(), expiry(OTHER, key(1)));
        assertEquals(new Expiry.Never(), expiry(OTHER, key(2)));
        assertEquals(old, expiry(OTHER, key(3)));
        assertEquals(old, expiry(OTHER, key(4)));
        assertArrayEquals(Samples.value(1, 3_000), store.get(OTHER, key(4)));
    }

    @Test
    void newEntriesLiveAsLongAsIsSaidOrAsTheirFamilySays() {
        try (WriteTransaction txn = store.begin()) {
            txn.defaultTtl(OTHER, Duration.ofMillis(50));
            txn.commit();
        }
        AtomicOperations ofFamily = store.atomic(OTHER);
        AtomicOperations ten = ofFamily.withLifetime(TEN);
        AtomicOperations forever = ofFamily.withLifetime(Lifetime.FOREVER);

        for (int i = 0; i < 3; i++) {
            AtomicOperations atomic = List.of(ofFamily, ten, forever).get(i);
            String text = "of " + i;
            atomic.putIfAbsent(text + " put", "a");
            atomic.compareAndSet(text + " compare", null, "a");
            atomic.getAndPut(text + " get", "a");
            atomic.increment(text + " increment", 1);
            atomic.merge(text + " merge", _ -> "a");
        }

        for (String what : List.of("put", "compare", "get", "increment", "merge")) {
            assertEquals(new Expiry.At(1_050, 50), expiry(OTHER, bytes("of 0 " + what)));
            assertEquals(new Expiry.At(1_010, 10), expiry(OTHER, bytes("of 1 " + what)));
            assertEquals(new Expiry.Never(), expiry(OTHER, bytes("of 2 " + what)));
        }
    }

    // ---- mistakes

    @ParameterizedTest
    @EnumSource(Way.class)
    void incrementRefusesWhatIsNoCounterAndNamesItsLength(Way way) {
        with(
                way,
                atomic -> {
                    atomic.putIfAbsent(KEY, A);
                    var e =
                            assertThrows(
                                    IllegalArgumentException.class, () -> atomic.increment(KEY, 1));
                    assertEquals(
                            "increment: the value is no counter: valueBytes=1, must be 8",
                            e.getMessage());
                });
        assertHolds(way, A);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void incrementRefusesToOverflowAndNamesTheLimit(Way way) {
        with(
                way,
                atomic -> {
                    atomic.increment(KEY, Long.MAX_VALUE - 1);
                    assertEquals(Long.MAX_VALUE, atomic.increment(KEY, 1));
                    var e = assertThrows(ArithmeticException.class, () -> atomic.increment(KEY, 1));
                    assertEquals(
                            "increment: value=9223372036854775807, delta=1, the sum must be"
                                    + " -9223372036854775808 to 9223372036854775807",
                            e.getMessage());
                    assertThrows(
                            ArithmeticException.class, () -> atomic.increment(KEY, Long.MAX_VALUE));
                });
        assertHolds(way, counter(Long.MAX_VALUE));
        with(
                way,
                atomic -> {
                    assertEquals(-1, atomic.increment(KEY, Long.MIN_VALUE));
                    assertThrows(
                            ArithmeticException.class, () -> atomic.increment(KEY, Long.MIN_VALUE));
                });
        assertHolds(way, counter(-1));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void functionThatThrowsLeavesEverythingAsItWas(Way way) {
        with(way, atomic -> atomic.putIfAbsent(KEY, A));
        var thrown = new ArithmeticException("of the function");
        with(
                way,
                atomic -> {
                    var e =
                            assertThrows(
                                    ArithmeticException.class,
                                    () ->
                                            atomic.merge(
                                                    KEY,
                                                    _ -> {
                                                        throw thrown;
                                                    }));
                    assertSame(thrown, e);
                    atomic.putIfAbsent("later", "goes on");
                });
        assertHolds(way, A);
        assertArrayEquals(bytes("goes on"), store.get(way.family(), bytes("later")));
    }

    @Test
    void functionMayReadTheStoreButNotUseTheTransaction() {
        store.put(KEY, A);
        try (WriteTransaction txn = store.begin();
                Cursor cursor = txn.cursor(ColumnFamily.DEFAULT)) {
            AtomicOperations atomic = txn.atomic();
            atomic.merge(
                    KEY,
                    old -> {
                        assertArrayEquals(A, store.get(KEY));
                        for (Runnable use :
                                List.<Runnable>of(
                                        () -> txn.get(KEY),
                                        () -> txn.put(KEY, B),
                                        () -> txn.delete(KEY),
                                        () -> atomic.getAndPut(KEY, B),
                                        () -> atomic.merge(KEY, _ -> B),
                                        txn::savepoint,
                                        txn::commit,
                                        txn::rollback,
                                        txn::close,
                                        cursor::next,
                                        () -> txn.createFamily(ColumnFamily.of("x")),
                                        () -> store.put(KEY, B),
                                        store::begin,
                                        store::close)) {
                            assertThrows(IllegalStateException.class, use::run);
                        }
                        var e = assertThrows(IllegalStateException.class, () -> txn.get(KEY));
                        assertTrue(e.getMessage().contains("function of a merge"), e.getMessage());
                        return twice(old);
                    });
            assertTrue(cursor.next());
            txn.commit();
        }
        assertArrayEquals(bytes("aa"), store.get(KEY));
    }

    @Test
    void functionOfATransactionOfItsOwnMayNotBeginAnother() {
        AtomicOperations atomic = store.atomic();
        atomic.merge(
                KEY,
                old -> {
                    assertNull(old);
                    assertThrows(IllegalStateException.class, () -> atomic.getAndPut(KEY, B));
                    assertThrows(IllegalStateException.class, store::begin);
                    return A;
                });
        assertArrayEquals(A, store.get(KEY));
    }

    @Test
    void writerMayNotBeUsedByItsFunctionEither() {
        try (Writer writer = store.writer()) {
            writer.begin();
            writer.atomic()
                    .merge(
                            KEY,
                            _ -> {
                                assertThrows(IllegalStateException.class, writer::begin);
                                assertThrows(IllegalStateException.class, writer::close);
                                assertThrows(IllegalStateException.class, () -> writer.put(KEY, B));
                                return A;
                            });
            writer.commit();
        }
        assertArrayEquals(A, store.get(KEY));
    }

    @Test
    void whatTheFunctionDoesToItsArraysDoesNotMatter() {
        byte[] key = KEY.clone();
        store.put(KEY, A);
        store.atomic()
                .merge(
                        key,
                        old -> {
                            key[0] = 'x';
                            old[0] = 'c';
                            return old;
                        });
        assertArrayEquals(bytes("c"), store.get(KEY));
        assertEquals(1, count());
    }

    private long count() {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.count();
        }
    }

    @Test
    void textThatIsNoneIsRefusedBeforeAnythingIsChanged() {
        byte[] noText = {(byte) 0xFF};
        store.put(KEY, noText);
        AtomicOperations atomic = store.atomic();

        assertThrows(IllegalArgumentException.class, () -> atomic.getAndPut("key", "b"));
        assertThrows(IllegalArgumentException.class, () -> atomic.getAndDelete("key"));
        assertThrows(IllegalArgumentException.class, () -> atomic.merge("key", _ -> "b"));
        assertThrows(IllegalArgumentException.class, () -> atomic.merge("new", _ -> "\uD800"));
        assertThrows(IllegalArgumentException.class, () -> atomic.putIfAbsent("\uD800", "b"));

        assertArrayEquals(noText, store.get(KEY));
        assertEquals(1, count());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void badKeysAndFamiliesAreRefusedAndTheTransactionGoesOn(Way way) {
        with(
                way,
                atomic -> {
                    for (byte[] key : new byte[][] {new byte[0], new byte[65_537]}) {
                        for (Runnable use :
                                List.<Runnable>of(
                                        () -> atomic.putIfAbsent(key, A),
                                        () -> atomic.compareAndSet(key, null, A),
                                        () -> atomic.getAndPut(key, A),
                                        () -> atomic.getAndDelete(key),
                                        () -> atomic.increment(key, 1),
                                        () -> atomic.merge(key, _ -> A))) {
                            var e = assertThrows(IllegalArgumentException.class, use::run);
                            assertTrue(
                                    e.getMessage().contains("keyBytes=" + key.length),
                                    e.getMessage());
                        }
                    }
                    assertThrows(NullPointerException.class, () -> atomic.merge(KEY, null));
                    atomic.putIfAbsent(KEY, A);
                });
        assertHolds(way, A);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> store.atomic(ColumnFamily.of("none")).increment(KEY, 1));
        assertTrue(e.getMessage().contains("none"), e.getMessage());
        assertThrows(NullPointerException.class, () -> store.atomic(null));
        assertThrows(NullPointerException.class, () -> store.atomic().withLifetime(null));
    }

    @Test
    void operationsOfATransactionEndWithIt() {
        AtomicOperations atomic;
        try (WriteTransaction txn = store.begin()) {
            atomic = txn.atomic();
            atomic.putIfAbsent(KEY, A);
        }
        assertNull(store.get(KEY));
        assertThrows(IllegalStateException.class, () -> atomic.getAndPut(KEY, A));
        assertThrows(IllegalStateException.class, () -> atomic.merge(KEY, _ -> A));
    }

    @Test
    void storeForReadingOnlyRefusesThem() {
        store.close();
        store = Store.open(directory.resolve("store"), config().withReadOnly(true));
        assertThrows(ReadOnlyException.class, () -> store.atomic().increment(KEY, 1));
        assertThrows(ReadOnlyException.class, () -> store.atomic().merge(KEY, _ -> A));
    }

    @Test
    void savepointUndoesThem() {
        try (WriteTransaction txn = store.begin()) {
            txn.atomic().increment(KEY, 1);
            WriteHandle.Savepoint before = txn.savepoint();
            txn.atomic().increment(KEY, 1);
            txn.atomic().merge(KEY, _ -> null);
            txn.rollbackTo(before);
            assertEquals(3, txn.atomic().increment(KEY, 2));
            txn.commit();
        }
        assertArrayEquals(counter(3), store.get(KEY));
    }

    @Test
    void manyThreadsLoseNoUpdate() throws InterruptedException {
        int threads = 4;
        int each = 200;
        Crew crew = new Crew(0);
        for (int t = 0; t < threads; t++) {
            crew.once(
                    Thread.ofPlatform(),
                    () -> {
                        for (int i = 0; i < each; i++) {
                            store.atomic().increment("sum", 1);
                            store.atomic().merge("length", old -> old == null ? "x" : old + "x");
                            addByComparing();
                        }
                    });
        }
        crew.join();
        assertEquals((long) threads * each, store.atomic().increment("sum", 0));
        assertEquals("" + threads * each, store.get("compared"));
        assertEquals("x".repeat(threads * each), store.get("length"));
    }

    private void addByComparing() {
        String old;
        String sum;
        do {
            old = store.get("compared");
            sum = old == null ? "1" : "" + (Integer.parseInt(old) + 1);
        } while (!store.atomic().compareAndSet("compared", old, sum));
    }
}
