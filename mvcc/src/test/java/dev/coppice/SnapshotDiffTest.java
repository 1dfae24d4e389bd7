package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.SnapshotDiff.Kind;
import dev.coppice.error.SnapshotClosedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What changed between two snapshots, compared with two sorted maps. */
final class SnapshotDiffTest {
    private static final StoreConfig CONFIG =
            StoreConfig.defaults().withPageBytes(512).withMaintenance(MaintenanceMode.MANUAL);
    private static final HexFormat HEX = HexFormat.of();
    private static final List<ColumnFamily> FAMILIES =
            List.of(
                    ColumnFamily.DEFAULT,
                    ColumnFamily.of("a"),
                    ColumnFamily.of("b"),
                    ColumnFamily.of("c"));

    @TempDir private Path directory;

    private Store open() {
        return Store.open(directory.resolve("a.coppice"), CONFIG);
    }

    /** A family as a test knows it: entries as text, and what number its creation had. */
    private record Twin(int created, long ttlMillis, NavigableMap<String, String> entries) {}

    private static List<String> told(SnapshotDiff diff) {
        List<String> told = new ArrayList<>();
        while (diff.next()) {
            String line = diff.kind() + " " + diff.family().name();
            told.add(
                    switch (diff.kind()) {
                        case FAMILY_DROPPED -> line;
                        case FAMILY_CREATED, FAMILY_CHANGED ->
                                line + " " + diff.defaultTtl().toMillis();
                        case INSERTED -> line + " " + key(diff) + " " + after(diff);
                        case DELETED -> line + " " + key(diff) + " " + before(diff);
                        case UPDATED ->
                                line + " " + key(diff) + " " + before(diff) + " " + after(diff);
                    });
        }
        return told;
    }

    private static String key(SnapshotDiff diff) {
        return HEX.formatHex(diff.key());
    }

    private static String before(SnapshotDiff diff) {
        return text(diff.valueBefore()) + diff.lifetimeBefore();
    }

    private static String after(SnapshotDiff diff) {
        return text(diff.valueAfter()) + diff.lifetimeAfter();
    }

    private static String text(byte[] value) {
        return value.length + ":" + java.util.Arrays.hashCode(value) + "/";
    }

    private static List<String> expected(
            Map<ColumnFamily, Twin> before, Map<ColumnFamily, Twin> after) {
        List<String> expected = new ArrayList<>();
        for (ColumnFamily family : FAMILIES) {
            Twin one = before.get(family);
            Twin other = after.get(family);
            boolean isSame = one != null && other != null && one.created() == other.created();
            if (one != null && !isSame) {
                expected.add(Kind.FAMILY_DROPPED + " " + family.name());
            }
            if (other != null && !isSame) {
                expected.add(Kind.FAMILY_CREATED + " " + family.name() + " " + other.ttlMillis());
            }
            if (isSame && one.ttlMillis() != other.ttlMillis()) {
                expected.add(Kind.FAMILY_CHANGED + " " + family.name() + " " + other.ttlMillis());
            }
            if (other != null) {
                addEntries(
                        expected,
                        family.name(),
                        isSame ? one.entries() : new TreeMap<>(),
                        other.entries());
            }
        }
        return expected;
    }

    private static void addEntries(
            List<String> expected,
            String family,
            NavigableMap<String, String> before,
            NavigableMap<String, String> after) {
        NavigableMap<String, String> all = new TreeMap<>(before);
        all.putAll(after);
        for (String key : all.keySet()) {
            String one = before.get(key);
            String other = after.get(key);
            if (one == null) {
                expected.add(Kind.INSERTED + " " + family + " " + key + " " + other);
            } else if (other == null) {
                expected.add(Kind.DELETED + " " + family + " " + key + " " + one);
            } else if (!one.equals(other)) {
                expected.add(Kind.UPDATED + " " + family + " " + key + " " + one + " " + other);
            }
        }
    }

    /** Makes random changes of a store, and knows what is in it. */
    private static final class Author {
        private final Random random;
        private final Map<ColumnFamily, Twin> families =
                new TreeMap<>((one, other) -> one.name().compareTo(other.name()));
        private int created;

        Author(int seed) {
            random = new Random(seed);
            families.put(ColumnFamily.DEFAULT, new Twin(0, 0, new TreeMap<>()));
        }

        Map<ColumnFamily, Twin> copy() {
            Map<ColumnFamily, Twin> copy =
                    new TreeMap<>((one, other) -> one.name().compareTo(other.name()));
            families.forEach((family, twin) ->
                    copy.put(
                            family,
                            new Twin(
                                    twin.created(),
                                    twin.ttlMillis(),
                                    new TreeMap<>(twin.entries()))));
            return copy;
        }

