package dev.coppice;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A key or value in memory that a {@link Cursor} or another reading handle owns: a range of an
 * ordinary array, so that no view ever shows bytes of another entry's page, whatever is closed
 * when.
 *
 * <p>Numbers are little-endian and may start anywhere; positions count from the start of the view,
 * in bytes.
 *
 * <p>Thread safety: that of its handle. Lifetime: until the next call on the handle, which uses the
 * view and its array again. What is to be kept has to be copied.
 */
public final class BytesView {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] array = {};
    private int offset;
    private int length;

    BytesView() {}

    /** Shows a range. Requires: it lies inside the array. */
    @SuppressWarnings("ReferenceEquality") // Whether it is the same array is the question.
    BytesView show(byte[] newArray, int newOffset, int newLength) {
        if (array != newArray) {
            // A walk through a leaf shows one array: a store of a reference costs more than this.
            array = newArray;
        }
        offset = newOffset;
        length = newLength;
        return this;
    }

    /** {@return the array that has the bytes, from {@link #offset} on; only to be read} */
    public byte[] array() {
        return array;
    }

    /** {@return where the bytes start in {@link #array}} */
    public int offset() {
        return offset;
    }

    /** {@return how many bytes there are} */
    public int length() {
        return length;
    }

    /**
     * {@return the byte at a position}
     *
     * @throws IndexOutOfBoundsException when it lies outside the view; as all methods here
     */
    public byte getByte(int at) {
        return array[place(at, Byte.BYTES)];
    }

    /** {@return the two bytes from a position on} */
    public short getShort(int at) {
        return (short) SHORT.get(array, place(at, Short.BYTES));
    }

    /** {@return the four bytes from a position on} */
    public int getInt(int at) {
        return (int) INT.get(array, place(at, Integer.BYTES));
    }

    /** {@return the eight bytes from a position on} */
    public long getLong(int at) {
        return (long) LONG.get(array, place(at, Long.BYTES));
    }

    /** {@return the eight bytes from a position on, as a number in IEEE 754 format} */
    public double getDouble(int at) {
        return Double.longBitsToDouble(getLong(at));
    }

    private int place(int at, int width) {
        return offset + Objects.checkFromIndexSize(at, width, length);
    }

    /** {@return a copy of all bytes} */
    public byte[] toBytes() {
        byte[] bytes = new byte[length];
        System.arraycopy(array, offset, bytes, 0, length);
        return bytes;
    }

    /** Copies all bytes to {@code target} from {@code at} on; returns how many. */
    public int copyTo(byte[] target, int at) {
        return copyTo(0, target, at, length);
    }

    /** Copies {@code count} bytes from position {@code from} on; returns how many. */
    public int copyTo(int from, byte[] target, int at, int count) {
        Objects.checkFromIndexSize(at, count, target.length);
        System.arraycopy(array, place(from, count), target, at, count);
        return count;
    }

    /** Copies all bytes to {@code target} from {@code at} on; returns how many. */
    public int copyTo(MemorySegment target, long at) {
        return copyTo(0, target, at, length);
    }

    /** Copies {@code count} bytes from position {@code from} on; returns how many. */
    public int copyTo(int from, MemorySegment target, long at, int count) {
        Objects.checkFromIndexSize(at, count, target.byteSize());
        MemorySegment.copy(array, place(from, count), target, ValueLayout.JAVA_BYTE, at, count);
        return count;
    }

    /** {@return whether the bytes equal those of an array} */
    public boolean contentEquals(byte[] other) {
        return Arrays.equals(array, offset, offset + length, other, 0, other.length);
    }
}
