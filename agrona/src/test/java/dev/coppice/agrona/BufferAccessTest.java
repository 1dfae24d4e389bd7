package dev.coppice.agrona;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.Reader;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BufferAccessTest {
    private static final ColumnFamily FAMILY = ColumnFamily.DEFAULT;

    private final Store store = Store.inMemory();
    private final BufferAccess access = new BufferAccess();

    @AfterEach
    void checkAndClose() {
        assertTrue(store.check((_, _) -> {}).isClean());
        store.close();
    }

    @Test
    void valueComesBackFromEveryKindOfBufferToEveryKind() {
        byte[] value = new byte[300];
        new Random(1).nextBytes(value);
        MutableDirectBuffer[] buffers = {
            new UnsafeBuffer(new byte[512]),
            new UnsafeBuffer(new byte[600], 60, 512),
            new UnsafeBuffer(ByteBuffer.allocateDirect(512)),
            new ExpandableArrayBuffer(16)
        };
        for (int from = 0; from < buffers.length; from++) {
            MutableDirectBuffer source = buffers[from];
            source.putBytes(7, value);
            put(from, source, 7, value.length);
            for (MutableDirectBuffer target : buffers) {
                try (Reader reader = store.reader()) {
                    int length = access.get(reader, FAMILY, from, target, 11);

                    assertEquals(value.length, length);
                    byte[] found = new byte[length];
                    target.getBytes(11, found);
                    assertArrayEquals(value, found);
                }
            }
        }
    }

    @Test
    void keyMayBeAPartOfABuffer() {
        UnsafeBuffer keys = new UnsafeBuffer("EURUSDGBPUSD".getBytes(UTF_8));
        UnsafeBuffer value = new UnsafeBuffer("1.2650".getBytes(UTF_8));
        try (WriteTransaction txn = store.begin()) {
            assertTrue(access.put(txn, FAMILY, keys, 6, 6, value, 0, 6));
            assertFalse(access.put(txn, FAMILY, keys, 6, 6, value, 2, 4));
            txn.commit();
        }
        UnsafeBuffer target = new UnsafeBuffer(new byte[16]);
        try (Reader reader = store.reader()) {
            assertEquals(4, access.get(reader, FAMILY, keys, 6, 6, target, 0));
            assertEquals(-1, access.get(reader, FAMILY, keys, 0, 6, target, 0));
            assertTrue(reader.exists(FAMILY, access.key(keys, 6, 6)));
        }
        assertEquals("2650", target.getStringWithoutLengthUtf8(0, 4));
    }

    @Test
    void nothingIsCopiedWhereTheValueDoesNotFit() {
        put(1, new UnsafeBuffer(new byte[] {1, 2, 3, 4}), 0, 4);
        UnsafeBuffer target = new UnsafeBuffer(new byte[6]);
        try (Reader reader = store.reader()) {
            assertEquals(4, access.get(reader, FAMILY, 1, target, 3));
            assertArrayEquals(new byte[6], target.byteArray());
            assertEquals(4, access.get(reader, FAMILY, 1, target, 2));
            assertArrayEquals(new byte[] {0, 0, 1, 2, 3, 4}, target.byteArray());
        }
    }

    @Test
    void largeValueMakesTheMemoryGrow() {
        byte[] value = new byte[1 << 20];
        new Random(2).nextBytes(value);
        put(1, new UnsafeBuffer(value), 0, value.length);
        try (Reader reader = store.reader()) {
            ExpandableArrayBuffer target = new ExpandableArrayBuffer(16);
            assertEquals(value.length, access.get(reader, FAMILY, 1, target, 1));
            byte[] found = new byte[value.length];
            target.getBytes(1, found);
            assertArrayEquals(value, found);
        }
    }

    @Test
    void wrappedViewIsAnOrdinaryArray() {
        UnsafeBuffer value = new UnsafeBuffer(new byte[16]);
        value.putLong(0, 42, ByteOrder.LITTLE_ENDIAN);
        value.putLong(8, 43, ByteOrder.LITTLE_ENDIAN);
        put(1, value, 0, 16);
        UnsafeBuffer buffer = new UnsafeBuffer();
        try (Reader reader = store.reader()) {
            BufferAccess.wrap(reader.view(FAMILY, 1), buffer);
        }
        assertEquals(16, buffer.capacity());
        assertEquals(42, buffer.getLong(0, ByteOrder.LITTLE_ENDIAN));
        assertEquals(43, buffer.getLong(8, ByteOrder.LITTLE_ENDIAN));
        assertNull(buffer.byteBuffer());
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getLong(9));
    }

    @Test
    void placesOutsideTheBufferAreRefusedAndNamed() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
        try (WriteTransaction txn = store.begin()) {
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> access.put(txn, FAMILY, 1, buffer, 4, 5));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> access.put(txn, FAMILY, buffer, 4, 5, buffer, 0, 1));
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> access.get(txn, FAMILY, 1, buffer, 9));
            assertEquals("target: targetOffset=9, must be 0 to 8", refused.getMessage());
        }
    }

    private void put(long key, MutableDirectBuffer value, int offset, int length) {
        try (WriteTransaction txn = store.begin()) {
            access.put(txn, FAMILY, key, value, offset, length);
            txn.commit();
        }
    }
}
