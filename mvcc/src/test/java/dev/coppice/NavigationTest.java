package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What finds entries by their neighbours, ranks and chances, against a sorted map. */
class NavigationTest {
    private static final int ENTRIES = 3000;
    private static final ColumnFamily LONGS = ColumnFamily.of("longs");
    private static final ColumnFamily EMPTY = ColumnFamily.of("empty");
    private static final ColumnFamily ABSENT = ColumnFamily.of("absent");

    private final NavigableMap<Long, byte[]> model = new TreeMap<>();
    private final Random random = new Random(11);
    private Store store;

    /** Small pages make a tree of several levels; some values have runs of their own. */
    @BeforeEach
    void fill() {
        store = Store.inMemory(StoreConfig.defaults().withPageBytes(512));
        KeyBuilder builder = new KeyBuilder();
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(LONGS);
            txn.createFamily(EMPTY);
            for (int i = 0; i < ENTRIES; i++) {
                long key = (i - ENTRIES / 2L) * 3;
                byte[] value = Samples.value(i, random.nextInt(100) == 0 ? 3000 : i % 50);
                txn.put(LONGS, builder.reset().addLong(key).toBytes(), value);
                model.put(key, value);
            }
            txn.commit();
        }
    }

    @AfterEach
    void close() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
    }

    /** All kinds of handles, on the same entries. */
    private void onAll(Consumer<ReadHandle> test) {
        try (Snapshot snapshot = store.snapshot();
                Reader reader = store.reader();
                WriteTransaction txn = store.begin()) {
            test.accept(snapshot);
            test.accept(reader);
            test.accept(txn);
            txn.put(LONGS, new KeyBuilder().addLong(100_000).toBytes(), new byte[3]);
            txn.delete(LONGS, new KeyBuilder().addLong(0).toBytes());
            byte[] zero = model.remove(0L);
            model.put(100_000L, new byte[3]);
            test.accept(txn);
            model.remove(100_000L);
            model.put(0L, zero);
        }
    }

    private static void assertEntry(Map.Entry<Long, byte[]> expected, Entry found) {
        if (expected == null) {
            assertNull(found);
            return;
        }
        assertNotNull(found);
        assertEquals(expected.getKey(), found.keyLong());
        assertArrayEquals(expected.getValue(), found.value());
    }

    @Test
    void neighboursAreThoseOfTheModel() {
        onAll(handle -> {
            assertEntry(model.firstEntry(), handle.first(LONGS));
            assertEntry(model.lastEntry(), handle.last(LONGS));
            for (int i = 0; i < 2000; i++) {
                long key = random.nextInt(4 * ENTRIES) - 2L * ENTRIES;
                byte[] bytes = new KeyBuilder().addLong(key).toBytes();
                assertEntry(model.floorEntry(key), handle.floor(LONGS, key));
                assertEntry(model.ceilingEntry(key), handle.ceiling(LONGS, key));
                assertEntry(model.lowerEntry(key), handle.lower(LONGS, key));
                assertEntry(model.higherEntry(key), handle.higher(LONGS, key));
                assertEquals(handle.floor(LONGS, key), handle.floor(LONGS, bytes));
                assertEquals(handle.ceiling(LONGS, key), handle.ceiling(LONGS, bytes));
                assertEquals(handle.lower(LONGS, key), handle.lower(LONGS, bytes));
                assertEquals(handle.higher(LONGS, key), handle.higher(LONGS, bytes));
            }
            assertNull(handle.lower(LONGS, Long.MIN_VALUE));
            assertNull(handle.higher(LONGS, Long.MAX_VALUE));
        });
    }

    @Test
    void emptyFamilyHasNoNeighboursAndNoSample() {
        onAll(handle -> {
            assertNull(handle.first(EMPTY));
            assertNull(handle.last(EMPTY));
            assertNull(handle.floor(EMPTY, 1));
            assertNull(handle.ceiling(EMPTY, 1));
            assertEquals(0, handle.rank(EMPTY, 1));
            assertEquals(List.of(), handle.sample(EMPTY, 3, random));
            assertEquals(List.of(KeyRange.all()), handle.split(EMPTY, KeyRange.all(), 4));
            assertNull(handle.multiGet(EMPTY, new byte[][] {{1}, {2}})[1]);
            handle.prefetch(EMPTY, KeyRange.all());
        });
    }

    @Test
    void ranksAndEntriesAtThemAgree() {
        onAll(handle -> {
            List<Map.Entry<Long, byte[]>> entries = new ArrayList<>(model.entrySet());
            for (int i = 0; i < 1000; i++) {
                int rank = random.nextInt(entries.size());
                assertEntry(entries.get(rank), handle.entryAt(LONGS, rank));
                long key = entries.get(rank).getKey();
                assertEquals(rank, handle.rank(LONGS, key));
                assertEquals(rank, handle.rank(LONGS, new KeyBuilder().addLong(key).toBytes()));
                assertEquals(model.headMap(key - 1).size(), handle.rank(LONGS, key - 1));
                long to = key + random.nextInt(500);
                assertEquals(
                        model.subMap(key, to).size(), handle.count(LONGS, KeyRange.longs(key, to)));
            }
            assertEquals(model.size(), handle.rank(LONGS, Long.MAX_VALUE));
            long size = model.size();
            for (long rank : new long[] {-1, size, Long.MAX_VALUE, Long.MIN_VALUE}) {
                var e =
                        assertThrows(
                                IllegalArgumentException.class, () -> handle.entryAt(LONGS, rank));
                assertTrue(e.getMessage().contains("rank=" + rank), e.getMessage());
                assertTrue(e.getMessage().contains("entries=" + size), e.getMessage());
            }
        });
    }

    @Test
    void partsOfASplitAreEven() {
        onAll(handle -> {
            for (int n : new int[] {1, 2, 3, 7, 64}) {
                List<KeyRange> parts = handle.split(LONGS, KeyRange.all(), n);
                assertEquals(n, parts.size());
                byte[] from = null;
                for (KeyRange part : parts) {
                    long count = handle.count(LONGS, part);
                    assertTrue(Math.abs(count * n - model.size()) <= n, count + " of " + n);
                    assertArrayEquals(from, part.from());
                    from = part.to();
                }
                assertNull(from);
            }
            assertEquals(model.size(), handle.split(LONGS, KeyRange.all(), 1 << 20).size());
        });
    }

    @Test
    void sampleHasNoEntryTwiceAndIsInOrder() {
        onAll(handle -> {
            for (int n : new int[] {0, 1, 10, 2999}) {
                List<Entry> sample = handle.sample(LONGS, n, random);
                assertEquals(n, sample.size());
                long last = Long.MIN_VALUE;
                for (Entry entry : sample) {
                    assertTrue(entry.keyLong() > last);
                    last = entry.keyLong();
                    assertArrayEquals(model.get(last), entry.value());
                }
            }
            assertEquals(model.size(), handle.sample(LONGS, 1 << 20, random).size());
        });
    }

    @Test
    void everyEntryIsDrawnSometimes() {
        Set<Long> drawn = new HashSet<>();
        try (Snapshot snapshot = store.snapshot()) {
            for (int i = 0; i < 100; i++) {
                snapshot.sample(LONGS, 300, random).forEach(entry -> drawn.add(entry.keyLong()));
            }
        }
        // Each is missed with a chance of 0.9^100; the seed is fixed.
        assertEquals(ENTRIES, drawn.size());
    }

    @Test
    void multiGetFindsWhatSingleGetsFind() {
        ValueBatch batch = new ValueBatch();
        onAll(handle -> {
            for (int n : new int[] {0, 1, 15, 16, 17, 500}) {
                byte[][] keys = new byte[n][];
                for (int i = 0; i < n; i++) {
                    long key = random.nextInt(4 * ENTRIES) - 2L * ENTRIES;
                    keys[i] = new KeyBuilder().addLong(key).toBytes();
                }
                byte[][] values = handle.multiGet(LONGS, keys);
                handle.multiGet(LONGS, keys, batch);
                assertEquals(n, batch.count());
                for (int i = 0; i < n; i++) {
                    byte[] expected = handle.get(LONGS, keys[i]);
                    assertArrayEquals(expected, values[i]);
                    assertArrayEquals(expected, batch.value(i));
                    assertEquals(expected != null, batch.isPresent(i));
                    assertEquals(expected == null ? -1 : expected.length, batch.length(i));
                }
            }
            assertThrows(IndexOutOfBoundsException.class, () -> batch.length(500));
            assertThrows(IndexOutOfBoundsException.class, () -> batch.value(-1));
        });
    }

    @Test
    void prefetchReadsAndChangesNothing() {
        onAll(handle -> {
            handle.prefetch(LONGS, KeyRange.all());
            handle.prefetch(LONGS, KeyRange.longs(-50, 70));
            handle.prefetch(LONGS, KeyRange.from(1_000_000));
            assertEquals(model.size(), handle.count(LONGS));
        });
    }

    @Test
    void badArgumentsAreRefused() {
        byte[] none = {};
        byte[] tooLong = new byte[65_537];
        onAll(handle -> {
            for (byte[] key : new byte[][] {none, tooLong}) {
                String part = "keyBytes=" + key.length;
                assertRefused(() -> handle.floor(LONGS, key), part);
                assertRefused(() -> handle.ceiling(LONGS, key), part);
                assertRefused(() -> handle.lower(LONGS, key), part);
                assertRefused(() -> handle.higher(LONGS, key), part);
                assertRefused(() -> handle.rank(LONGS, key), part);
                assertRefused(() -> handle.multiGet(LONGS, new byte[][] {{1}, key}), part);
            }
            assertRefused(() -> handle.sample(LONGS, -1, random), "n=-1");
            assertRefused(() -> handle.first(ABSENT), "'absent'");
            assertRefused(() -> handle.floor(ABSENT, 1), "'absent'");
            assertRefused(() -> handle.entryAt(ABSENT, 1), "'absent'");
            assertRefused(() -> handle.sample(ABSENT, 1, random), "'absent'");
            assertRefused(() -> handle.multiGet(ABSENT, new byte[][] {{1}}), "'absent'");
            assertRefused(() -> handle.prefetch(ABSENT, KeyRange.all()), "'absent'");
            assertNullRefused(() -> handle.first(null));
            assertNullRefused(() -> handle.floor(LONGS, (byte[]) null));
            assertNullRefused(() -> handle.count(LONGS, null));
            assertNullRefused(() -> handle.split(LONGS, null, 2));
            assertNullRefused(() -> handle.sample(LONGS, 1, null));
            assertNullRefused(() -> handle.multiGet(LONGS, (byte[][]) null));
            assertNullRefused(() -> handle.multiGet(LONGS, new byte[][] {null}));
            assertNullRefused(() -> handle.prefetch(LONGS, null));
        });
    }

    private static void assertNullRefused(Executable call) {
        assertThrows(NullPointerException.class, call);
    }

    private static void assertRefused(Executable call, String part) {
        var e = assertThrows(IllegalArgumentException.class, call);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