        void change(Store store, int entries) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < entries; i++) {
                    ColumnFamily family = FAMILIES.get(random.nextInt(FAMILIES.size()));
                    if (families.containsKey(family)) {
                        changeEntry(txn, family);
                    } else {
                        txn.createFamily(family);
                        families.put(family, new Twin(++created, 0, new TreeMap<>()));
                    }
                }
                if (random.nextInt(3) == 0) {
                    changeFamily(txn, FAMILIES.get(random.nextInt(FAMILIES.size())));
                }
                txn.commit();
            }
        }

        private void changeEntry(WriteTransaction txn, ColumnFamily family) {
            NavigableMap<String, String> entries = families.get(family).entries();
            byte[] key = Samples.key(random.nextInt(1_500), random.nextInt(40) == 0 ? 300 : 12);
            String text = HEX.formatHex(key);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> {
                    txn.delete(family, key);
                    entries.remove(text);
                }
                case 3 -> {
                    long deadline = 4_000_000_000_000L + random.nextInt(1_000);
                    if (txn.touch(family, key, Lifetime.until(deadline))) {
                        String old = entries.get(text);
                        String value = old.substring(0, old.indexOf('/') + 1);
                        entries.put(text, value + Lifetime.until(deadline));
                    }
                }
                default -> {
                    int bytes = random.nextInt(20) == 0 ? 5_000 : random.nextInt(60);
                    byte[] value = Samples.value(random.nextInt(4), bytes);
                    txn.put(family, key, value, Lifetime.FOREVER);
                    entries.put(text, text(value) + Lifetime.FOREVER);
                }
            }
        }

        private void changeFamily(WriteTransaction txn, ColumnFamily family) {
            Twin twin = families.get(family);
            if (twin == null) {
                return;
            }
            if (random.nextBoolean() || family.equals(ColumnFamily.DEFAULT)) {
                long ttl = 1L + random.nextInt(1_000_000);
                txn.defaultTtl(family, Duration.ofMillis(ttl));
                families.put(family, new Twin(twin.created(), ttl, twin.entries()));
            } else {
                txn.dropFamily(family);
                families.remove(family);
            }
        }
    }

    /** Goal: any two states differ as the maps do, in both directions, whatever lies between. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void differencesAreThoseOfTheMaps(int seed) {
        Author author = new Author(seed);
        Random random = new Random(seed);
        try (Store store = open()) {
            List<Map<ColumnFamily, Twin>> twins = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                store.retain("s" + i);
                twins.add(author.copy());
                int entries = i == 0 ? 2_000 : i == 1 ? 1 : 1 << random.nextInt(10);
                author.change(store, entries);
                if (i % 3 == 1) {
                    Model.checkpoint(store);
                }
            }
            for (int i = 0; i < twins.size(); i++) {
                for (int j = 0; j < twins.size(); j++) {
                    try (SnapshotDiff diff = store.diff("s" + i, "s" + j)) {
                        assertEquals(expected(twins.get(i), twins.get(j)), told(diff));
                        assertFalse(diff.next());
                    }
                }
            }
        }
    }

    /** Goal: trees of very different height, and no tree at all. */
    @Test
    void treesOfDifferentHeight() {
        try (Store store = open()) {
            store.retain("none");
            store.put(Samples.key(5_000), Samples.value(1, 10));
            store.retain("one");
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 20_000; i++) {
                    txn.put(Samples.key(i), Samples.value(i == 5_000 ? 1 : i, 10));
                }
                txn.commit();
            }
            store.retain("many");
            assertEquals(20_000, count(store, "none", "many", Kind.INSERTED));
            assertEquals(19_999, count(store, "one", "many", Kind.INSERTED));
            assertEquals(19_999, count(store, "many", "one", Kind.DELETED));
            assertEquals(20_000, count(store, "many", "none", Kind.DELETED));
            assertEquals(1, count(store, "none", "one", Kind.INSERTED));
            assertEquals(0, count(store, "many", "many", Kind.INSERTED));
        }
    }

    private static int count(Store store, String before, String after, Kind kind) {
        try (SnapshotDiff diff = store.diff(before, after)) {
            int count = 0;
            while (diff.next()) {
                assertEquals(kind, diff.kind());
                count++;
            }
            return count;
        }
    }

    /** Goal: the pages read go with the changes, not with the store. */
    @Test
    void sharedPagesAreNotRead() {
        try (Store store = open()) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 50_000; i++) {
                    txn.put(Samples.key(i), Samples.value(i, 10));
                }
                txn.commit();
            }
            store.retain("before");
            for (int i = 0; i < 5; i++) {
                store.put(Samples.key(i * 9_000L), Samples.value(-1, 11));
                store.delete(Samples.key(i * 9_000L + 3));
            }
            store.retain("after");
            for (String[] names : new String[][] {{"before", "after"}, {"after", "before"}}) {
                try (SnapshotDiff diff = store.diff(names[0], names[1])) {
                    assertEquals(10, told(diff).size());
                    // Five leaves, the catalogue, and the branches above, of both.
                    assertTrue(diff.pageVisits() <= 2 * 5 * 6, diff.pageVisits() + " visits");
                }
            }
            try (SnapshotDiff diff = store.diff("after", "after")) {
                assertFalse(diff.next());
                assertEquals(0, diff.pageVisits());
            }
        }
    }

    @Test
    void openSnapshotsAndMisuse() {
        try (Store store = open();
                Store other = Store.inMemory()) {
            store.put("a", "1");
            Snapshot before = store.snapshot();
            store.put("a", "2");
            try (Snapshot after = store.snapshot();
                    Snapshot foreign = other.snapshot()) {
                assertThrows(IllegalArgumentException.class, () -> store.diff(before, foreign));
                SnapshotDiff diff = store.diff(before, after);
                assertThrows(IllegalStateException.class, diff::kind);
                assertThrows(IllegalStateException.class, diff::key);
                assertTrue(diff.next());
                assertEquals(Kind.UPDATED, diff.kind());
                assertArrayEquals(Samples.text("1"), diff.valueBefore());
                assertArrayEquals(Samples.text("2"), diff.valueAfter());
                diff.close();
                before.close();
                assertThrows(SnapshotClosedException.class, diff::next);
                assertEquals("2", new String(after.get(Samples.text("a")), Model.UTF_8));
            }
            assertThrows(IllegalArgumentException.class, () -> store.diff("no", "none"));
        }
    }
}
