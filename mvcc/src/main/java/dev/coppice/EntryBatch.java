package dev.coppice;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.page.LeafImage;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * The entries of one leaf, copied into memory of the batch by {@link Cursor#nextBatch}, with their
 * places as arrays: loops over them touch nothing of the store and need no check.
 *
 * <p>Values above about a quarter of a page are not in the batch. They are marked as large, with
 * their length; read them through a cursor or a get.
 *
 * <p>Thread safety: one thread at a time. Lifetime: whatever becomes of the cursor, until the next
 * fill, which uses all arrays again, longer ones instead where it needs them.
 */
public final class EntryBatch {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final LeafImage NONE = new LeafImage(0);
    private static final int[] NO_PLACES = {};

    private LeafImage leaf = NONE;
    private int first;
    private int count;
    private int[] keyOffsets = NO_PLACES;
    private int[] keyLengths = NO_PLACES;
    private int[] valueOffsets = NO_PLACES;
    private int[] valueLengths = NO_PLACES;
    private boolean hasLarge;
    private boolean hasKeys;

    /** Creates an empty batch. It takes its memory when it is filled first. */
    public EntryBatch() {}

    /**
     * Takes the entries from the cursor's on that have not expired, and returns the index of the
     * last of them in the cursor's leaf. Requires: it stands on one.
     */
    int fill(TreeCursor cursor) {
        count = 0;
        if (leaf.pageBytes() != cursor.leaf().pageBytes()) {
            leaf = new LeafImage(cursor.leaf().pageBytes());
        }
        leaf.load(cursor.leaf());
        first = cursor.index();
        int last = cursor.mayExpire() ? leaveOutExpired(cursor) : cursor.limit() - 1;
        int size = cursor.limit() - first - (cursor.leaf().count() - leaf.count());
        if (keyOffsets.length < size) {
            keyOffsets = new int[size];
            keyLengths = new int[size];
            valueOffsets = new int[size];
            valueLengths = new int[size];
        }
        hasLarge = false;
        boolean hasLongKeys = false;
        int keyBytes = 0;
        for (int i = 0; i < size; i++) {
            keyOffsets[i] = leaf.pageBytes() + keyBytes;
            keyLengths[i] = leaf.keyBytes(first + i);
            keyBytes += keyLengths[i];
            hasLongKeys |= leaf.isLongKey(first + i);
            place(i);
        }
        leaf.makeRoom(keyBytes);
        hasKeys = false;
        count = size;
        if (hasLongKeys) {
            copyWholeKeys(cursor);
        }
        return last;
    }

    /** {@return the index, in the cursor's leaf, of the last entry that has not expired} */
    private int leaveOutExpired(TreeCursor cursor) {
        int last = first;
        for (int i = cursor.limit() - 1; i > first; i--) {
            if (cursor.isExpired(i)) {
                leaf.leaveOut(i);
            } else {
                last = Math.max(last, i);
            }
        }
        return last;
    }

    /** Copies keys whose ends lie outside of the leaf, where they can be read only now. */
    private void copyWholeKeys(TreeCursor cursor) {
        for (int i = 0; i < count; i++) {
            leaf.copyWholeKey(first + i, cursor.pages(), leaf.bytes(), keyOffsets[i]);
        }
        hasKeys = true;
    }

    private void place(int i) {
        long length = leaf.valueBytes(first + i);
        if (length > Keys.MAX_VALUE_BYTES) {
            throw new CorruptStoreException(-1, "length of a value", Keys.MAX_VALUE_BYTES, length);
        }
        boolean isLarge = leaf.isOverflow(first + i);
        hasLarge |= isLarge;
        valueLengths[i] = (int) length;
        valueOffsets[i] = isLarge ? -1 : leaf.valueOffset(first + i);
    }

    /** Makes the batch empty, keeping its memory. */
    public void clear() {
        count = 0;
        hasLarge = false;
    }

    /** {@return the number of entries} */
    public int count() {
        return count;
    }

    /** {@return the array in which keys and values lie; only to be read} */
    public byte[] data() {
        return leaf.bytes();
    }

    /** {@return where key {@code i} starts in {@link #data}} */
    public int keyOffset(int i) {
        return keyOffsets()[checked(i)];
    }

    /** {@return the length of key {@code i}} */
    public int keyLength(int i) {
        return keyLengths[checked(i)];
    }

    /** {@return where value {@code i} starts in {@link #data}; -1 for a large one} */
    public int valueOffset(int i) {
        return valueOffsets[checked(i)];
    }

    /** {@return the length of value {@code i}} */
    public int valueLength(int i) {
        return valueLengths[checked(i)];
    }

    /** {@return whether value {@code i} is not in the batch, because it is too long} */
    public boolean isLarge(int i) {
        return valueOffsets[checked(i)] < 0;
    }

    /** {@return whether any value is not in the batch} */
    public boolean hasLarge() {
        return hasLarge;
    }

    /**
     * {@return where the keys start in {@link #data}; the first {@link #count} numbers count}
     *
     * <p>A leaf has its keys in pieces. They are put together when a batch is first asked where
     * they are, so that loops over values alone do not pay for them.
     */
    public int[] keyOffsets() {
        if (!hasKeys) {
            for (int i = 0; i < count; i++) {
                leaf.copyKey(first + i, leaf.bytes(), keyOffsets[i]);
            }
            hasKeys = true;
        }
        return keyOffsets;
    }

    /** {@return the lengths of the keys; the first {@link #count} numbers count} */
    public int[] keyLengths() {
        return keyLengths;
    }

    /** {@return as {@link #valueOffset}; the first {@link #count} numbers count} */
    public int[] valueOffsets() {
        return valueOffsets;
    }

    /** {@return the lengths of the values; the first {@link #count} numbers count} */
    public int[] valueLengths() {
        return valueLengths;
    }

    /** {@return a copy of key {@code i}} */
    public byte[] key(int i) {
        int at = keyOffset(i);
        return Arrays.copyOfRange(data(), at, at + keyLengths[i]);
    }

    /**
     * {@return the number that long key {@code i} stands for}
     *
     * @throws IllegalArgumentException when the key is not 8 bytes long
     */
    public long keyLong(int i) {
        return Keys.decode(data(), keyOffset(i), keyLengths[i]);
    }

    /**
     * {@return a copy of value {@code i}}
     *
     * @throws IllegalArgumentException when it is large
     */
    public byte[] value(int i) {
        int at = valueOffset(i);
        if (at < 0) {
            throw largeValue(i);
        }
        return Arrays.copyOfRange(data(), at, at + valueLengths[i]);
    }

    /**
     * Copies one field of all values to {@code target}, one behind the other from {@code at} on.
     *
     * @param offsetInValue where the field starts in each value, in bytes
     * @param width its length in bytes
     * @return bytes copied: count times width
     * @throws IllegalArgumentException when a value is large or ends before the field does, naming
     *     it; then nothing is copied
     * @throws IndexOutOfBoundsException when the target has no room for all; then nothing is copied
     */
    public long copyField(int offsetInValue, int width, MemorySegment target, long at) {
        requireField(offsetInValue, width);
        long bytes = (long) count * width;
        Objects.checkFromIndexSize(at, bytes, target.byteSize());
        byte[] data = leaf.bytes();
        for (int i = 0; i < count; i++) {
            int from = valueOffsets[i] + offsetInValue;
            long to = at + (long) i * width;
            if (width == Long.BYTES) {
                target.set(LONG, to, (long) ARRAY_LONG.get(data, from));
            } else {
                MemorySegment.copy(data, from, target, ValueLayout.JAVA_BYTE, to, width);
            }
        }
        return bytes;
    }

    private void requireField(int offsetInValue, int width) {
        if (offsetInValue < 0 || width < 1) {
            throw new IllegalArgumentException(
                    "field: offset=" + offsetInValue + ", min=0, width=" + width + ", min=1");
        }
        long end = (long) offsetInValue + width;
        for (int i = 0; i < count; i++) {
            if (valueOffsets[i] < 0) {
                throw largeValue(i);
            }
            if (valueLengths[i] < end) {
                throw new IllegalArgumentException(
                        "value "
                                + i
                                + " has no such field: end="
                                + end
                                + ", valueBytes="
                                + valueLengths[i]);
            }
        }
    }

    private IllegalArgumentException largeValue(int i) {
        return new IllegalArgumentException(
                "value " + i + " is not in the batch: valueBytes=" + valueLengths[i]);
    }

    private int checked(int i) {
        return Objects.checkIndex(i, count);
    }
}
