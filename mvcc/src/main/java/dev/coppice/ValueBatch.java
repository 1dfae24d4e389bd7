package dev.coppice;

import dev.coppice.engine.btree.MultiFind;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.stats.Tally;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The values of many keys in one array, in the order of the keys; see {@link
 * ReadHandle#multiGet(ColumnFamily, byte[][], ValueBatch)}. Used again and again; its memory grows
 * to the most that was needed.
 *
 * <p>Thread safety: one thread at a time. The values are copies: they stay as they are until the
 * batch is used again, whatever happens to the handle.
 */
public final class ValueBatch {
    private final MultiFind finder = new MultiFind();
    private long[] places = {};
    private int[] offsets = {};
    private int[] lengths = {};
    private byte[] data = {};
    private int count;
    private int expired;

    /** Creates an empty batch. */
    public ValueBatch() {}

    /** Forgets the values; the memory is used again. */
    public void clear() {
        count = 0;
    }

    /** {@return the number of keys that were looked up} */
    public int count() {
        return count;
    }

    /** {@return whether the key at an index was there} */
    public boolean isPresent(int index) {
        return length(index) >= 0;
    }

    /** {@return the length of a value in bytes, or -1 where the key was not there} */
    public int length(int index) {
        return lengths[Objects.checkIndex(index, count)];
    }

    /** {@return where a value starts in {@link #data}} */
    public int offset(int index) {
        return offsets[Objects.checkIndex(index, count)];
    }

    /** {@return the array that has the values; only to be read, and another one after a growth} */
    public byte[] data() {
        return data;
    }

    /** {@return a copy of a value, or null where the key was not there} */
    public byte @Nullable [] value(int index) {
        int length = length(index);
        return length < 0 ? null : Arrays.copyOfRange(data, offset(index), offset(index) + length);
    }

    void read(PageMap pages, TreeRoot tree, byte[][] keys, LongSupplier clock) {
        count = 0;
        reserve(keys.length);
        expired = 0;
        finder.find(pages, tree, keys, keys.length, places);
        if (tree.mayExpire()) {
            leaveOutExpired(pages, keys.length, clock);
        }
        int used = 0;
        for (int i = 0; i < keys.length; i++) {
            offsets[i] = used;
            lengths[i] = places[i] == TreeReader.ABSENT ? -1 : copy(pages, places[i], used);
            used += Math.max(0, lengths[i]);
        }
        count = keys.length;
    }

    /** Counts what the last {@link #read} has found. */
    void count(Tally tally) {
        int found = 0;
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            found += lengths[i] < 0 ? 0 : 1;
            bytes += Math.max(0, lengths[i]);
        }
        tally.add(Tally.GETS, found);
        tally.add(Tally.BYTES_READ, bytes);
        tally.add(Tally.EXPIRED, expired);
    }

    private void leaveOutExpired(PageMap pages, int keys, LongSupplier clock) {
        for (int i = 0; i < keys; i++) {
            if (places[i] != TreeReader.ABSENT && TreeReader.isExpired(pages, places[i], clock)) {
                places[i] = TreeReader.ABSENT;
                expired++;
            }
        }
    }

    private int copy(PageMap pages, long place, int at) {
        long bytes = TreeReader.copyValue(pages, place, data, at);
        if (bytes > data.length - at) {
            grow(at + bytes);
            TreeReader.copyValue(pages, place, data, at);
        }
        return (int) bytes;
    }

    private void grow(long needed) {
        if (needed > Keys.MAX_VALUE_BYTES) {
            throw new IllegalArgumentException(
                    "the values are too long together: bytes="
                            + needed
                            + ", max="
                            + Keys.MAX_VALUE_BYTES);
        }
        data = Arrays.copyOf(data, Math.clamp(2 * needed, 64, Keys.MAX_VALUE_BYTES));
    }

    private void reserve(int keys) {
        if (keys > places.length) {
            places = new long[keys];
            offsets = new int[keys];
            lengths = new int[keys];
        }
    }
}
