package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.error.UnsupportedFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Increments lead a copy to what the source is. */
final class IncrementalBackupTest {
    private static final StoreConfig SMALL_PAGES =
            StoreConfig.defaults().withPageBytes(512).withMaintenance(MaintenanceMode.MANUAL);
    private static final ColumnFamily GONE = ColumnFamily.of("gone");

    @TempDir private Path directory;

    private Path path(String name) {
        return directory.resolve(name);
    }

    private Store source() {
        return Store.open(path("source"), SMALL_PAGES);
    }

    /** Makes changes of every kind. */
    private static void change(Store store, int round) {
        Random random = new Random(round);
        try (WriteTransaction txn = store.begin()) {
            if (txn.createFamilyIfMissing(Samples.OTHER)) {
                txn.createFamily(GONE);
                txn.put(GONE, new byte[] {1}, new byte[] {1});
            }
            for (int i = 0; i < 300; i++) {
                ColumnFamily family = i % 3 == 0 ? Samples.OTHER : ColumnFamily.DEFAULT;
                byte[] key = Samples.key(random.nextInt(2_000), i % 50 == 0 ? 400 : 12);
                if (i % 5 == 0) {
                    txn.delete(family, key);
                } else if (i % 7 == 0) {
                    Lifetime lifetime = Lifetime.until(4_000_000_000_000L + i);
                    txn.put(family, key, Samples.value(i, 20), lifetime);
                } else {
                    int bytes = i % 60 == 1 ? 100_000 : random.nextInt(80);
                    txn.put(
                            family,
                            key,
                            Samples.value(round * 1_000L + i, bytes),
                            Lifetime.FOREVER);
                }
            }
            switch (round) {
                case 1 -> txn.defaultTtl(Samples.OTHER, Duration.ofDays(30_000));
                case 2 -> txn.dropFamily(GONE);
                case 3 -> {
                    txn.createFamily(GONE);
                    txn.defaultTtl(GONE, Duration.ofDays(20_000));
                    txn.put(GONE, new byte[] {2}, Samples.value(7, 5_000));
                }
                default -> txn.defaultTtl(ColumnFamily.DEFAULT, Duration.ofDays(40_000 + round));
            }
            txn.commit();
        }
    }

    /** {@return everything that a snapshot shows} */
    private static List<String> content(ReadHandle handle) {
        List<String> content = new ArrayList<>();
        for (ColumnFamily family : handle.families()) {
            content.add(family.name() + " " + handle.defaultTtl(family));
            try (Cursor cursor = handle.cursor(family)) {
                while (cursor.next()) {
                    String deadline =
                            cursor.expiry() instanceof Expiry.At at
                                    ? " " + at.deadlineMillis()
                                    : "";
                    content.add(
                            Arrays.toString(cursor.key())
                                    + Arrays.hashCode(cursor.value())
                                    + deadline);
                }
            }
        }
        return content;
    }

    private static List<String> content(Store store, String name) {
        try (Snapshot snapshot = store.snapshot(name)) {
            return content(snapshot);
        }
    }

    private IncrementReport increment(Store store, String since, String until, String file) {
        try (Snapshot from = store.snapshot(since);
                Snapshot to = store.snapshot(until)) {
            return store.copySince(from, to, path(file), Progress.NONE);
        }
    }

    /** Makes a source with states s0 to s4, a copy of s0, and the increments between them. */
    private void prepare() {
        try (Store store = source()) {
            for (int i = 0; i < 5; i++) {
                change(store, i);
                store.retain("s" + i);
            }
            try (Snapshot first = store.snapshot("s0")) {
                store.copyTo(first, path("base"), false, Progress.NONE);
            }
            for (int i = 0; i < 4; i++) {
                increment(store, "s" + i, "s" + (i + 1), "i" + i);
            }
        }
    }

    private void verify(String file, String state) {
        try (Store source = source();
                Store copy = Store.open(path(file));
                Snapshot snapshot = copy.snapshot()) {
            assertEquals(content(source, state), content(snapshot));
            assertEquals(List.of(), copy.check(Progress.NONE).problems());
        }
    }

    private List<Path> files(String... names) {
        return Arrays.stream(names).map(this::path).toList();
    }

    private RestoreReport restore(String... names) {
        try (Store base = Store.open(path("base"))) {
            return base.restore(files(names), Progress.NONE);
        }
    }

    @Test
    void chainLeadsToTheSource() {
        prepare();
        restore("i0", "i1");
        verify("base", "s2");
        RestoreReport report = restore("i2", "i3");
        assertEquals(2, report.increments());
        assertTrue(report.changes() > 200);
        verify("base", "s4");
        try (Store source = source()) {
            List<NamedSnapshot> named = source.namedSnapshots();
            assertEquals(named.get(2).txn(), report.fromTxn());
            assertEquals(named.get(4).txn(), report.toTxn());
        }
    }

