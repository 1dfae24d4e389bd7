package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KeyRangeTest {
    private static byte[] key(int... bytes) {
        byte[] key = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            key[i] = (byte) bytes[i];
        }
        return key;
    }

    private static byte[] longKey(long key) {
        return new KeyBuilder().addLong(key).toBytes();
    }

    @Test
    void lowerBoundBelongsToTheRangeAndUpperBoundDoesNot() {
        KeyRange range = KeyRange.of(key(2), key(5));
        assertFalse(range.contains(key(1, 255)));
        assertTrue(range.contains(key(2)));
        assertTrue(range.contains(key(4, 255)));
        assertFalse(range.contains(key(5)));
        assertFalse(KeyRange.of(key(2), key(2)).contains(key(2)));
        assertTrue(KeyRange.from(key(128)).contains(key(255)));
        assertTrue(KeyRange.below(key(128)).contains(key(127)));
        assertFalse(KeyRange.below(key(128)).contains(key(128)));
        assertTrue(KeyRange.all().contains(key(0)));
    }

    @Test
    void prefixHoldsWhatBeginsWithIt() {
        assertEquals(KeyRange.of(key(1, 2), key(1, 3)), KeyRange.prefix(key(1, 2)));
        assertEquals(KeyRange.of(key(1, 255), key(2)), KeyRange.prefix(key(1, 255)));
        assertEquals(KeyRange.from(key(255, 255)), KeyRange.prefix(key(255, 255)));
        assertEquals(KeyRange.from(key()), KeyRange.prefix(key()));
        assertEquals(KeyRange.prefix(key(69, 0)), KeyRange.prefix(new KeyBuilder().addUtf8("E")));
        assertTrue(KeyRange.prefix(key()).contains(key(0)));
    }

    @Test
    void longsSortAsNumbers() {
        KeyRange range = KeyRange.longs(-5, 3);
        assertTrue(range.contains(longKey(-5)));
        assertTrue(range.contains(longKey(2)));
        assertFalse(range.contains(longKey(-6)));
        assertFalse(range.contains(longKey(3)));
        assertTrue(KeyRange.from(0).contains(longKey(Long.MAX_VALUE)));
        assertTrue(KeyRange.below(0).contains(longKey(Long.MIN_VALUE)));
        assertEquals(new KeyBuilder().addLong(-5).toString(), "7ffffffffffffffb");
        var e = assertThrows(IllegalArgumentException.class, () -> KeyRange.longs(3, -5));
        assertTrue(e.getMessage().contains("from=3"), e.getMessage());
        assertTrue(e.getMessage().contains("to=-5"), e.getMessage());
    }

    @Test
    void bytesAreCopiedInAndOut() {
        byte[] from = key(1);
        byte[] to = key(2);
        KeyRange range = KeyRange.of(from, to);
        from[0] = 9;
        range.from()[0] = 9;
        range.to()[0] = 9;
        to[0] = 9;
        assertArrayEquals(key(1), range.from());
        assertArrayEquals(key(2), range.to());
        assertEquals("[01, 02)", range.toString());
        assertEquals("[, )", KeyRange.all().toString());
        assertNull(KeyRange.all().from());
        assertNull(KeyRange.all().to());
    }

    @Test
    void intersectionOfDisjointRangesIsEmpty() {
        KeyRange low = KeyRange.of(key(1), key(4));
        KeyRange high = KeyRange.of(key(3), key(6));
        assertEquals(KeyRange.of(key(3), key(4)), low.and(high));
        assertEquals(KeyRange.of(key(3), key(4)), high.and(low));
        assertEquals(low, low.and(KeyRange.all()));
        assertEquals(low, KeyRange.all().and(low));
        KeyRange none = KeyRange.of(key(1), key(2)).and(KeyRange.of(key(7), key(9)));
        assertEquals(KeyRange.of(key(7), key(7)), none);
        assertEquals(low.hashCode(), KeyRange.of(key(1), key(4)).hashCode());
        assertNotEquals(low, high);
    }

    @Test
    void boundsInTheWrongOrderAndNullsAreRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> KeyRange.of(key(2), key(1)));
        assertTrue(e.getMessage().contains("lower bound"), e.getMessage());
        assertThrows(NullPointerException.class, () -> KeyRange.from((byte[]) null));
        assertThrows(NullPointerException.class, () -> KeyRange.below((byte[]) null));
        assertThrows(NullPointerException.class, () -> KeyRange.prefix((byte[]) null));
        assertThrows(NullPointerException.class, () -> KeyRange.all().and(null));
        assertEquals(KeyRange.all(), KeyRange.of(null, null));
    }
}
