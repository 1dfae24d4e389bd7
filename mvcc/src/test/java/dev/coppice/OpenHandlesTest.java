package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Handles that are open while a family is cleared or dropped, its pages are used again and the file
 * is made smaller: they finish on their state, or throw, and never show what came later.
 */
class OpenHandlesTest {
    private static final ColumnFamily FAMILY = ColumnFamily.of("family");
    private static final int ENTRIES = 2_000;

    private final Store store =
            Store.inMemory(
                    StoreConfig.defaults()
                            .withPageBytes(512)
                            .withMaintenance(MaintenanceMode.MANUAL));

    /** What happens to the family. */
    enum Loss {
        CLEAR {
            @Override
            void of(WriteHandle txn) {
                assertEquals(ENTRIES, txn.clear(FAMILY));
            }
        },
        DELETE_RANGE {
            @Override
            void of(WriteHandle txn) {
                assertEquals(ENTRIES, txn.deleteRange(FAMILY, KeyRange.all()));
            }
        },
        DROP {
            @Override
            void of(WriteHandle txn) {
                assertTrue(txn.dropFamily(FAMILY));
            }
        },
        DROP_AND_CREATE {
            @Override
            void of(WriteHandle txn) {
                assertTrue(txn.dropFamily(FAMILY));
                txn.createFamily(FAMILY);
            }
        };

        abstract void of(WriteHandle txn);
    }

    @BeforeEach
    void fill() {
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(FAMILY);
            for (long i = 0; i < ENTRIES; i++) {
                txn.put(FAMILY, i, value(i));
            }
            txn.commit();
        }
        store.checkpoint();
    }

    @AfterEach
    void storeIsSound() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
    }

    /** Every eighth has a run of its own. */
    private static byte[] value(long i) {
        return Samples.value(i, i % 8 == 0 ? 700 : 30);
    }

    /** Loses the family, uses its pages for something else, and cuts the file. */
    private void lose(Loss loss) {
        try (WriteTransaction txn = store.begin()) {
            loss.of(txn);
            txn.commit();
        }
        for (int round = 0; round < 3; round++) {
            store.checkpoint();
            try (WriteTransaction txn = store.begin()) {
                for (long i = 0; i < 500; i++) {
                    txn.put(ColumnFamily.DEFAULT, i, Samples.value(-i - round, 60));
                }
                txn.commit();
            }
        }
        store.vacuum(0);
        store.checkpoint(CheckpointMode.TRUNCATE);
    }

    private static void verify(ReadHandle handle) {
        assertEquals(ENTRIES, handle.count(FAMILY));
        assertArrayEquals(value(8), handle.get(FAMILY, 8L));
        try (Cursor cursor = handle.cursor(FAMILY)) {
            for (long i = 0; i < ENTRIES; i++) {
                assertTrue(cursor.next());
                assertEquals(i, cursor.keyLong());
                assertArrayEquals(value(i), cursor.value());
            }
            assertFalse(cursor.next());
        }
    }

    @ParameterizedTest
    @EnumSource
    void snapshotAndItsCursorFinish(Loss loss) {
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor(FAMILY)) {
            assertTrue(cursor.seek(1_000L));
            lose(loss);
            for (long i = 1_000; i < ENTRIES; i++) {
                assertEquals(i, cursor.keyLong());
                assertArrayEquals(value(i), cursor.value());
                assertEquals(i < ENTRIES - 1, cursor.next());
            }
            verify(snapshot);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readerFinishesAndSeesTheLossWhenItIsRefreshed(Loss loss) {
        try (Reader reader = store.reader();
                Cursor cursor = reader.cursor(FAMILY, KeyRange.all())) {
            assertTrue(cursor.seek(1_000L));
            lose(loss);
            verify(reader);
            assertTrue(cursor.next());
            assertEquals(1_001, cursor.keyLong());
            assertTrue(reader.refresh());
            if (loss == Loss.DROP) {
                assertThrows(IllegalArgumentException.class, () -> reader.count(FAMILY));
                assertThrows(IllegalArgumentException.class, cursor::next);
            } else {
                assertEquals(0, reader.count(FAMILY));
                assertFalse(cursor.next());
                assertThrows(IllegalStateException.class, cursor::value);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void cursorOfTheTransactionSeesTheLoss(Loss loss) {
        try (WriteTransaction txn = store.begin();
                Cursor cursor = txn.cursor(FAMILY)) {
            assertTrue(cursor.seek(1_000L));
            loss.of(txn);
            for (long i = 0; i < 500; i++) {
                txn.put(ColumnFamily.DEFAULT, i, new byte[60]);
            }
            if (loss == Loss.DROP) {
                assertThrows(IllegalArgumentException.class, cursor::next);
                assertThrows(IllegalArgumentException.class, () -> txn.count(FAMILY));
                assertThrows(
                        IllegalArgumentException.class, () -> txn.put(FAMILY, 1L, new byte[1]));
            } else {
                assertFalse(cursor.next());
                assertEquals(0, txn.count(FAMILY));
                txn.put(FAMILY, 3L, new byte[3]);
                assertTrue(cursor.first());
                assertArrayEquals(new byte[3], cursor.value());
            }
            txn.rollback();
        }
        try (Snapshot snapshot = store.snapshot()) {
            verify(snapshot);
        }
    }

    @ParameterizedTest
    @EnumSource
    void largeValueThatIsShownStaysUntilItsHandleIsClosed(Loss loss) {
        LargeValue shown = new LargeValue();
        try (Snapshot snapshot = store.snapshot()) {
            assertTrue(snapshot.map(FAMILY, 16L, shown));
            lose(loss);
            byte[] bytes = new byte[(int) shown.length()];
            shown.copyTo(0, bytes, 0, bytes.length);
            assertArrayEquals(value(16), bytes);
        }
        assertThrows(
                dev.coppice.error.SnapshotClosedException.class,
                () -> shown.copyTo(0, new byte[10], 0, 10));
    }

    @Test
    void countsGoWithTheHandle() {
        try (Snapshot snapshot = store.snapshot()) {
            lose(Loss.CLEAR);
            assertEquals(ENTRIES, snapshot.count(FAMILY));
            assertEquals(1_000, snapshot.count(FAMILY, KeyRange.longs(500, 1_500)));
            try (Snapshot newest = store.snapshot()) {
                assertEquals(0, newest.count(FAMILY));
                assertEquals(0, newest.count(FAMILY, KeyRange.longs(500, 1_500)));
            }
        }
    }
}
