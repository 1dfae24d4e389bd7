package dev.coppice.engine.page;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The value layouts of the file, variable-length integers, and comparison of keys. Stateless. */
public final class Bytes {
    public static final ValueLayout.OfByte U8 = JAVA_BYTE;
    public static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Most bytes that {@link #putVarint} writes for a value of 63 bits. */
    public static final int MAX_VARINT_BYTES = 9;

    private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle ARRAY_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle ARRAY_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle ARRAY_U16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY_U32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY_U64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    static int u8(MemorySegment segment, long position) {
        return segment.get(U8, position) & 0xFF;
    }

    static int u16(MemorySegment segment, long position) {
        return segment.get(U16, position) & 0xFFFF;
    }

    static void u16(MemorySegment segment, long position, int value) {
        segment.set(U16, position, (short) value);
    }

    static int u16(byte[] array, int at) {
        return (short) ARRAY_U16.get(array, at) & 0xFFFF;
    }

    static int u32(byte[] array, int at) {
        return (int) ARRAY_U32.get(array, at);
    }

    public static void u32(byte[] array, int at, int value) {
        ARRAY_U32.set(array, at, value);
    }

    public static long u64(byte[] array, int at) {
        return (long) ARRAY_U64.get(array, at);
    }

    static void u64(byte[] array, int at, long value) {
        ARRAY_U64.set(array, at, value);
    }

    /** {@return the four bytes of {@code key} from {@code from} on, zero-padded, as a number} */
    public static int head(byte[] key, int from, int keyBytes) {
        if (from + Integer.BYTES <= keyBytes) {
            return (int) ARRAY_INT.get(key, from);
        }
        int head = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            head = head << 8 | (from + i < keyBytes ? key[from + i] & 0xFF : 0);
        }
        return head;
    }

    /** Writes the first {@code count} bytes of a head into {@code target}. */
    static void putHead(int head, byte[] target, int at, int count) {
        if (count == Integer.BYTES) {
            ARRAY_INT.set(target, at, head);
            return;
        }
        for (int i = 0; i < count; i++) {
            target[at + i] = (byte) (head >>> (24 - 8 * i));
        }
    }

    /** Copies bytes between arrays, as {@link System#arraycopy} does: most keys without a call. */
    public static void copy(byte[] source, int from, byte[] target, int at, int count) {
        if (count >= Long.BYTES && count <= 2 * Long.BYTES) {
            int last = count - Long.BYTES;
            long head = (long) ARRAY_U64.get(source, from);
            long tail = (long) ARRAY_U64.get(source, from + last);
            ARRAY_U64.set(target, at, head);
            ARRAY_U64.set(target, at + last, tail);
        } else {
            System.arraycopy(source, from, target, at, count);
        }
    }

    /** {@return how many bytes {@link #putVarint} takes} */
    public static int varintBytes(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Writes {@code value} (not negative) and returns the position behind it. */
    public static long putVarint(MemorySegment segment, long position, long value) {
        long rest = value;
        long at = position;
        while (rest > 0x7F) {
            segment.set(U8, at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        segment.set(U8, at++, (byte) rest);
        return at;
    }

    /** {@return the number at {@code position}; at most 63 bits, whatever the bytes say} */
    public static long varint(MemorySegment segment, long position) {
        byte first = segment.get(U8, position);
        if (first >= 0) {
            return first;
        }
        long value = first & 0x7F;
        long at = position + 1;
        for (int shift = 7; shift < 63; shift += 7) {
            byte next = segment.get(U8, at++);
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                break;
            }
        }
        return value;
    }

    /** {@return as {@link #varint(MemorySegment, long)}} */
    static long varint(byte[] array, int position) {
        byte first = array[position];
        if (first >= 0) {
            return first;
        }
        long value = first & 0x7F;
        int at = position + 1;
        for (int shift = 7; shift < 63; shift += 7) {
            byte next = array[at++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                break;
            }
        }
        return value;
    }

    /** {@return as {@link #skipVarint(MemorySegment, long)}} */
    static int skipVarint(byte[] array, int position) {
        int at = position;
        while (array[at] < 0 && at - position < MAX_VARINT_BYTES - 1) {
            at++;
        }
        return at + 1;
    }

    /** {@return the position behind the number at {@code position}} */
    public static long skipVarint(MemorySegment segment, long position) {
        long at = position;
        while (segment.get(U8, at) < 0 && at - position < MAX_VARINT_BYTES - 1) {
            at++;
        }
        return at + 1;
    }

    /**
     * Compares key bytes with bytes of a page, both unsigned, over {@code length} bytes.
     *
     * @return negative, 0 or positive as the key's bytes sort before, equal or behind
     */
    static int compare(byte[] key, int from, MemorySegment segment, long position, int length) {
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            long ours = (long) ARRAY_LONG.get(key, from + i);
            long theirs = segment.get(BIG_ENDIAN_LONG, position + i);
            if (ours != theirs) {
                return Long.compareUnsigned(ours, theirs);
            }
        }
        if (i < length && length >= Long.BYTES) {
            // The last eight bytes, some of them for the second time: they are equal.
            int last = length - Long.BYTES;
            long ours = (long) ARRAY_LONG.get(key, from + last);
            return Long.compareUnsigned(ours, segment.get(BIG_ENDIAN_LONG, position + last));
        }
        for (; i < length; i++) {
            int difference = (key[from + i] & 0xFF) - u8(segment, position + i);
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    /** {@return how many leading bytes two keys share} */
    public static int commonPrefix(byte[] left, int leftBytes, byte[] right, int rightBytes) {
        int mismatch = Arrays.mismatch(left, 0, leftBytes, right, 0, rightBytes);
        return mismatch < 0 ? leftBytes : mismatch;
    }

    /** {@return the order of two keys} */
    public static int compare(byte[] left, int leftBytes, byte[] right, int rightBytes) {
        return Arrays.compareUnsigned(left, 0, leftBytes, right, 0, rightBytes);
    }
}
