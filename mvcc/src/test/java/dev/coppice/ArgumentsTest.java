package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the caller may hand in and what not. After each test the store is opened again and has to
 * hold what the model holds.
 */
class ArgumentsTest {
    private static final StoreConfig CONFIG = StoreConfig.defaults();
    private static final byte[] KEY = Samples.key(1);
    private static final byte[] VALUE = Samples.value(1, 20);

    @TempDir Path directory;
    private final Model model = new Model();
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(directory.resolve("store"), CONFIG);
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(Samples.OTHER);
            model.create(Samples.OTHER);
            model.put(txn, KEY, VALUE).put(txn, Samples.OTHER, KEY, VALUE);
            txn.commit();
        }
    }

    @AfterEach
    void storeHoldsTheModel() {
        model.verify(store);
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, Samples.key(9), VALUE);
            txn.commit();
        }
        store.close();
        model.verify(directory.resolve("store"), CONFIG);
    }

    private static void assertRefused(Executable call, Object... parts) {
        assertSays(assertThrows(IllegalArgumentException.class, call), parts);
    }

    private static void assertSays(Exception e, Object... parts) {
        for (Object part : parts) {
            assertTrue(e.getMessage().contains(String.valueOf(part)), e.getMessage());
        }
    }

    private static void assertNullRefused(Executable call) {
        assertThrows(NullPointerException.class, call);
    }

    /** Hands a key to everything that takes one. */
    private void assertKeyRefused(byte[] key, Object... parts) {
        assertRefused(() -> store.put(key, VALUE), parts);
        assertRefused(() -> store.put(Samples.OTHER, key, VALUE), parts);
        assertRefused(() -> store.get(key), parts);
        assertRefused(() -> store.get(Samples.OTHER, key), parts);
        assertRefused(() -> store.delete(key), parts);
        assertRefused(() -> store.delete(Samples.OTHER, key), parts);
        try (Snapshot snapshot = store.snapshot()) {
            assertRefused(() -> snapshot.get(key), parts);
            assertRefused(() -> snapshot.get(Samples.OTHER, key), parts);
            assertRefused(() -> snapshot.get(Samples.OTHER, key, new byte[9], 0), parts);
            assertRefused(() -> snapshot.exists(Samples.OTHER, key), parts);
        }
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, Samples.key(2), VALUE);
            assertRefused(() -> txn.put(key, VALUE), parts);
            assertRefused(() -> txn.put(Samples.OTHER, key, VALUE), parts);
            assertRefused(() -> txn.append(Samples.OTHER, key, VALUE), parts);
            assertRefused(() -> txn.delete(key), parts);
            assertRefused(() -> txn.delete(Samples.OTHER, key), parts);
            assertRefused(() -> txn.get(key), parts);
            txn.commit();
        }
    }

    @Test
    void emptyKeyIsRefusedAndTheTransactionGoesOn() {
        assertKeyRefused(new byte[0], "keyBytes=0", "min=1");
    }

    @Test
    void keyBeyondTheLimitIsRefusedAndTheTransactionGoesOn() {
        assertKeyRefused(new byte[65_537], "keyBytes=65537", "max=65536");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 255, 959, 960, 961, 962, 4095, 4096, 4097, 65_536})
    void keysUpToTheLimitAreKeptApart(int keyBytes) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 20; i++) {
                model.put(txn, Samples.OTHER, Samples.key(i, keyBytes), Samples.value(i, 50));
            }
            txn.commit();
        }
        for (int i = 0; i < 20; i++) {
            assertArrayEquals(
                    Samples.value(i, 50), store.get(Samples.OTHER, Samples.key(i, keyBytes)));
        }
        assertNull(store.get(Samples.OTHER, Samples.key(20, keyBytes)));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 1, 127, 128, 900, 970, 980, 990, 1000, 1010, 1020, 1024, 2000, 4087, 4088, 4089,
                4091, 4092, 4093, 4095, 4096, 4097, 8184, 8188, 8192, 8193, 65_535, 65_536, 1 << 20
            })
    void valuesOfAllSizesComeBack(int valueBytes) {
        byte[] value = Samples.value(3, valueBytes);
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, Samples.key(3), value);
            assertArrayEquals(value, txn.get(Samples.key(3)));
            txn.commit();
        }
        assertArrayEquals(value, store.get(Samples.key(3)));
        try (Snapshot snapshot = store.snapshot()) {
            byte[] target = new byte[valueBytes + 2];
            int length = snapshot.get(ColumnFamily.DEFAULT, Samples.key(3), target, 1);
            assertEquals(valueBytes, length);
            assertEquals(0, target[0] | target[valueBytes + 1]);
        }
    }

    @Test
    void valueOf100MebibytesComesBack() {
        byte[] value = Samples.value(4, 100 << 20);
        store.put(Samples.key(4), value);
        assertArrayEquals(value, store.get(Samples.key(4)));
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            txn.put(Samples.key(5), value);
            txn.rollback();
        }
        assertTrue(store.delete(Samples.key(4)));
        assertNull(store.get(Samples.key(4)));
    }

    @Test
    void valueTooLongForTheCallersArrayIsNotCopied() {
        try (Snapshot snapshot = store.snapshot()) {
            byte[] target = new byte[25];
            assertEquals(20, snapshot.get(ColumnFamily.DEFAULT, KEY, target, 6));
            assertArrayEquals(new byte[25], target);
            assertEquals(-1, snapshot.get(ColumnFamily.DEFAULT, Samples.key(7), target, 0));
            assertEquals(20, snapshot.get(ColumnFamily.DEFAULT, KEY, target, 5));
            assertArrayEquals(VALUE, Arrays.copyOfRange(target, 5, 25));
            for (int offset : new int[] {-1, 26}) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> snapshot.get(ColumnFamily.DEFAULT, KEY, target, offset));
            }
        }
    }

    @Test
    void nullsAreRefused() {
        assertNullRefused(() -> Store.open(null));
        assertNullRefused(() -> Store.open(directory.resolve("another"), null));
        assertNullRefused(() -> Store.inMemory(null));
        assertNullRefused(() -> ColumnFamily.of(null));
        assertNullRefused(() -> store.get((byte[]) null));
        assertNullRefused(() -> store.get(null, KEY));
        assertNullRefused(() -> store.put((byte[]) null, VALUE));
        assertNullRefused(() -> store.put(KEY, (byte[]) null));
        assertNullRefused(() -> store.put(null, KEY, VALUE));
        assertNullRefused(() -> store.delete((byte[]) null));
        assertNullRefused(() -> store.delete(null, KEY));
        assertNullRefused(() -> store.begin(null));
        try (Snapshot snapshot = store.snapshot()) {
            assertNullRefused(() -> snapshot.get(null));
            assertNullRefused(() -> snapshot.get(null, KEY));
            assertNullRefused(() -> snapshot.get(Samples.OTHER, KEY, (byte[]) null, 0));
            assertNullRefused(() -> snapshot.exists(null, KEY));
            assertNullRefused(() -> snapshot.count(null));
            assertNullRefused(() -> snapshot.cursor(null));
            try (Cursor cursor = snapshot.cursor()) {
                assertNullRefused(() -> cursor.seek((byte[]) null));
                assertNullRefused(() -> cursor.seekFloor((byte[]) null));
            }
        }
        try (WriteTransaction txn = store.begin()) {
            assertNullRefused(() -> txn.put(null, VALUE));
            assertNullRefused(() -> txn.put(KEY, null));
            assertNullRefused(() -> txn.put(null, KEY, VALUE));
            assertNullRefused(() -> txn.append(Samples.OTHER, (byte[]) null, VALUE));
            assertNullRefused(() -> txn.delete(null));
            assertNullRefused(() -> txn.get(null));
            assertNullRefused(() -> txn.clear(null));
            assertNullRefused(() -> txn.cursor(null));
            assertNullRefused(() -> txn.createFamily(null));
            assertNullRefused(() -> txn.dropFamily(null));
            assertNullRefused(() -> txn.rollbackTo(null));
            assertNullRefused(() -> txn.release(null));
            model.put(txn, Samples.key(2), VALUE);
            txn.commit();
        }
    }

    @Test
    void familyNamesHaveLimits() {
        assertRefused(() -> ColumnFamily.of(""), "bytes=0", "1 to 255");
        assertRefused(() -> ColumnFamily.of("x".repeat(256)), "bytes=256", "1 to 255");
        assertRefused(() -> ColumnFamily.of("é".repeat(128)), "bytes=256", "1 to 255");
        for (String name :
                List.of("x".repeat(255), "é".repeat(127), " ", "F", "\u0000", "DEFAULT")) {
            ColumnFamily family = ColumnFamily.of(name);
            try (WriteTransaction txn = store.begin()) {
                txn.createFamily(family);
                model.create(family);
                model.put(txn, family, KEY, Samples.text(name));
                txn.commit();
            }
        }
    }

    @Test
    void familiesWhoseNamesEncodeAlikeAreRefused() {
        // A lone surrogate has no UTF-8; encoded as a question mark it would be another family.
        assertRefused(() -> ColumnFamily.of("a\uD800"));
    }

    @Test
    void unknownFamilyIsRefusedByName() {
        ColumnFamily unknown = ColumnFamily.of("unknown");
        assertRefused(() -> store.get(unknown, KEY), "'unknown'");
        assertRefused(() -> store.put(unknown, KEY, VALUE), "'unknown'");
        assertRefused(() -> store.delete(unknown, KEY), "'unknown'");
        try (Snapshot snapshot = store.snapshot()) {
            assertRefused(() -> snapshot.count(unknown), "'unknown'");
            assertRefused(() -> snapshot.exists(unknown, KEY), "'unknown'");
            assertRefused(() -> snapshot.cursor(unknown), "'unknown'");
            assertRefused(() -> snapshot.split(unknown, KeyRange.all(), 2), "'unknown'");
        }
        try (WriteTransaction txn = store.begin()) {
            assertRefused(() -> txn.put(unknown, KEY, VALUE), "'unknown'");
            assertRefused(() -> txn.append(unknown, KEY, VALUE), "'unknown'");
            assertRefused(() -> txn.get(unknown, KEY), "'unknown'");
            assertRefused(() -> txn.delete(unknown, KEY), "'unknown'");
            assertRefused(() -> txn.clear(unknown), "'unknown'");
            assertRefused(() -> txn.count(unknown), "'unknown'");
            assertRefused(() -> txn.cursor(unknown), "'unknown'");
            assertFalse(txn.dropFamily(unknown));
            model.put(txn, Samples.key(2), VALUE);
            txn.commit();
        }
    }

    @Test
    void familyThatExistsIsNotCreatedAgain() {
        try (WriteTransaction txn = store.begin()) {
            assertRefused(() -> txn.createFamily(Samples.OTHER), "'other'", "exists");
            assertRefused(() -> txn.createFamily(ColumnFamily.DEFAULT), "'default'", "exists");
            ColumnFamily fresh = ColumnFamily.of("fresh");
            txn.createFamily(fresh);
            model.create(fresh);
            assertRefused(() -> txn.createFamily(fresh), "'fresh'", "exists");
            txn.commit();
        }
    }

    @Test
    void defaultFamilyIsNotDropped() {
        try (WriteTransaction txn = store.begin()) {
            assertRefused(() -> txn.dropFamily(ColumnFamily.DEFAULT), "default family");
            assertTrue(txn.dropFamily(Samples.OTHER));
            assertFalse(txn.dropFamily(Samples.OTHER));
            assertRefused(() -> txn.get(Samples.OTHER, KEY), "'other'");
            model.drop(Samples.OTHER);
            txn.commit();
        }
        assertRefused(() -> store.get(Samples.OTHER, KEY), "'other'");
    }

    @Test
    void familyCreatedAgainIsEmpty() {
        try (WriteTransaction txn = store.begin()) {
            assertTrue(txn.dropFamily(Samples.OTHER));
            txn.createFamily(Samples.OTHER);
            assertEquals(0, txn.count(Samples.OTHER));
            model.drop(Samples.OTHER);
            model.create(Samples.OTHER);
            model.put(txn, Samples.OTHER, Samples.key(3), VALUE);
            txn.commit();
        }
    }

    @Test
    void boundsInTheWrongOrderAreRefused() {
        byte[] low = Samples.key(1);
        byte[] high = Samples.key(2);
        assertRefused(() -> KeyRange.of(high, low), "lower bound");
        try (Snapshot snapshot = store.snapshot()) {
            KeyRange range = KeyRange.of(low, high);
            assertRefused(() -> snapshot.split(Samples.OTHER, range, 0), "n=0", "min=1");
            assertEquals(0, snapshot.count(Samples.OTHER, KeyRange.of(low, low)));
            KeyRange wide = KeyRange.of(new byte[0], new byte[100_000]);
            assertEquals(0, snapshot.count(Samples.OTHER, wide));
        }
        try (WriteTransaction txn = store.begin()) {
            assertEquals(0, txn.deleteRange(Samples.OTHER, KeyRange.of(low, low)));
            txn.commit();
        }
    }

    @Test
    void appendOfAKeyThatIsNotTheLastIsRefusedAndTheTransactionGoesOn() {
        try (WriteTransaction txn = store.begin()) {
            assertRefused(
                    () -> txn.append(ColumnFamily.DEFAULT, Samples.key(0), VALUE), "'default'");
            assertRefused(() -> txn.append(ColumnFamily.DEFAULT, KEY, VALUE), "not above");
            txn.append(ColumnFamily.DEFAULT, Samples.key(2), VALUE);
            model.of(ColumnFamily.DEFAULT).put(Samples.key(2), VALUE);
            txn.commit();
        }
    }

    @Test
    void cursorWithoutEntryHasNoKey() {
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor()) {
            assertThrows(IllegalStateException.class, cursor::key);
            assertThrows(IllegalStateException.class, cursor::value);
            assertThrows(IllegalStateException.class, cursor::valueLength);
            assertTrue(cursor.next());
            assertFalse(cursor.next());
            assertThrows(IllegalStateException.class, cursor::key);
            assertTrue(cursor.previous());
            assertArrayEquals(KEY, cursor.key());
            assertFalse(cursor.seek(Samples.key(2)));
            assertTrue(cursor.seekFloor(Samples.key(2)));
            assertFalse(cursor.seekFloor(Samples.key(0)));
            assertTrue(cursor.seek(new byte[0]));
            assertTrue(cursor.seekFloor(new byte[] {-1, -1}));
        }
    }

    private static void assertRange(
            String name, LongFunction<StoreConfig> with, long min, long max) {
        for (long value : new long[] {min, max}) {
            assertTrue(with.apply(value).toString().contains(name + "=" + value), name);
        }
        for (long value : new long[] {min - 1, max + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertRefused(() -> with.apply(value), name + "=" + value, min, max);
        }
    }

    @Test
    void configurationIsCheckedFieldByField() {
        StoreConfig config = StoreConfig.defaults();
        assertRange("maxBytes", config::withMaxBytes, 1 << 20, 1L << 50);
        assertRange("busyTimeoutMillis", config::withBusyTimeoutMillis, 0, 86_400_000);
        assertRange("checkpointBytes", config::withCheckpointBytes, 1 << 16, 1L << 50);
        assertRange(
                "checkpointIntervalMillis", config::withCheckpointIntervalMillis, 10, 86_400_000);
        assertRange("closeTimeoutMillis", config::withCloseTimeoutMillis, 0, 86_400_000);
        assertNullRefused(() -> config.withSyncLevel(null));
        assertNullRefused(() -> config.withVerify(null));
        assertNullRefused(() -> config.withClock(null));
    }

    @ParameterizedTest
    @ValueSource(ints = {-512, 0, 1, 256, 511, 513, 768, 4095, 65_535, 131_072, 1 << 31})
    void pageSizeThatIsNoPowerOfTwoInRangeIsRefused(int pageBytes) {
        assertRefused(
                () -> StoreConfig.defaults().withPageBytes(pageBytes),
                "pageBytes=" + pageBytes,
                "512",
                "65536");
    }

    @Test
    void storeKeepsThePageSizeItWasCreatedWith() {
        for (int pageBytes = 512; pageBytes <= 65_536; pageBytes *= 2) {
            Path path = directory.resolve("pages of " + pageBytes);
            StoreConfig config = StoreConfig.defaults().withPageBytes(pageBytes);
            Model small = new Model();
            try (Store sized = Store.open(path, config);
                    WriteTransaction txn = sized.begin()) {
                small.put(txn, KEY, VALUE);
                txn.commit();
            }
            try (Store sized = Store.open(path)) {
                assertEquals(pageBytes, sized.stats().pageBytes());
                small.verify(sized);
            }
        }
    }
}
