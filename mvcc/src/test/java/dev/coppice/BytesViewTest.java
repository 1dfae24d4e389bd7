package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class BytesViewTest {
    private final byte[] memory = {9, 9, 9, 1, 2, 3, 4, 5, 6, 7, -8, 11, 9, 9, 9, 9, 9, 9, 9, 9};
    private final BytesView view = new BytesView().show(memory, 3, 9);

    @Test
    void numbersAreLittleEndianAndMayStartAnywhere() {
        assertEquals(9, view.length());
        assertEquals(11, view.getByte(8));
        assertEquals(0x0201, view.getShort(0));
        assertEquals(0x05040302, view.getInt(1));
        assertEquals(0x0bf8070605040302L, view.getLong(1));
        assertEquals(Double.longBitsToDouble(0xf807060504030201L), view.getDouble(0));
    }

    @Test
    void nothingOutsideTheViewIsRead() {
        refused(() -> view.getByte(-1));
        refused(() -> view.getByte(9));
        refused(() -> view.getShort(8));
        refused(() -> view.getInt(6));
        refused(() -> view.getLong(2));
        refused(() -> view.getDouble(Integer.MAX_VALUE));
        refused(() -> view.copyTo(1, new byte[20], 0, 9));
        refused(() -> view.copyTo(0, new byte[20], 0, -1));
    }

    @Test
    void aCopyThatDoesNotFitIsRefusedAsAWhole() {
        byte[] small = new byte[8];
        refused(() -> view.copyTo(small, 0));
        refused(() -> view.copyTo(MemorySegment.ofArray(small), 0));
        assertArrayEquals(new byte[8], small);
    }

    @Test
    void copiesAreEqualToTheView() {
        byte[] expected = {1, 2, 3, 4, 5, 6, 7, -8, 11};
        assertArrayEquals(expected, view.toBytes());
        assertTrue(view.contentEquals(expected));
        assertFalse(view.contentEquals(new byte[9]));
        byte[] target = new byte[11];
        assertEquals(9, view.copyTo(target, 1));
        assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, -8, 11, 0}, target);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(4);
            assertEquals(2, view.copyTo(7, segment, 1, 2));
            byte[] copied = segment.toArray(ValueLayout.JAVA_BYTE);
            assertArrayEquals(new byte[] {0, -8, 11, 0}, copied);
        }
    }

    private static void refused(Executable read) {
        assertThrows(IndexOutOfBoundsException.class, read);
    }
}
