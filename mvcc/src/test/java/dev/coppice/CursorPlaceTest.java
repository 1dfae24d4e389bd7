package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where a cursor stands when the transaction that it belongs to changes what it walks. */
final class CursorPlaceTest {
    private final Store store = Store.inMemory();

    private static byte[] key(String text) {
        return Samples.text(text);
    }

    @AfterEach
    void check() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        store.close();
    }

    /**
     * It went on in the copy of the leaf that it had walked off, and showed what was there then.
     */
    @Test
    void cursorBehindTheLastEntryStepsBackToItThoughOneWasPutBehind() {
        try (WriteTransaction txn = store.begin()) {
            txn.put(key("a"), key("1"));
            try (Cursor cursor = txn.cursor(ColumnFamily.DEFAULT)) {
                assertTrue(cursor.next());
                assertFalse(cursor.next());
                txn.put(key("b"), key("2"));
                txn.put(key("a"), key("3"));
                assertTrue(cursor.previous());
                assertArrayEquals(key("a"), cursor.key());
                assertArrayEquals(key("3"), cursor.value());
            }
        }
    }

    @Test
    void cursorBeforeTheFirstEntryStepsBackToOneThatWasPutBeforeIt() {
        try (WriteTransaction txn = store.begin()) {
            txn.put(key("b"), key("2"));
            try (Cursor cursor = txn.cursor(ColumnFamily.DEFAULT)) {
                assertTrue(cursor.last());
                assertFalse(cursor.previous());
                txn.put(key("a"), key("1"));
                assertTrue(cursor.previous());
                assertArrayEquals(key("a"), cursor.key());
                assertTrue(cursor.next());
                assertArrayEquals(key("b"), cursor.key());
            }
        }
    }

    @Test
    void cursorBehindTheLastEntryGoesOnToOneThatWasPutSince() {
        try (WriteTransaction txn = store.begin()) {
            txn.put(key("a"), key("1"));
            try (Cursor cursor = txn.cursor(ColumnFamily.DEFAULT)) {
                assertTrue(cursor.last());
                assertFalse(cursor.next());
                txn.put(key("b"), key("2"));
                assertTrue(cursor.next());
                assertArrayEquals(key("b"), cursor.key());
                assertFalse(cursor.next());
            }
        }
    }
}