    /** Goal: one increment over several states, and one without changes. */
    @Test
    void incrementsMaySpanStates() throws IOException {
        prepare();
        try (Store store = source()) {
            IncrementReport report = increment(store, "s0", "s4", "all");
            assertTrue(report.changes() > 300, report.toString());
            assertEquals(Files.size(path("all")), report.bytes());
            assertEquals(0, increment(store, "s4", "s4", "none").changes());
        }
        restore("all", "none");
        verify("base", "s4");
    }

    /** Goal: a file that was copied as it is while nobody had it open is a base, too. */
    @Test
    void fileThatWasCopiedIsABase() throws IOException {
        try (Store store = source()) {
            change(store, 0);
            store.retain("s0");
        }
        Files.copy(path("source"), path("base"));
        try (Store store = source()) {
            change(store, 1);
            store.retain("s1");
            long base;
            try (Snapshot snapshot = store.snapshot("s0")) {
                base = snapshot.txn();
            }
            assertTrue(base < store.latestTxn());
            increment(store, "s0", "s1", "i0");
        }
        // The copy has the commit that gave the name on top of what the name keeps.
        assertThrows(IllegalArgumentException.class, () -> restore("i0"));
    }

    @Test
    void wrongChainsAreRefused() {
        prepare();
        assertRefused(IllegalArgumentException.class, "begins with commit", "i1");
        assertRefused(IllegalArgumentException.class, "begins with commit", "i0", "i2");
        assertRefused(IllegalArgumentException.class, "begins with commit", "i1", "i0");
        assertRefused(IllegalArgumentException.class, "min=1");
        assertRefused(StoreIoException.class, "cannot be read", "i0", "missing");
        try (Store other = Store.open(path("other"), SMALL_PAGES)) {
            change(other, 0);
            other.retain("s0");
            change(other, 1);
            other.retain("s1");
            increment(other, "s0", "s1", "foreign");
        }
        assertRefused(IllegalArgumentException.class, "another store", "foreign");
        assertRefused(IllegalArgumentException.class, "another store", "i0", "foreign");
        assertRefused(UnsupportedFormatException.class, "not an incremental", "source");
        restore("i0", "i1", "i2", "i3");
        verify("base", "s4");
        assertThrows(IllegalArgumentException.class, () -> restore("i0"));
    }

    private <E extends Exception> void assertRefused(Class<E> error, String part, String... names) {
        String message = assertThrows(error, () -> restore(names)).getMessage();
        assertTrue(message.contains(part), message);
        verify("base", "s0");
    }

    @Test
    void copyThatWasChangedIsRefused() {
        prepare();
        try (Store base = Store.open(path("base"))) {
            base.put("one", "more");
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> base.restore(files("i0"), Progress.NONE))
                            .getMessage();
            assertTrue(message.contains("was changed since"), message);
            assertFalse(base.check(Progress.NONE).problemCount() > 0);
        }
    }

    /** Goal: whatever byte is wrong, and wherever it ends, nothing is changed. */
    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 30, 79, 80, 81, 500, -1, -5_000})
    void damagedFilesAreRefused(int place) throws IOException {
        prepare();
        byte[] whole = Files.readAllBytes(path("i1"));
        int at = place < 0 ? whole.length + place : place;
        byte[] flipped = whole.clone();
        flipped[at] ^= 0x10;
        Files.write(path("i1"), flipped);
        assertDamaged();
        Files.write(path("i1"), Arrays.copyOf(whole, at));
        assertDamaged();
        Files.write(path("i1"), Arrays.copyOf(whole, whole.length + 1));
        assertDamaged();
        Files.write(path("i1"), whole);
        restore("i0", "i1");
        verify("base", "s2");
    }

    private void assertDamaged() {
        Exception e = assertThrows(RuntimeException.class, () -> restore("i0", "i1"));
        assertTrue(
                e instanceof CorruptStoreException || e instanceof UnsupportedFormatException,
                e.toString());
        verify("base", "s0");
    }

    @Test
    void targetsAndOrderAreChecked() throws IOException {
        prepare();
        try (Store store = source();
                Store other = Store.inMemory();
                Snapshot foreign = other.snapshot();
                Snapshot from = store.snapshot("s0");
                Snapshot to = store.snapshot("s1")) {
            Path taken = path("i0");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.copySince(from, to, taken, Progress.NONE));
            Path nowhere = path("no").resolve("where");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.copySince(from, to, nowhere, Progress.NONE));
            Path target = path("new");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.copySince(to, from, target, Progress.NONE));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.copySince(foreign, to, target, Progress.NONE));
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            store.copySince(
                                    from,
                                    to,
                                    target,
                                    (_, _) -> {
                                        throw new IllegalStateException("stopped");
                                    }));
        }
        try (var all = Files.list(directory)) {
            assertEquals(
                    List.of(), all.filter(file -> file.toString().contains("-copying-")).toList());
        }
    }
}
