package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader moves when it is told to, and keeps the pages of where it stands. */
class ReaderTest {
    private static final StoreConfig CONFIG = StoreConfig.defaults().withCloseTimeoutMillis(0);
    private static final byte[] KEY = Samples.key(1);
    private static final byte[] LARGE = Samples.key(7);

    @TempDir Path directory;
    private final Model model = new Model();
    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(directory.resolve("store"), CONFIG);
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(Samples.OTHER);
            model.create(Samples.OTHER);
            txn.commit();
        }
        put(1);
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        model.verify(directory.resolve("store"), CONFIG);
    }

    private void put(int i) {
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, KEY, Samples.value(i, 30));
            model.put(txn, Samples.OTHER, KEY, Samples.value(-i, 30));
            txn.commit();
        }
    }

    private static void assertMisuse(Executable call, String part) {
        var e = assertThrows(IllegalStateException.class, call);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private static void assertSees(Reader reader, int i) {
        assertArrayEquals(Samples.value(i, 30), reader.get(KEY));
        assertArrayEquals(Samples.value(-i, 30), reader.get(Samples.OTHER, KEY));
        byte[] target = new byte[30];
        assertEquals(30, reader.get(Samples.OTHER, KEY, target, 0));
        assertArrayEquals(Samples.value(-i, 30), target);
    }

    @Test
    void readerSeesOneCommitUntilItIsRefreshed() {
        try (Reader reader = store.reader()) {
            long txn = reader.txn();
            assertSees(reader, 1);
            for (int i = 2; i < 100; i++) {
                put(i);
                assertSees(reader, i - 1);
                assertTrue(reader.refresh());
                assertFalse(reader.refresh());
                assertEquals(store.latestTxn(), reader.txn());
                assertTrue(reader.commitMillis() > 0);
                assertSees(reader, i);
            }
            assertTrue(reader.txn() > txn);
            model.verify(reader);
        }
        assertEquals(0, store.stats().openSnapshots());
    }

    @Test
    void readerFollowsFamiliesThatComeAndGo() {
        ColumnFamily late = ColumnFamily.of("late");
        try (Reader reader = store.reader()) {
            for (int i = 0; i < 5; i++) {
                assertThrows(IllegalArgumentException.class, () -> reader.get(late, KEY));
                try (WriteTransaction txn = store.begin()) {
                    txn.createFamily(late);
                    txn.put(late, KEY, Samples.value(i, 9));
                    txn.commit();
                }
                assertThrows(IllegalArgumentException.class, () -> reader.get(late, KEY));
                assertTrue(reader.refresh());
                assertArrayEquals(Samples.value(i, 9), reader.get(late, KEY));
                assertNull(reader.get(late, Samples.key(2)));
                try (WriteTransaction txn = store.begin()) {
                    assertTrue(txn.dropFamily(late));
                    txn.commit();
                }
                assertEquals(1, reader.count(late));
                assertTrue(reader.refresh());
            }
        }
    }

    @Test
    void cursorOfAReaderGoesOnFromItsKey() {
        for (int i = 2; i < 50; i++) {
            try (WriteTransaction txn = store.begin()) {
                model.put(txn, Samples.key(2L * i), Samples.value(i, 30));
                txn.commit();
            }
        }
        try (Reader reader = store.reader();
                Cursor cursor = reader.cursor()) {
            assertTrue(cursor.seek(Samples.key(40)));
            try (WriteTransaction txn = store.begin()) {
                model.put(txn, Samples.key(41), Samples.value(41, 30));
                txn.commit();
            }
            assertTrue(reader.refresh());
            assertTrue(cursor.next());
            assertArrayEquals(Samples.key(41), cursor.key());
            reader.park();
            assertMisuse(cursor::next, "parked");
            reader.refresh();
            assertTrue(cursor.previous());
            assertArrayEquals(Samples.key(40), cursor.key());
        }
    }

    @Test
    void parkedReaderKeepsNothingAndRefusesToRead() {
        try (Reader reader = store.reader()) {
            assertEquals(1, store.stats().openSnapshots());
            reader.park();
            reader.park();
            assertEquals(0, store.stats().openSnapshots());
            assertMisuse(() -> reader.get(KEY), "refresh");
            assertMisuse(() -> reader.count(Samples.OTHER), "parked");
            assertMisuse(reader::txn, "parked");
            assertMisuse(reader::commitMillis, "parked");
            assertMisuse(reader::cursor, "parked");
            assertFalse(reader.refresh());
            assertSees(reader, 1);
            reader.park();
            put(2);
            assertTrue(reader.refresh());
            assertSees(reader, 2);
        }
    }

    @Test
    void parkedReaderHoldsUpNoReclamationAndAnOpenOneDoes() {
        pendingAfterOverwrites();
        try (Reader reader = store.reader()) {
            assertTrue(pendingAfterOverwrites() > 1 << 20);
            assertSees(reader, 1);
            reader.park();
            long parked = pendingAfterOverwrites();
            assertTrue(parked < 1 << 20, parked + " bytes are pending");
        }
    }

    /** A value of many pages dies; a checkpoint gives back what nobody needs. */
    private long pendingAfterOverwrites() {
        for (int i = 0; i < 3; i++) {
            try (WriteTransaction txn = store.begin()) {
                model.put(txn, LARGE, Samples.value(i, 2 << 20));
                txn.commit();
            }
        }
        Model.checkpoint(store);
        put(1);
        Model.checkpoint(store);
        return store.stats().pendingBytes();
    }

    @Test
    void readerKnowsTheNewestCommitWithoutMovingToIt() {
        try (Reader reader = store.reader()) {
            assertEquals(reader.txn(), reader.lastTxn());
            put(2);
            assertTrue(reader.lastTxn() > reader.txn());
            assertTrue(reader.refresh());
            assertEquals(reader.lastTxn(), reader.txn());
        }
    }

    @Test
    void readerAwaitsTheNextCommit() throws InterruptedException {
        try (Reader reader = store.reader()) {
            assertFalse(reader.awaitChange(reader.txn(), 0, TimeUnit.MILLISECONDS));
            long seen = reader.txn();
            Crew crew = new Crew(0);
            crew.once(
                    Thread.ofPlatform(),
                    () -> assertTrue(reader.awaitChange(seen, 1, TimeUnit.MINUTES)));
            put(2);
            crew.join();
            assertTrue(reader.refresh());
            assertSees(reader, 2);
            assertTrue(reader.awaitChange(seen, 0, TimeUnit.MILLISECONDS));
        }
    }

    @Test
    void closedReaderRefusesEverything() {
        Reader reader = store.reader();
        Cursor cursor = reader.cursor();
        assertTrue(cursor.next());
        reader.close();
        reader.close();
        assertMisuse(() -> reader.get(KEY), "closed");
        assertMisuse(reader::refresh, "closed");
        assertMisuse(reader::park, "closed");
        assertMisuse(() -> reader.awaitChange(1, 1, TimeUnit.SECONDS), "closed");
        assertMisuse(reader::txn, "closed");
        assertMisuse(reader::lastTxn, "closed");
        assertMisuse(cursor::next, "closed");
        Reader parked = store.reader();
        parked.park();
        parked.close();
        assertMisuse(parked::refresh, "closed");
        assertEquals(0, store.stats().openSnapshots());
    }

    @Test
    void handleDoesNotTouchTheNextOneOfItsPin() {
        Snapshot first = store.snapshot();
        first.close();
        put(2);
        try (Snapshot second = store.snapshot()) {
            first.close();
            assertThrows(SnapshotClosedException.class, () -> first.get(KEY));
            assertThrows(SnapshotClosedException.class, () -> first.get(Samples.OTHER, KEY));
            assertArrayEquals(Samples.value(2, 30), second.get(KEY));
            assertArrayEquals(Samples.value(-2, 30), second.get(Samples.OTHER, KEY));
        }
    }

    @Test
    void closingTheStoreTakesReadersWithIt() {
        Reader open = store.reader();
        Reader parked = store.reader();
        parked.park();
        store.close();
        assertThrows(SnapshotClosedException.class, () -> open.get(KEY));
        assertThrows(StoreClosedException.class, open::refresh);
        assertThrows(StoreClosedException.class, open::park);
        assertMisuse(() -> parked.get(KEY), "parked");
        assertThrows(StoreClosedException.class, parked::refresh);
        assertThrows(StoreClosedException.class, store::reader);
        open.close();
        parked.close();
    }

    @Test
    void evictedPinsSayWhyAndReadersComeBack() {
        OpenPins pins = store.pins();
        try (Reader reader = store.reader();
                Snapshot snapshot = store.snapshot()) {
            evictAll();
            assertEquals(0, store.stats().openSnapshots());
            var gone = assertThrows(SnapshotClosedException.class, () -> snapshot.get(KEY));
            assertTrue(gone.getMessage().contains("evicted"), gone.getMessage());
            var late = assertThrows(SnapshotClosedException.class, () -> reader.get(KEY));
            assertTrue(late.getMessage().contains("evicted"), late.getMessage());
            put(2);
            assertTrue(reader.refresh());
            assertSees(reader, 2);
        }
        Reader evicted = store.reader();
        evictAll();
        evicted.close();
        for (Pin pin : pins.all()) {
            assertTrue(pin == null || Pin.state(pin.generation()) == Pin.FREE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 2000})
    void cursorInsideALeafGoesOnFromItsEntryWhenItsReaderWasEvicted(int keyBytes) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 5; i++) {
                model.put(txn, Samples.key(i, keyBytes), Samples.value(i, 10));
            }
            txn.commit();
        }
        try (Reader reader = store.reader();
                Cursor cursor = reader.cursor()) {
            assertTrue(cursor.seekExact(Samples.key(0, keyBytes)));
            assertTrue(cursor.next());
            evictAll();
            List.<Executable>of(cursor::next, cursor::previous, cursor::valueView, cursor::keyView)
                    .forEach(use -> assertThrows(SnapshotClosedException.class, use));
            reader.refresh();
            assertArrayEquals(Samples.key(1, keyBytes), cursor.key());
            assertArrayEquals(Samples.value(1, 10), cursor.value());
            assertTrue(cursor.next());
            assertArrayEquals(Samples.key(2, keyBytes), cursor.key());
            evictAll();
            assertThrows(SnapshotClosedException.class, cursor::previous);
            reader.refresh();
            assertTrue(cursor.previous());
            assertArrayEquals(Samples.key(1, keyBytes), cursor.key());
        }
    }

    private void evictAll() {
        OpenPins pins = store.pins();
        for (Pin pin : pins.all()) {
            if (pin != null && OpenPins.isPinning(pin.generation())) {
                assertTrue(pins.evict(pin, pin.generation()));
            }
        }
    }
}
