package dev.coppice.engine.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BytesTest {
    private final SplittableRandom random = new SplittableRandom(3);
    private final MemorySegment segment = Arena.ofAuto().allocate(64);

    @Test
    void varintsOfAllLengthsComeBack() {
        for (int bits = 0; bits < 63; bits++) {
            for (long value :
                    new long[] {1L << bits, (1L << bits) - 1, random.nextLong(1L << bits)}) {
                long end = Bytes.putVarint(segment, 3, value);
                assertEquals(value, Bytes.varint(segment, 3));
                assertEquals(end, Bytes.skipVarint(segment, 3));
                assertEquals(end - 3, Bytes.varintBytes(value), "bytes of " + value);
                assertTrue(end - 3 <= Bytes.MAX_VARINT_BYTES);
            }
        }
    }

    @Test
    void varintOfAnyBytesIsBounded() {
        byte[] bytes = new byte[64];
        for (int i = 0; i < 10_000; i++) {
            random.nextBytes(bytes);
            for (int b = 0; b < 12; b++) {
                bytes[b] |= (byte) (random.nextInt(4) == 0 ? 0 : 0x80);
            }
            MemorySegment.copy(bytes, 0, segment, Bytes.U8, 0, bytes.length);
            assertTrue(Bytes.varint(segment, 0) >= 0);
            assertTrue(Bytes.skipVarint(segment, 0) <= Bytes.MAX_VARINT_BYTES);
        }
    }

    @Test
    void headsSortAsTheKeysDo() {
        for (int i = 0; i < 10_000; i++) {
            byte[] left = key();
            byte[] right = key();
            int order =
                    Integer.compareUnsigned(
                            Bytes.head(left, 0, left.length), Bytes.head(right, 0, right.length));
            int expected = Arrays.compareUnsigned(left, right);
            assertTrue(order == 0 || Integer.signum(order) == Integer.signum(expected));
        }
    }

    @Test
    void copiesAnyNumberOfBytesAndNoMore() {
        byte[] source = new byte[40];
        random.nextBytes(source);
        for (int count = 0; count <= 30; count++) {
            byte[] expected = new byte[40];
            System.arraycopy(source, 3, expected, 5, count);
            byte[] target = new byte[40];
            Bytes.copy(source, 3, target, 5, count);
            assertArrayEquals(expected, target, "bytes: " + count);
        }
        assertThrows(IndexOutOfBoundsException.class, () -> Bytes.copy(source, 30, source, 0, 11));
        assertThrows(IndexOutOfBoundsException.class, () -> Bytes.copy(source, 0, source, 30, 11));
    }

    @Test
    void comparisonWithAPageIsThatOfTheBytes() {
        for (int i = 0; i < 10_000; i++) {
            byte[] left = new byte[40];
            byte[] right = new byte[40];
            int different = random.nextInt(45);
            if (different < 40) {
                left[different] = (byte) random.nextInt(256);
                right[different] = (byte) random.nextInt(256);
            }
            int from = random.nextInt(20);
            int length = random.nextInt(20);
            MemorySegment.copy(right, 0, segment, Bytes.U8, 5, right.length);
            assertEquals(
                    Integer.signum(
                            Arrays.compareUnsigned(
                                    left, from, from + length, right, from, from + length)),
                    Integer.signum(Bytes.compare(left, from, segment, 5 + from, length)));
        }
    }

    private byte[] key() {
        byte[] key = new byte[random.nextInt(7)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(3) * 127);
        }
        return key;
    }
}
