package dev.coppice.engine.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class KeyOrderTest {
    private final KeyOrder order = new KeyOrder();

    private String accept(int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            order.next()[i] = (byte) bytes[i];
        }
        return order.accept(bytes.length);
    }

    @Test
    void ascendingKeysInsideTheBoundsAreFine() {
        order.begin(new byte[] {5}, new byte[] {9});
        assertNull(accept(5));
        assertNull(accept(5, 0));
        assertNull(accept(8, 255));
        assertArrayEquals(new byte[] {8, (byte) 255}, order.last());
        order.begin(null, null);
        assertNull(accept(0));
        assertNull(accept(255));
    }

    @Test
    void keysOutOfOrderOrTwiceAreNot() {
        order.begin(null, null);
        assertNull(accept(5, 1));
        assertEquals("keys out of order", accept(5));
        assertNull(accept(6));
        assertEquals("keys out of order", accept(6));
    }

    @Test
    void keysOutsideTheBoundsAreNot() {
        order.begin(new byte[] {5}, new byte[] {9});
        assertEquals("key is below the bound of the page", accept(4, 255));
        assertEquals("key is not below the bound of the page", accept(9));
    }
}
