package dev.coppice;

import dev.coppice.engine.WriteView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The value of an entry, in its place in the store, to be written by the transaction that reserved
 * it with {@link EntryWrites#putReserve}. It starts as zeros.
 *
 * {@snippet :
 * txn.putReserve(TICKS, nanos, 24).putLong(0, price).putLong(8, quantity).putInt(16, venue);
 * }
 *
 * <p>Numbers are little-endian, at any position. A position outside of the value is an {@link
 * IndexOutOfBoundsException}.
 *
 * <p>Lifetime: until the handle's next operation other than a read, its end included; then {@link
 * IllegalStateException}. There is one for each handle, used again. Thread safety: that of the
 * handle.
 */
public final class Reservation {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final EntryWrites handle;
    private final WriteView view;
    private MemorySegment segment = MemorySegment.NULL;
    private long start;
    private int length;
    private long changes;

    Reservation(EntryWrites handle) {
        this.handle = handle;
        this.view = handle.view;
    }

    /** {@return this, at the value that the transaction has just reserved} */
    Reservation at(int newLength) {
        segment = view.valueSegment();
        start = view.valueAt();
        length = newLength;
        changes = view.changes();
        return this;
    }

    /** {@return the length of the value in bytes} */
    public int length() {
        return length;
    }

    /** Writes a byte. */
    public Reservation putByte(int at, byte value) {
        long position = position(at, Byte.BYTES);
        try {
            segment.set(ValueLayout.JAVA_BYTE, position, value);
        } catch (InternalError e) {
            throw view.faulted(e);
        }
        return this;
    }

    /** Writes 2 bytes. */
    public Reservation putShort(int at, short value) {
        long position = position(at, Short.BYTES);
        try {
            segment.set(SHORT, position, value);
        } catch (InternalError e) {
            throw view.faulted(e);
        }
        return this;
    }

    /** Writes 4 bytes. */
    public Reservation putInt(int at, int value) {
        long position = position(at, Integer.BYTES);
        try {
            segment.set(INT, position, value);
        } catch (InternalError e) {
            throw view.faulted(e);
        }
        return this;
    }

    /** Writes 8 bytes. */
    public Reservation putLong(int at, long value) {
        long position = position(at, Long.BYTES);
        try {
            segment.set(LONG, position, value);
        } catch (InternalError e) {
            throw view.faulted(e);
        }
        return this;
    }

    /** Writes the 8 bytes of a floating-point number. */
    public Reservation putDouble(int at, double value) {
        long position = position(at, Double.BYTES);
        try {
            segment.set(DOUBLE, position, value);
        } catch (InternalError e) {
            throw view.faulted(e);
        }
        return this;
    }

    /** Copies all bytes of an array. */
    public Reservation putBytes(int at, byte[] source) {
        return putBytes(at, source, 0, source.length);
    }

    /** Copies {@code count} bytes of an array, from {@code from} on. */
    public Reservation putBytes(int at, byte[] source, int from, int count) {
        Objects.checkFromIndexSize(from, count, source.length);
        long position = position(at, count);
        try {
            MemorySegment.copy(source, from, segment, ValueLayout.JAVA_BYTE, position, count);
        } catch (InternalError e) {
            throw view.faulted(e);
        }
        return this;
    }

    /** {@return where in the segment {@code count} bytes of the value lie} */
    private long position(int at, int count) {
        handle.requireUsable();
        if (changes != view.changes()) {
            throw new IllegalStateException(
                    "the reservation has ended: its transaction went on, or ended");
        }
        Objects.checkFromIndexSize(at, count, length);
        return start + at;
    }
}
