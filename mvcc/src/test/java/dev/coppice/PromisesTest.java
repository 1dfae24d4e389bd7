package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.AuthenticationException;
import dev.coppice.error.BusyException;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.error.UnsupportedFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/api-map.md promises to those who come from other stores, where no other test does. */
class PromisesTest {
    private static final ColumnFamily FX = ColumnFamily.of("fx");
    private static final byte[] KEY = bytes("key");
    private static final byte[] VALUE = bytes("value");

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("store");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void put(Store store, ColumnFamily family, String... keys) {
        try (WriteTransaction txn = store.begin()) {
            txn.createFamilyIfMissing(family);
            for (String key : keys) {
                txn.put(family, bytes(key), VALUE);
            }
            txn.commit();
        }
    }

    private static List<String> keys(Cursor cursor) {
        List<String> keys = new ArrayList<>();
        while (cursor.next()) {
            keys.add(new String(cursor.key(), UTF_8));
        }
        return keys;
    }

    // ---- opening

    @Test
    void defaultsWaitForNobodyUnsafelyAndCheckpointByThemselves() {
        StoreConfig config = StoreConfig.defaults();
        assertEquals(SyncLevel.NORMAL, config.syncLevel());
        assertEquals(JournalMode.WAL, config.journalMode());
        assertEquals(4096, config.pageBytes());
        assertFalse(config.readOnly());
        assertTrue(config.createIfMissing());
        assertTrue(config.backgroundCheckpoints());
        assertTrue(config.busyTimeoutMillis() > 0);
        assertEquals(0, config.walSizeLimit());
        assertFalse(config.expirySweep().isOn());
    }

    @Test
    void storeInMemoryIsGoneWhenItIsClosed() {
        Store store = Store.inMemory();
        store.put("key", "value");
        assertEquals("value", store.get("key"));
        assertFalse(store.checkpoint(CheckpointMode.TRUNCATE).busy());
        assertTrue(store.check(Progress.NONE).isClean());
        store.close();
        try (Store other = Store.inMemory()) {
            assertNull(other.get("key"));
        }
    }

    @Test
    void journalModeMayChangeWithEachOpening() {
        JournalMode[] modes = {JournalMode.WAL, JournalMode.DELETE, JournalMode.WAL};
        for (int i = 0; i < modes.length; i++) {
            StoreConfig config = StoreConfig.defaults().withJournalMode(modes[i]);
            try (Store store = Store.open(path(), config)) {
                store.put("key" + i, "value");
                for (int j = 0; j <= i; j++) {
                    assertEquals("value", store.get("key" + j));
                }
            }
        }
    }

    @Test
    void readOnlyStoreHidesWhatHasExpiredAndRemovesNothing() {
        AtomicLong now = new AtomicLong(1_000);
        StoreConfig config =
                StoreConfig.defaults().withClock(() -> Instant.ofEpochMilli(now.get()));
        try (Store store = Store.open(path(), config)) {
            store.put(ColumnFamily.DEFAULT, KEY, VALUE, Lifetime.until(1_010));
        }
        now.set(1_010);
        try (Store store = Store.open(path(), config.withReadOnly(true));
                Snapshot snapshot = store.snapshot()) {
            assertNull(store.get(KEY));
            assertEquals(1, snapshot.count());
            assertThrows(ReadOnlyException.class, store::begin);
            assertThrows(ReadOnlyException.class, store::writer);
            assertThrows(ReadOnlyException.class, () -> store.put(KEY, VALUE));
            assertThrows(ReadOnlyException.class, () -> store.delete(KEY));
            assertThrows(ReadOnlyException.class, store::purgeExpired);
            assertThrows(ReadOnlyException.class, () -> store.apply(new WriteBatch()));
        }
    }

    // ---- entries and transactions

