package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.ReadOnlyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** States of a store that have a name and stay. */
final class NamedSnapshotTest {
    private static final StoreConfig CONFIG =
            StoreConfig.defaults().withPageBytes(512).withMaintenance(MaintenanceMode.MANUAL);

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("a.coppice");
    }

    private static void assertClean(Store store) {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
    }

    private static List<String> names(Store store) {
        return store.namedSnapshots().stream().map(NamedSnapshot::name).toList();
    }

    private static void put(Store store, Model model, int from, int count, int version) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = from; i < from + count; i++) {
                model.put(txn, Samples.key(i), Samples.value(version * 100_000L + i, 40));
            }
            txn.commit();
        }
    }

    private static void verify(Store store, Map<String, Model> models) {
        assertEquals(models.keySet().stream().sorted().toList(), names(store));
        models.forEach((name, model) -> {
            try (Snapshot snapshot = store.snapshot(name)) {
                model.verify(snapshot);
            }
        });
        assertClean(store);
    }

    @Test
    void stayAsTheyWereAcrossRestarts() {
        Model model = new Model();
        Map<String, Model> kept = new LinkedHashMap<>();
        try (Store store = Store.open(path(), CONFIG)) {
            put(store, model, 0, 300, 0);
            assertEquals(store.latestTxn(), store.retain("a"));
            kept.put("a", model.copy());
            put(store, model, 100, 100, 1);
            Model.checkpoint(store);
            put(store, model, 50, 100, 2);
            store.retain("b");
            kept.put("b", model.copy());
            put(store, model, 0, 400, 3);
            verify(store, kept);
        }
        for (int round = 4; round < 7; round++) {
            try (Store store = Store.open(path(), CONFIG)) {
                verify(store, kept);
                put(store, model, round * 20, 200, round);
                Model.checkpoint(store);
                put(store, model, round * 30, 200, round);
                verify(store, kept);
                model.verify(store);
            }
        }
        try (Store store = Store.open(path(), CONFIG.withReadOnly(true))) {
            verify(store, kept);
        }
    }

    /** The list says what there is, and when it was. */
    @Test
    void listTellsWhatIsKept() {
        long[] now = {1_000};
        StoreConfig config = CONFIG.withClock(() -> java.time.Instant.ofEpochMilli(now[0]));
        try (Store store = Store.open(path(), config)) {
            Model model = new Model();
            put(store, model, 0, 200, 0);
            long txn = store.latestTxn();
            now[0] = 2_000;
            store.retain("ä name");
            put(store, model, 0, 200, 1);
            try (WriteTransaction other = store.begin()) {
                other.createFamily(Samples.OTHER);
                other.put(Samples.OTHER, new byte[] {1}, new byte[0]);
                other.commit();
            }
            now[0] = 3_000;
            store.retain("b");
            List<NamedSnapshot> all = store.namedSnapshots();
            assertEquals(2, all.size());
            NamedSnapshot b = all.get(0);
            assertEquals(201, b.entries());
            assertEquals(3_000, b.retainedMillis());
            assertEquals(2_000, b.commitMillis());
            assertTrue(b.keptBytes() <= 2 * 512, "keeps " + b.keptBytes());
            NamedSnapshot a = all.get(1);
            assertEquals("ä name", a.name());
            assertEquals(txn, a.txn());
            assertEquals(1_000, a.commitMillis());
            assertEquals(2_000, a.retainedMillis());
            assertEquals(200, a.entries());
            assertTrue(a.keptBytes() > 200 * 40, "keeps " + a.keptBytes());
            assertTrue(a.keptBytes() < 200 * 40 * 4, "keeps " + a.keptBytes());
        }
    }

    /** What comes and goes behind a name is not kept by it. */
    @Test
    void keepOnlyWhatTheySee() {
        Model model = new Model();
        try (Store store = Store.open(path(), CONFIG)) {
            put(store, model, 0, 1_000, 0);
            store.retain("a");
            put(store, model, 0, 1_000, 1);
            Model.checkpoint(store);
            put(store, model, 0, 10, 1);
            Model.checkpoint(store);
            long kept = store.stats().pendingBytes();
            for (int round = 2; round < 30; round++) {
                put(store, model, 0, 1_000, round);
                Model.checkpoint(store);
            }
            put(store, model, 0, 10, 1);
            Model.checkpoint(store);
            store.namedSnapshots();
            long later = store.stats().pendingBytes();
            assertTrue(later <= kept + 200 * 512, later + " bytes are kept, at first " + kept);
        }
    }

    @Test
    void droppingGivesBackWhatNobodyElseSees() {
        Model model = new Model();
        Map<String, Model> kept = new LinkedHashMap<>();
        try (Store store = Store.open(path(), CONFIG)) {
            put(store, model, 0, 1_000, 0);
            Model.checkpoint(store);
            for (int i = 0; i < 5; i++) {
                store.retain("n" + i);
                kept.put("n" + i, model.copy());
                put(store, model, i * 150, 400, i + 1);
            }
            Model.checkpoint(store);
            try (Snapshot held = store.snapshot("n2")) {
                for (String name : List.of("n2", "n0", "n4", "n1", "n3")) {
                    assertTrue(store.dropSnapshot(name));
                    Model before = kept.remove(name);
                    Model.checkpoint(store);
                    verify(store, kept);
                    put(store, model, 0, 30, 9);
                    if (name.equals("n2")) {
                        before.verify(held);
                    }
                }
            }
            Model.checkpoint(store);
            put(store, model, 0, 1, 9);
            Model.checkpoint(store);
            store.namedSnapshots();
            long pending = store.stats().pendingBytes();
            assertTrue(pending < 40 * 512, pending + " bytes are still kept");
            model.verify(store);
        }
    }

    /** Goal: a name in the middle of a transaction has what was changed before, and no more. */
    @ParameterizedTest
    @ValueSource(strings = {"NORMAL", "FULL"})
    void areTakenInTheMiddleOfATransaction(String level) {
        Model model = new Model();
        Map<String, Model> kept = new LinkedHashMap<>();
        try (Store store = Store.open(path(), CONFIG)) {
            put(store, model, 0, 200, 0);
            try (WriteTransaction txn = store.begin(SyncLevel.valueOf(level))) {
                assertEquals(store.latestTxn(), txn.retain("before"));
                kept.put("before", model.copy());
                txn.createFamily(Samples.OTHER);
                model.create(Samples.OTHER);
                for (int i = 0; i < 100; i++) {
                    model.put(txn, Samples.key(i), Samples.value(i, 60));
                    model.put(txn, Samples.OTHER, Samples.key(i), Samples.value(i, i * 20));
                }
                long middle = txn.retain("middle");
                assertTrue(middle > store.latestTxn());
                kept.put("middle", model.copy());
                for (int i = 50; i < 300; i++) {
                    model.put(txn, Samples.key(i), Samples.value(i, 61));
                }
                txn.dropFamily(Samples.OTHER);
                model.drop(Samples.OTHER);
                txn.retain("end");
                kept.put("end", model.copy());
                assertTrue(txn.commit() > middle);
            }
            verify(store, kept);
            model.verify(store);
            put(store, model, 0, 300, 4);
            Model.checkpoint(store);
            put(store, model, 0, 300, 5);
            verify(store, kept);
        }
        try (Store store = Store.open(path(), CONFIG)) {
            verify(store, kept);
            model.verify(store);
        }
    }

    @Test
    void rollBackWithTheTransaction() {
        Model model = new Model();
        try (Store store = Store.open(path(), CONFIG)) {
            put(store, model, 0, 200, 0);
            store.retain("a");
            try (WriteTransaction txn = store.begin()) {
                txn.put(new byte[] {1}, new byte[] {1});
                txn.retain("b");
                assertTrue(txn.dropSnapshot("a"));
            }
            assertEquals(List.of("a"), names(store));
            try (WriteTransaction txn = store.begin()) {
                WriteHandle.Savepoint savepoint = txn.savepoint();
                txn.put(new byte[] {1}, new byte[] {1});
                txn.retain("b");
                txn.dropSnapshot("a");
                txn.rollbackTo(savepoint);
                txn.retain("c");
                txn.commit();
            }
            assertEquals(List.of("a", "c"), names(store));
            Map<String, Model> kept = Map.of("a", model.copy(), "c", model.copy());
            put(store, model, 0, 200, 1);
            Model.checkpoint(store);
            put(store, model, 0, 200, 2);
            verify(store, kept);
        }
    }

    @Test
    void namesAreChecked() {
        try (Store store = Store.open(path(), CONFIG)) {
            store.put("key", "value");
            assertThrows(IllegalArgumentException.class, () -> store.retain(""));
            assertThrows(IllegalArgumentException.class, () -> store.retain("x".repeat(256)));
            assertThrows(IllegalArgumentException.class, () -> store.retain("\ud800"));
            assertThrows(IllegalArgumentException.class, () -> store.snapshot(""));
            assertThrows(IllegalArgumentException.class, () -> store.dropSnapshot(""));
            assertThrows(NullPointerException.class, () -> store.retain(null));
            String longest = "ü".repeat(127) + "x";
            store.retain(longest);
            String message =
                    assertThrows(IllegalArgumentException.class, () -> store.retain(longest))
                            .getMessage();
            assertEquals(
                    "a snapshot named '" + longest + "' exists already: drop it first", message);
            message =
                    assertThrows(IllegalArgumentException.class, () -> store.snapshot("no"))
                            .getMessage();
            assertEquals("no snapshot named 'no': retain one first", message);
            assertFalse(store.dropSnapshot("no"));
            assertEquals(List.of(longest), names(store));
            try (Snapshot snapshot = store.snapshot(longest)) {
                assertArrayEquals(Samples.text("value"), snapshot.get(Samples.text("key")));
            }
            assertClean(store);
        }
        try (Store store = Store.open(path(), CONFIG.withReadOnly(true))) {
            assertThrows(ReadOnlyException.class, () -> store.retain("a"));
            assertThrows(ReadOnlyException.class, () -> store.dropSnapshot("a"));
        }
    }

    /** Goal: families that were dropped and deadlines that have passed are as they were then. */
    @Test
    void keepFamiliesAndLifetimes() {
        long[] now = {1_000};
        StoreConfig config = CONFIG.withClock(() -> java.time.Instant.ofEpochMilli(now[0]));
        byte[] key = {1};
        try (Store store = Store.open(path(), config)) {
            try (WriteTransaction txn = store.begin()) {
                txn.createFamily(Samples.OTHER);
                txn.put(Samples.OTHER, key, Samples.value(1, 5_000));
                txn.put(ColumnFamily.DEFAULT, key, new byte[] {2}, Lifetime.until(2_000));
                txn.commit();
            }
            store.retain("a");
            try (WriteTransaction txn = store.begin()) {
                txn.dropFamily(Samples.OTHER);
                txn.persist(ColumnFamily.DEFAULT, key);
                txn.commit();
            }
            Model.checkpoint(store);
        }
        try (Store store = Store.open(path(), config);
                Snapshot snapshot = store.snapshot("a")) {
            assertArrayEquals(Samples.value(1, 5_000), snapshot.get(Samples.OTHER, key));
            assertArrayEquals(new byte[] {2}, snapshot.get(key));
            now[0] = 2_000;
            assertNull(snapshot.get(key));
            assertArrayEquals(new byte[] {2}, store.get(key));
            assertClean(store);
        }
    }

    /** Goal: names are retained and dropped in any order beside checkpoints and restarts. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void anyOrderKeepsAll(int seed) {
        Random random = new Random(seed);
        Model model = new Model();
        Map<String, Model> kept = new LinkedHashMap<>();
        int next = 0;
        for (int opening = 0; opening < 6; opening++) {
            try (Store store = Store.open(path(), CONFIG)) {
                verify(store, kept);
                for (int step = 0; step < 25; step++) {
                    switch (random.nextInt(6)) {
                        case 0 -> {
                            String name = "name" + next++;
                            store.retain(name);
                            kept.put(name, model.copy());
                        }
                        case 1 -> drop(store, kept, random);
                        case 2 -> Model.checkpoint(store);
                        case 3 -> put(store, model, random.nextInt(300), 150, next + step);
                        default -> put(store, model, random.nextInt(400), 3, next + step);
                    }
                }
                verify(store, kept);
                model.verify(store);
            }
        }
    }

    private static void drop(Store store, Map<String, Model> kept, Random random) {
        if (!kept.isEmpty()) {
            Iterator<String> names = kept.keySet().iterator();
            String name = names.next();
            for (int skipped = random.nextInt(kept.size()); skipped > 0; skipped--) {
                name = names.next();
            }
            assertTrue(store.dropSnapshot(name));
            kept.remove(name);
        }
    }

    @Test
    void thousandsAreKept() {
        Model model = new Model();
        try (Store store = Store.open(path(), CONFIG)) {
            put(store, model, 0, 2_000, 0);
            List<Model> some = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                store.retain("n" + i);
                if (i % 100 == 0) {
                    some.add(model.copy());
                }
                put(store, model, i, 2, i);
            }
            Model.checkpoint(store);
            assertEquals(1_000, store.namedSnapshots().size());
            for (int i = 0; i < some.size(); i++) {
                try (Snapshot snapshot = store.snapshot("n" + i * 100)) {
                    some.get(i).verify(snapshot);
                }
            }
            assertClean(store);
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 1_000; i++) {
                    assertTrue(txn.dropSnapshot("n" + i));
                }
                txn.commit();
            }
            Model.checkpoint(store);
            put(store, model, 0, 1, 1);
            Model.checkpoint(store);
            store.namedSnapshots();
            assertTrue(store.stats().pendingBytes() < 40 * 512);
            assertClean(store);
        }
    }

    /** Goal: the file gets shorter below what names keep, which stays as it was. */
    @Test
    void vacuumLeavesThemAsTheyWere() {
        Model model = new Model();
        Map<String, Model> kept = new LinkedHashMap<>();
        try (Store store = Store.open(path(), CONFIG)) {
            put(store, model, 0, 3_000, 0);
            store.retain("a");
            kept.put("a", model.copy());
            put(store, model, 0, 6_000, 1);
            store.retain("b");
            kept.put("b", model.copy());
            try (WriteTransaction txn = store.begin()) {
                for (int i = 100; i < 6_000; i++) {
                    txn.delete(Samples.key(i));
                    model.of(ColumnFamily.DEFAULT).remove(Samples.key(i));
                }
                txn.commit();
            }
            long before = store.stats().fileBytes();
            store.vacuum(0);
            verify(store, kept);
            model.verify(store);
            store.dropSnapshot("b");
            kept.remove("b");
            Model.checkpoint(store);
            store.vacuum(0);
            verify(store, kept);
            put(store, model, 50, 500, 2);
            store.dropSnapshot("a");
            kept.remove("a");
            Model.checkpoint(store);
            store.vacuum(0);
            verify(store, kept);
            assertTrue(store.stats().fileBytes() < before / 2, store.stats().toString());
        }
        model.verify(path(), CONFIG);
    }
}
