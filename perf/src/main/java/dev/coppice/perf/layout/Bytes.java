package dev.coppice.perf.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Value layouts of pages and keys, and comparison of key bytes. Thread safety: any thread. */
final class Bytes {
    static final ValueLayout.OfByte U8 = JAVA_BYTE;
    static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt U32 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt KEY_U32 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong KEY_U64 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    static int u16(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(U16, offset));
    }

    static void putU16(MemorySegment segment, long offset, int value) {
        segment.set(U16, offset, (short) value);
    }

    /** {@return the sign of the unsigned comparison of two runs of equal length} */
    static int compare(MemorySegment a, long aOffset, MemorySegment b, long bOffset, int bytes) {
        int i = 0;
        for (; i + Long.BYTES <= bytes; i += Long.BYTES) {
            long x = a.get(KEY_U64, aOffset + i);
            long y = b.get(KEY_U64, bOffset + i);
            if (x != y) {
                return Long.compareUnsigned(x, y);
            }
        }
        if (i + Integer.BYTES <= bytes) {
            int x = a.get(KEY_U32, aOffset + i);
            int y = b.get(KEY_U32, bOffset + i);
            if (x != y) {
                return Integer.compareUnsigned(x, y);
            }
            i += Integer.BYTES;
        }
        for (; i < bytes; i++) {
            int difference = Byte.compareUnsigned(a.get(U8, aOffset + i), b.get(U8, bOffset + i));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    static int commonPrefix(
            MemorySegment a, long aOffset, MemorySegment b, long bOffset, int limit) {
        int i = 0;
        while (i < limit && a.get(U8, aOffset + i) == b.get(U8, bOffset + i)) {
            i++;
        }
        return i;
    }

    static int varintBytes(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : 3;
    }

    static int varint(MemorySegment segment, long offset) {
        int first = segment.get(U8, offset);
        return first >= 0 ? first : longVarint(segment, offset);
    }

    private static int longVarint(MemorySegment segment, long offset) {
        int value = 0;
        for (int i = 0; ; i++) {
            int next = segment.get(U8, offset + i);
            value |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
    }

    /** {@return the offset behind the written value} */
    static long putVarint(MemorySegment segment, long offset, int value) {
        int rest = value;
        long at = offset;
        while (rest >= 1 << 7) {
            segment.set(U8, at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        segment.set(U8, at++, (byte) rest);
        return at;
    }
}
