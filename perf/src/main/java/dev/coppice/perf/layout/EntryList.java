package dev.coppice.perf.layout;

import static dev.coppice.perf.layout.LayoutVariant.HEAD_BYTES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The entries of one page in plain form, while it is split or its prefix changes. */
final class EntryList {
    private static final int MAX_ENTRIES = 1024;
    private static final int SCRATCH_BYTES = 1 << 20;

    /* The old page lies at 0 for its values; whole keys follow. */
    private final MemorySegment scratch = Arena.ofAuto().allocate(SCRATCH_BYTES, 64);
    private final int[] keyOffsets = new int[MAX_ENTRIES];
    private final int[] keyBytes = new int[MAX_ENTRIES];
    private final int[] valueOffsets = new int[MAX_ENTRIES];
    private final int[] valueBytes = new int[MAX_ENTRIES];
    private final long[] children = new long[MAX_ENTRIES + 1];
    private int count;
    private int end;
    private boolean isLeaf;

    int count() {
        return count;
    }

    void load(MemorySegment pages, long page, boolean pageIsLeaf) {
        isLeaf = pageIsLeaf;
        count = NodePage.count(pages, page);
        end = NodePage.PAGE_BYTES;
        MemorySegment.copy(pages, page, scratch, 0, NodePage.PAGE_BYTES);
        int prefixBytes = NodePage.prefixBytes(scratch, 0);
        long heads = NodePage.heads(scratch, 0);
        for (int i = 0; i < count; i++) {
            long entry = NodePage.entry(scratch, 0, heads, count, i);
            loadKey(i, heads, entry, prefixBytes);
            if (isLeaf) {
                long value = NodePage.value(scratch, 0, i);
                valueOffsets[i] = (int) (value >>> 16);
                valueBytes[i] = (int) (value & 0xffff);
            } else {
                valueBytes[i] = -1;
            }
        }
        for (int i = 0; !isLeaf && i <= count; i++) {
            children[i] = NodePage.child(scratch, 0, i);
        }
    }

    private void loadKey(int index, long heads, long entry, int prefixBytes) {
        int bytes = NodePage.entryKeyBytes(scratch, heads, index, entry);
        keyOffsets[index] = end;
        keyBytes[index] = bytes;
        MemorySegment.copy(scratch, NodePage.prefix(0), scratch, end, prefixBytes);
        int suffixBytes = bytes - prefixBytes;
        int headBytes = Math.min(HEAD_BYTES, suffixBytes);
        long head =
                HeadSearch.headAt(scratch, heads, index) << ((Long.BYTES - HEAD_BYTES) * Byte.SIZE);
        for (int i = 0; i < headBytes; i++) {
            scratch.set(Bytes.U8, end + prefixBytes + i, (byte) (head >>> (56 - 8 * i)));
        }
        long rest = NodePage.rest(scratch, entry, bytes, isLeaf);
        MemorySegment.copy(
                scratch, rest, scratch, end + prefixBytes + headBytes, suffixBytes - headBytes);
        end += bytes;
    }

    /** Inserts an entry of a leaf, or a separator and the child to its right. */
    void insert(
            int index,
            MemorySegment keys,
            long key,
            int newKeyBytes,
            MemorySegment values,
            long value,
            int newValueBytes,
            long child) {
        int moved = count - index;
        System.arraycopy(keyOffsets, index, keyOffsets, index + 1, moved);
        System.arraycopy(keyBytes, index, keyBytes, index + 1, moved);
        System.arraycopy(valueOffsets, index, valueOffsets, index + 1, moved);
        System.arraycopy(valueBytes, index, valueBytes, index + 1, moved);
        System.arraycopy(children, index + 1, children, index + 2, moved);
        MemorySegment.copy(keys, key, scratch, end, newKeyBytes);
        keyOffsets[index] = end;
        keyBytes[index] = newKeyBytes;
        end += newKeyBytes;
        valueBytes[index] = newValueBytes;
        children[index + 1] = child;
        if (isLeaf) {
            MemorySegment.copy(values, value, scratch, end, newValueBytes);
            valueOffsets[index] = end;
            end += newValueBytes;
        }
        count++;
    }

    MemorySegment bytes() {
        return scratch;
    }

    int keyOffset(int index) {
        return keyOffsets[index];
    }

    int keyBytes(int index) {
        return keyBytes[index];
    }

    int commonPrefix(int first, int last) {
        int limit = Math.min(keyBytes[first], keyBytes[last]);
        return Bytes.commonPrefix(scratch, keyOffsets[first], scratch, keyOffsets[last], limit);
    }

    boolean fits(int from, int to) {
        int prefixBytes = commonPrefix(from, to - 1);
        int bytes = NodePage.emptyBytes(prefixBytes, isLeaf);
        for (int i = from; i < to; i++) {
            bytes += NodePage.entryBytes(keyBytes[i], valueBytes[i], prefixBytes);
        }
        return bytes <= NodePage.PAGE_BYTES;
    }

    /** Writes a range into a page that keeps its type, level and id. */
    void store(MemorySegment pages, long page, int level, int from, int to, int maxPrefixBytes) {
        NodePage.format(pages, page, level, page / NodePage.PAGE_BYTES);
        int prefixBytes = from == to ? 0 : Math.min(commonPrefix(from, to - 1), maxPrefixBytes);
        NodePage.setPrefix(pages, page, scratch, from == to ? 0 : keyOffsets[from], prefixBytes);
        for (int i = from; i < to; i++) {
            NodePage.insert(
                    pages,
                    page,
                    i - from,
                    scratch,
                    keyOffsets[i],
                    keyBytes[i],
                    scratch,
                    valueOffsets[i],
                    valueBytes[i]);
        }
        for (int i = from; !isLeaf && i <= to; i++) {
            NodePage.putChild(pages, NodePage.childReference(pages, page, i - from), children[i]);
        }
    }
}