    @Test
    void singleCallsAreTransactionsOfTheirOwn() {
        try (Store store = Store.open(path())) {
            long before = store.latestTxn();
            store.put("a", "1");
            long first = store.latestTxn();
            assertTrue(first > before);
            store.put("b", "2");
            assertTrue(store.latestTxn() > first);
            try (WriteTransaction txn = store.begin()) {
                assertThrows(IllegalStateException.class, () -> store.put("c", "3"));
                assertEquals("1", store.get("a"));
                txn.rollback();
            }
            assertTrue(store.delete(bytes("a")));
            assertFalse(store.delete(bytes("a")));
            assertNull(store.get("a"));
        }
    }

    @Test
    void countSeesOwnChangesAndSnapshotsDoNot() {
        try (Store store = Store.open(path())) {
            put(store, FX, "a", "b");
            try (Snapshot snapshot = store.snapshot();
                    WriteTransaction txn = store.begin()) {
                txn.put(FX, bytes("c"), VALUE);
                assertEquals(3, txn.count(FX));
                assertEquals(2, snapshot.count(FX));
                assertEquals(3, txn.clear(FX));
                assertEquals(0, txn.count(FX));
                assertEquals(2, snapshot.count(FX));
                txn.commit();
            }
        }
    }

    @Test
    void clearedAndDroppedFamiliesStayInTheSnapshotsThatSeeThem() {
        try (Store store = Store.open(path())) {
            put(store, FX, "a", "b", "c");
            try (Snapshot snapshot = store.snapshot();
                    Cursor cursor = snapshot.cursor(FX)) {
                assertTrue(cursor.next());
                try (WriteTransaction txn = store.begin()) {
                    assertEquals(3, txn.clear(FX));
                    txn.commit();
                }
                put(store, FX, "later");
                try (WriteTransaction txn = store.begin()) {
                    assertTrue(txn.dropFamily(FX));
                    assertFalse(txn.dropFamily(FX));
                    txn.commit();
                }
                for (int i = 0; i < 50; i++) {
                    put(store, ColumnFamily.DEFAULT, "other" + i);
                }
                assertEquals(List.of("b", "c"), keys(cursor));
                assertEquals(3, snapshot.count(FX));
            }
            var e = assertThrows(IllegalArgumentException.class, () -> store.get(FX, KEY));
            assertTrue(e.getMessage().contains("'fx'"), e.getMessage());
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }

    // ---- cursors

    @Test
    void newCursorStandsBeforeTheFirstEntryAndEndsBehindTheLast() {
        try (Store store = Store.open(path())) {
            put(store, FX, "a", "b");
            try (Snapshot snapshot = store.snapshot();
                    Cursor cursor = snapshot.cursor(FX)) {
                assertThrows(IllegalStateException.class, cursor::key);
                assertTrue(cursor.next());
                assertTrue(cursor.next());
                assertFalse(cursor.next());
                assertFalse(cursor.next());
                assertThrows(IllegalStateException.class, cursor::value);
                assertTrue(cursor.previous());
                assertArrayEquals(bytes("b"), cursor.key());
                assertTrue(cursor.first());
                assertArrayEquals(bytes("a"), cursor.key());
            }
        }
    }

    @Test
    void cursorGoesBothWaysInsideItsPrefix() {
        try (Store store = Store.open(path())) {
            put(store, FX, "a", "user:1", "user:2", "user:3", "v");
            KeyRange users = KeyRange.prefix(bytes("user:"));
            try (Snapshot snapshot = store.snapshot();
                    Cursor cursor = snapshot.cursor(FX, users)) {
                assertEquals(List.of("user:1", "user:2", "user:3"), keys(cursor));
                assertTrue(cursor.last());
                assertArrayEquals(bytes("user:3"), cursor.key());
                assertTrue(cursor.previous());
                assertTrue(cursor.next());
                assertArrayEquals(bytes("user:3"), cursor.key());
                assertTrue(cursor.first());
                assertFalse(cursor.previous());
                assertTrue(cursor.next());
                assertArrayEquals(bytes("user:1"), cursor.key());
            }
        }
    }

    @Test
    void seekOutsideThePrefixGoesToItsNearerEnd() {
        try (Store store = Store.open(path())) {
            put(store, FX, "a", "user:1", "user:3", "v");
            KeyRange users = KeyRange.prefix(bytes("user:"));
            try (Snapshot snapshot = store.snapshot();
                    Cursor cursor = snapshot.cursor(FX, users)) {
                assertTrue(cursor.seek(bytes("user:2")));
                assertArrayEquals(bytes("user:3"), cursor.key());
                assertTrue(cursor.seekFloor(bytes("user:2")));
                assertArrayEquals(bytes("user:1"), cursor.key());
                assertTrue(cursor.seek(bytes("b")));
                assertArrayEquals(bytes("user:1"), cursor.key());
                assertFalse(cursor.seek(bytes("v")));
                assertThrows(IllegalStateException.class, cursor::key);
                assertTrue(cursor.seekFloor(bytes("z")));
                assertArrayEquals(bytes("user:3"), cursor.key());
                assertFalse(cursor.seekFloor(bytes("b")));
            }
        }
    }

    // ---- column families

    @Test
    void familiesAreListedByNameBehindTheDefaultOne() {
        try (Store store = Store.open(path())) {
            List<String> names = List.of("b", "a", "__x", "_y", "Z", "\u00e9", "default2");
            names.forEach(name -> put(store, ColumnFamily.of(name), "k"));
            List<String> expected = new ArrayList<>(new TreeSet<>(names));
            expected.addFirst("default");
            try (Snapshot snapshot = store.snapshot()) {
                assertEquals(
                        expected, snapshot.families().stream().map(ColumnFamily::name).toList());
            }
        }
    }

    @Test
    void defaultFamilyIsThereAndNotCreatedAgain() {
        try (Store store = Store.open(path());
                WriteTransaction txn = store.begin()) {
            assertFalse(txn.createFamilyIfMissing(ColumnFamily.DEFAULT));
            assertFalse(txn.createFamilyIfMissing(ColumnFamily.of("default")));
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> txn.createFamily(ColumnFamily.of("default")));
            assertTrue(e.getMessage().contains("'default'"), e.getMessage());
        }
    }

