package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries that expire: when, for whom, and what makes them stay. */
class ExpiryTest {
    private static final ColumnFamily CACHE = ColumnFamily.of("cache");
    private static final byte[] KEY = key("key");
    private static final byte[] VALUE = key("value");
    private static final Expiry ABSENT = new Expiry.Absent();
    private static final Expiry NEVER = new Expiry.Never();
    private static final Lifetime TEN = Lifetime.of(Duration.ofMillis(10));

    @TempDir private Path directory;
    private final AtomicLong now = new AtomicLong(1_000);
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(directory.resolve("store"), config());
        try (WriteTransaction txn = store.begin()) {
            txn.createFamilyIfMissing(CACHE);
            txn.commit();
        }
    }

    private StoreConfig config() {
        return StoreConfig.defaults()
                .withPageBytes(512)
                .withClock(() -> Instant.ofEpochMilli(now.get()));
    }

    @AfterEach
    void close() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
    }

    private void reopen() {
        store.close();
        store = Store.open(directory.resolve("store"), config());
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }

    private void write(Consumer<WriteTransaction> changes) {
        try (WriteTransaction txn = store.begin()) {
            changes.accept(txn);
            txn.commit();
        }
    }

    private Expiry expiry(ColumnFamily family, byte[] key) {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.expiry(family, key);
        }
    }

    @Test
    void entryIsThereUntilItsDeadlineAndNotAtIt() {
        store.put(CACHE, KEY, VALUE, Lifetime.until(1_010));

        now.set(1_009);
        assertArrayEquals(VALUE, store.get(CACHE, KEY));
        assertEquals(new Expiry.At(1_010, 1), expiry(CACHE, KEY));
        now.set(1_010);
        assertNull(store.get(CACHE, KEY));
        assertEquals(ABSENT, expiry(CACHE, KEY));
    }

    @Test
    void everyWayToReadPassesWhatHasExpired() {
        write(txn -> {
            for (int i = 0; i < 500; i++) {
                Lifetime lifetime = i % 3 == 0 ? Lifetime.FOREVER : Lifetime.until(2_000 + i);
                txn.put(CACHE, i, Samples.value(i, i % 7 == 0 ? 900 : 20), lifetime);
            }
        });
        try (Snapshot snapshot = store.snapshot();
                Reader reader = store.reader();
                WriteTransaction txn = store.begin()) {
            for (long time : new long[] {1_000, 2_001, 2_250, 2_498, 2_499, 9_000}) {
                now.set(time);
                for (ReadHandle handle : List.of(snapshot, reader, txn)) {
                    assertShows(handle, time);
                }
                assertEquals(500, txn.count(CACHE));
            }
        }
    }

    private static boolean isLive(int i, long time) {
        return i % 3 == 0 || time < 2_000 + i;
    }

    private static void assertShows(ReadHandle handle, long time) {
        List<Long> live = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            if (isLive(i, time)) {
                live.add((long) i);
            }
            assertPoint(handle, i, isLive(i, time));
        }
        assertEquals(live.size(), handle.countLive(CACHE, KeyRange.all()));
        assertEquals(500 - live.size(), handle.countExpired(CACHE, KeyRange.all()));
        assertWalks(handle, live);
        assertNeighbours(handle, live, time);
    }

    private static void assertPoint(ReadHandle handle, int i, boolean isLive) {
        assertEquals(isLive, handle.exists(CACHE, i));
        assertEquals(isLive, handle.get(CACHE, i) != null);
        assertEquals(isLive, handle.get(CACHE, i, new byte[1000], 0) >= 0);
        assertEquals(isLive, handle.valueLength(CACHE, i) >= 0);
        assertEquals(isLive, handle.map(CACHE, i, new LargeValue()));
        assertEquals(isLive, handle.getWithExpiry(CACHE, i) != null);
        assertEquals(isLive, handle.expiry(CACHE, i).isPresent());
        if (handle instanceof Reader reader) {
            assertEquals(isLive, reader.view(CACHE, i) != null);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(1000);
            assertEquals(isLive, handle.get(CACHE, i, target, 0) >= 0);
        }
        byte[] key = new KeyBuilder().addLong(i).toBytes();
        assertEquals(isLive, handle.multiGet(CACHE, key)[0] != null);
    }

    private static void assertWalks(ReadHandle handle, List<Long> live) {
        List<Long> seen = new ArrayList<>();
        try (Cursor cursor = handle.cursor(CACHE)) {
            while (cursor.next()) {
                seen.add(cursor.keyLong());
            }
            assertEquals(live, seen);
            seen.clear();
            while (cursor.previous()) {
                seen.addFirst(cursor.keyLong());
            }
            assertEquals(live, seen);
        }
        seen.clear();
        EntryBatch batch = new EntryBatch();
        try (Cursor cursor = handle.cursor(CACHE)) {
            while (cursor.nextBatch(batch)) {
                for (int i = 0; i < batch.count(); i++) {
                    seen.add(batch.keyLong(i));
                }
                assertEquals(seen.getLast(), cursor.keyLong());
            }
        }
        assertEquals(live, seen);
        try (Cursor cursor = handle.cursor(CACHE)) {
            assertTrue(cursor.skip(100));
            assertEquals(live.get(99), cursor.keyLong());
            assertTrue(cursor.skip(-50));
            assertEquals(live.get(49), cursor.keyLong());
            assertFalse(cursor.skip(500));
        }
    }

    private static void assertNeighbours(ReadHandle handle, List<Long> live, long time) {
        assertEquals(live.getFirst(), handle.first(CACHE).keyLong());
        assertEquals(live.getLast(), handle.last(CACHE).keyLong());
        for (int i = 3; i < 496; i += 7) {
            int below = i;
            while (!isLive(below, time)) {
                below--;
            }
            int above = i;
            while (!isLive(above, time)) {
                above++;
            }
            assertEquals(below, handle.floor(CACHE, i).keyLong());
            assertEquals(above, handle.ceiling(CACHE, i).keyLong());
            assertEquals(above, handle.entryAt(CACHE, i).keyLong());
            try (Cursor cursor = handle.cursor(CACHE)) {
                assertEquals(isLive(i, time), cursor.seekExact(i));
                assertTrue(cursor.seek(i));
                assertEquals(above, cursor.keyLong());
                assertTrue(cursor.seekFloor(i));
                assertEquals(below, cursor.keyLong());
            }
        }
        List<Entry> drawn = handle.sample(CACHE, 500, new Random(1));
        assertEquals(live, drawn.stream().map(Entry::keyLong).toList());
    }

    @Test
    void cursorPassesWhatExpiresWhileItWalks() {
        write(txn -> {
            for (int i = 0; i < 10; i++) {
                txn.put(CACHE, i, VALUE, Lifetime.until(1_000 + i));
            }
        });
        now.set(0);
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor(CACHE)) {
            assertTrue(cursor.next());
            now.set(1_004);
            assertEquals(0, cursor.keyLong());
            assertArrayEquals(VALUE, cursor.value());
            assertEquals(ABSENT, cursor.expiry());
            assertTrue(cursor.next());
            assertEquals(5, cursor.keyLong());
            assertEquals(new Expiry.At(1_005, 1), cursor.expiry());
        }
    }

    @Test
    void putClearsTheDeadlineAndWithALifetimeSetsAnother() {
        write(txn -> {
            assertTrue(txn.put(CACHE, KEY, VALUE, TEN));
            assertFalse(txn.put(CACHE, KEY, VALUE));
            assertEquals(NEVER, txn.expiry(CACHE, KEY));
            assertFalse(txn.put(CACHE, KEY, VALUE, TEN));
            assertFalse(txn.put(CACHE, KEY, key("other"), Lifetime.until(5_000)));
            assertEquals(new Expiry.At(5_000, 4_000), txn.expiry(CACHE, KEY));
            now.set(5_000);
            assertTrue(txn.put(CACHE, KEY, key("other"), TEN), "what has expired is not there");
            assertEquals(new Expiry.At(5_010, 10), txn.expiry(CACHE, KEY));
        });
    }

    @Test
    void putIfAbsentLeavesWhatIsThereAndReplacesWhatHasExpired() {
        write(txn -> {
            assertTrue(txn.putIfAbsent(CACHE, KEY, VALUE, TEN));
            assertFalse(txn.putIfAbsent(CACHE, KEY, key("other")));
            assertArrayEquals(VALUE, txn.get(CACHE, KEY));
            assertEquals(new Expiry.At(1_010, 10), txn.expiry(CACHE, KEY));
            now.set(1_010);
            assertTrue(txn.putIfAbsent(CACHE, KEY, key("other"), Lifetime.until(0)));
            assertNull(txn.get(CACHE, KEY));
            assertTrue(txn.putIfAbsent(CACHE, KEY, key("third")));
            assertEquals(NEVER, txn.expiry(CACHE, KEY));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 60, 90, 2_000, 200_000})
    void touchAndPersistKeepTheValue(int valueBytes) {
        byte[] value = Samples.value(3, valueBytes);
        byte[] longKey = Samples.value(4, 400);
        for (byte[] key : List.of(KEY, longKey)) {
            write(txn -> {
                txn.put(CACHE, key, value, TEN);
                assertTrue(txn.touch(CACHE, key, Lifetime.until(3_000)));
                assertEquals(new Expiry.At(3_000, 2_000), txn.expiry(CACHE, key));
                assertTrue(txn.persist(CACHE, key));
                assertEquals(NEVER, txn.expiry(CACHE, key));
                assertArrayEquals(value, txn.get(CACHE, key));
            });
            write(txn -> assertTrue(txn.touch(CACHE, key, TEN)));
            write(txn -> assertArrayEquals(value, txn.getAndTouch(CACHE, key, TEN)));
            ExpiringValue found = readExpiring(key);
            assertArrayEquals(value, found.value());
            assertEquals(new Expiry.At(1_010, 10), found.expiry());
        }
        now.set(1_010);
        write(txn -> {
            assertFalse(txn.touch(CACHE, KEY, TEN));
            assertFalse(txn.persist(CACHE, KEY));
            assertNull(txn.getAndTouch(CACHE, KEY, TEN));
            assertFalse(txn.touch(CACHE, key("nobody"), TEN));
            assertEquals(2, txn.purgeExpired(CACHE));
            assertEquals(0, txn.count(CACHE));
        });
    }

    private ExpiringValue readExpiring(byte[] key) {
        try (Snapshot snapshot = store.snapshot()) {
            ExpiringValue found = snapshot.getWithExpiry(CACHE, key);
            assertNotNull(found);
            return found;
        }
    }

    @Test
    void familyHasADefaultThatSurvivesReopening() {
        for (ColumnFamily family : List.of(CACHE, ColumnFamily.DEFAULT)) {
            write(txn -> txn.defaultTtl(family, Duration.ofMillis(50)));
        }
        reopen();
        for (ColumnFamily family : List.of(CACHE, ColumnFamily.DEFAULT)) {
            write(txn -> {
                assertEquals(Duration.ofMillis(50), txn.defaultTtl(family));
                txn.put(family, KEY, VALUE);
                txn.put(family, key("for ever"), VALUE, Lifetime.FOREVER);
                txn.putReserve(family, key("reserved"), 8).putLong(0, 7);
                txn.addLong(family, key("sum"), 7);
                now.addAndGet(20);
                txn.addLong(family, key("sum"), 7);
                assertEquals(new Expiry.At(now.get() + 30, 30), txn.expiry(family, KEY));
                assertEquals(new Expiry.At(now.get() + 30, 30), txn.expiry(family, key("sum")));
                assertEquals(
                        new Expiry.At(now.get() + 30, 30), txn.expiry(family, key("reserved")));
                txn.getAndTouch(family, KEY, Lifetime.OF_FAMILY);
                assertEquals(new Expiry.At(now.get() + 50, 50), txn.expiry(family, KEY));
                now.addAndGet(30);
                assertEquals(3, txn.addLong(family, key("sum"), 3), "an expired sum is none");
                txn.defaultTtl(family, Duration.ZERO);
                txn.put(family, KEY, VALUE);
                assertEquals(NEVER, txn.expiry(family, KEY));
                assertEquals(NEVER, txn.expiry(family, key("for ever")));
            });
        }
        reopen();
        try (Snapshot snapshot = store.snapshot()) {
            assertEquals(Duration.ZERO, snapshot.defaultTtl(CACHE));
            assertEquals(Duration.ZERO, snapshot.defaultTtl(ColumnFamily.DEFAULT));
        }
    }

    @Test
    void rollingBackLeavesNoTrace() {
        write(txn -> txn.put(CACHE, KEY, VALUE, Lifetime.until(4_000)));
        try (WriteTransaction txn = store.begin()) {
            txn.defaultTtl(ColumnFamily.DEFAULT, Duration.ofMillis(1));
            txn.persist(CACHE, KEY);
            WriteHandle.Savepoint savepoint = txn.savepoint();
            txn.defaultTtl(CACHE, Duration.ofMillis(1));
            txn.put(CACHE, key("other"), VALUE, TEN);
            txn.touch(CACHE, KEY, Lifetime.until(0));
            assertEquals(1, txn.purgeExpired(CACHE));
            txn.rollbackTo(savepoint);
            assertEquals(Duration.ZERO, txn.defaultTtl(CACHE));
            assertEquals(Duration.ofMillis(1), txn.defaultTtl(ColumnFamily.DEFAULT));
            assertEquals(NEVER, txn.expiry(CACHE, KEY));
        }
        assertEquals(new Expiry.At(4_000, 3_000), expiry(CACHE, KEY));
        try (Snapshot snapshot = store.snapshot()) {
            assertEquals(Duration.ZERO, snapshot.defaultTtl(ColumnFamily.DEFAULT));
            assertEquals(1, snapshot.count(CACHE));
        }
    }

    @Test
    void batchesKnowLifetimes() {
        WriteBatch batch = new WriteBatch();
        batch.put(CACHE, KEY, VALUE, TEN)
                .put(CACHE, 7, VALUE, Lifetime.until(8_000))
                .put(CACHE, 8, VALUE, Lifetime.FOREVER)
                .put(CACHE, 9, VALUE, Lifetime.OF_FAMILY);
        now.set(2_000);
        store.apply(batch);
        try (Snapshot snapshot = store.snapshot()) {
            assertEquals(new Expiry.At(2_010, 10), snapshot.expiry(CACHE, KEY));
            assertEquals(new Expiry.At(8_000, 6_000), snapshot.expiry(CACHE, 7));
            assertEquals(NEVER, snapshot.expiry(CACHE, 8));
            assertEquals(NEVER, snapshot.expiry(CACHE, 9));
        }
    }

    @Test
    void copyHasDeadlinesAndDefaults() {
        write(txn -> {
            txn.defaultTtl(CACHE, Duration.ofMillis(70));
            for (int i = 0; i < 300; i++) {
                txn.put(CACHE, i, VALUE, i % 2 == 0 ? TEN : Lifetime.FOREVER);
            }
        });
        now.set(1_010);
        Path target = directory.resolve("copy");
        store.copyTo(target, true, Progress.NONE);
        try (Store copy = Store.open(target, config());
                Snapshot snapshot = copy.snapshot()) {
            assertEquals(300, snapshot.count(CACHE));
            assertEquals(150, snapshot.countExpired(CACHE, KeyRange.all()));
            assertEquals(Duration.ofMillis(70), snapshot.defaultTtl(CACHE));
            now.set(1_009);
            assertEquals(new Expiry.At(1_010, 1), snapshot.expiry(CACHE, 4));
            assertEquals(NEVER, snapshot.expiry(CACHE, 5));
        }
    }

    @Test
    void deleteFindsWhatHasExpiredAndWasNotPurged() {
        store.put(CACHE, KEY, VALUE, Lifetime.until(5));
        assertNull(store.get(CACHE, KEY));
        assertTrue(store.delete(CACHE, KEY));
        assertFalse(store.delete(CACHE, KEY));
    }

    @Test
    void latestDeadlineIsReachedByOverflowOnly() {
        Lifetime longest = Lifetime.of(Duration.ofSeconds(Long.MAX_VALUE));
        write(txn -> {
            txn.put(CACHE, 1, VALUE, longest);
            txn.put(CACHE, 2, VALUE, Lifetime.of(Duration.ofMillis(Long.MAX_VALUE)));
            txn.put(CACHE, 3, VALUE, Lifetime.until(Long.MAX_VALUE));
            txn.put(CACHE, 4, VALUE, Lifetime.of(Duration.ofNanos(1)));
            for (int i = 1; i < 4; i++) {
                assertEquals(
                        new Expiry.At(Long.MAX_VALUE, Long.MAX_VALUE - 1_000),
                        txn.expiry(CACHE, i));
            }
            assertEquals(new Expiry.At(1_001, 1), txn.expiry(CACHE, 4));
        });
    }

    @Test
    void negativeTimesAreRefused() {
        String text =
                assertThrows(IllegalArgumentException.class, () -> Lifetime.until(-3)).getMessage();
        assertEquals("deadline: deadlineMillis=-3, min=0", text);
        text =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Lifetime.of(Duration.ofMillis(-2)))
                        .getMessage();
        assertEquals("time to live: ttl=PT-0.002S, min=PT0S", text);
        write(txn ->
                assertThrows(
                        IllegalArgumentException.class,
                        () -> txn.defaultTtl(CACHE, Duration.ofNanos(-1))));
    }

    @Test
    void storeWithoutDeadlinesNeverAsksForTheTime() {
        AtomicLong asked = new AtomicLong();
        StoreConfig counting =
                StoreConfig.defaults()
                        .withClock(() -> {
                            asked.incrementAndGet();
                            return Instant.ofEpochMilli(1);
                        });
        try (Store plain = Store.inMemory(counting);
                WriteTransaction txn = plain.begin()) {
            long before = asked.get();
            for (int i = 0; i < 1_000; i++) {
                txn.put(ColumnFamily.DEFAULT, i, VALUE);
                txn.get(ColumnFamily.DEFAULT, i);
            }
            try (Cursor cursor = txn.cursor()) {
                while (cursor.next()) {
                    cursor.value();
                }
            }
            txn.touch(ColumnFamily.DEFAULT, 7, Lifetime.until(9));
            txn.get(ColumnFamily.DEFAULT, 8);
            assertEquals(before, asked.get());
            txn.get(ColumnFamily.DEFAULT, 7);
            assertEquals(before + 1, asked.get());
        }
    }
}