    @Test
    void thereMayBeHundredsOfFamilies() {
        try (Store store = Store.open(path())) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 300; i++) {
                    ColumnFamily family = ColumnFamily.of("family " + i);
                    txn.createFamily(family);
                    txn.put(family, KEY, bytes("" + i));
                }
                txn.commit();
            }
            for (int i = 0; i < 300; i++) {
                assertArrayEquals(bytes("" + i), store.get(ColumnFamily.of("family " + i), KEY));
            }
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }

    // ---- errors

    @Test
    void errorsHaveTypesOfTheirOwn() {
        for (Class<?> type :
                List.of(
                        BusyException.class,
                        ReadOnlyException.class,
                        CorruptStoreException.class,
                        UnsupportedFormatException.class,
                        StoreFullException.class,
                        StoreIoException.class,
                        StoreClosedException.class,
                        SnapshotClosedException.class,
                        CommitInDoubtException.class,
                        AuthenticationException.class)) {
            assertEquals(StoreException.class, type.getSuperclass());
        }
        assertTrue(RuntimeException.class.isAssignableFrom(StoreException.class));
    }

    @Test
    void errorSaysWhatIsWrongAndIsForgottenByTheNextCall() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "no store");
        var e = assertThrows(UnsupportedFormatException.class, () -> Store.open(text));
        assertTrue(e.getMessage().contains("text"), e.getMessage());
        try (Store store = Store.open(path())) {
            assertThrows(IllegalArgumentException.class, () -> store.put(new byte[0], VALUE));
            store.put(KEY, VALUE);
            assertArrayEquals(VALUE, store.get(KEY));
        }
    }
}
