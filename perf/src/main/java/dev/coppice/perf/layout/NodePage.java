package dev.coppice.perf.layout;

import static dev.coppice.perf.layout.Bytes.KEY_U32;
import static dev.coppice.perf.layout.Bytes.KEY_U64;
import static dev.coppice.perf.layout.Bytes.U32;
import static dev.coppice.perf.layout.Bytes.U64;
import static dev.coppice.perf.layout.Bytes.U8;
import static dev.coppice.perf.layout.LayoutVariant.HEAD_BYTES;
import static dev.coppice.perf.layout.LayoutVariant.HEAD_STRIDE;
import static dev.coppice.perf.layout.LayoutVariant.INTERLEAVED;
import static dev.coppice.perf.layout.LayoutVariant.SLOT_BYTES;

import java.lang.foreign.MemorySegment;

/**
 * Leaf and branch pages in the chosen layout. A position is that of the page's first byte; an index
 * counts entries. Thread safety: one thread.
 */
final class NodePage {
    /*
     * header 32 | heapBytes u16 | deadBytes u16 | prefix | heads and slots | children | ... | heap
     *
     * Dense variants keep all heads together and behind them one u16 offset per entry; interleaved
     * ones keep {head, offset u16, keyBytes u16}. A child reference is {id 48 + flags 16, birth,
     * entry count}; a branch of n separators has n + 1. An entry in the heap is
     * [keyBytes - 1 varint, dense only] [valueBytes varint, leaf only] rest of key, value.
     * The rest of the key is what prefix and head do not hold.
     */
    static final int PAGE_BYTES = 4096;
    static final int CHILD_BYTES = 24;

    private static final int TYPE_OFFSET = 4;
    private static final int LEVEL_OFFSET = 5;
    private static final int ID_OFFSET = 8;
    static final int COUNT_OFFSET = 28;
    static final int PREFIX_BYTES_OFFSET = 30;
    private static final int HEAP_BYTES_OFFSET = 32;
    static final int PREFIX_OFFSET = 36;
    private static final int TYPE_LEAF = 1;
    private static final int TYPE_BRANCH = 2;

    private NodePage() {}

    static void format(MemorySegment pages, long page, int level, long id) {
        pages.asSlice(page, PREFIX_OFFSET).fill((byte) 0);
        pages.set(U8, page + TYPE_OFFSET, (byte) (level == 0 ? TYPE_LEAF : TYPE_BRANCH));
        pages.set(U8, page + LEVEL_OFFSET, (byte) level);
        pages.set(U64, page + ID_OFFSET, id);
    }

    static int count(MemorySegment pages, long page) {
        return Bytes.u16(pages, page + COUNT_OFFSET);
    }

    static int prefixBytes(MemorySegment pages, long page) {
        return Bytes.u16(pages, page + PREFIX_BYTES_OFFSET);
    }

    static long prefix(long page) {
        return page + PREFIX_OFFSET;
    }

    static long heads(MemorySegment pages, long page) {
        return page + PREFIX_OFFSET + prefixBytes(pages, page);
    }

    static int usedBytes(MemorySegment pages, long page, boolean isLeaf) {
        int count = count(pages, page);
        return PREFIX_OFFSET
                + prefixBytes(pages, page)
                + count * SLOT_BYTES
                + (isLeaf ? 0 : (count + 1) * CHILD_BYTES)
                + Bytes.u16(pages, page + HEAP_BYTES_OFFSET);
    }

    /** {@return bytes an entry takes under a prefix; valueBytes is -1 in a branch} */
    static int entryBytes(int keyBytes, int valueBytes, int prefixBytes) {
        return SLOT_BYTES
                + (INTERLEAVED ? 0 : Bytes.varintBytes(keyBytes - 1))
                + restBytes(keyBytes, prefixBytes)
                + (valueBytes < 0 ? CHILD_BYTES : Bytes.varintBytes(valueBytes) + valueBytes);
    }

    static int emptyBytes(int prefixBytes, boolean isLeaf) {
        return PREFIX_OFFSET + prefixBytes + (isLeaf ? 0 : CHILD_BYTES);
    }

    static int restBytes(int keyBytes, int prefixBytes) {
        return Math.max(0, keyBytes - prefixBytes - HEAD_BYTES);
    }

    // Searching

    /** {@return the index of the key, or -1 - the index where it would be} */
    static int search(
            MemorySegment pages,
            long page,
            MemorySegment keys,
            long key,
            int keyBytes,
            boolean comparesPrefix) {
        int countAndPrefix = pages.get(U32, page + COUNT_OFFSET);
        int count = countAndPrefix & 0xffff;
        int prefixBytes = countAndPrefix >>> 16;
        if (comparesPrefix && prefixBytes > 0) {
            int difference = comparePrefix(pages, page, prefixBytes, keys, key, keyBytes);
            if (difference != 0) {
                return difference < 0 ? ~0 : ~count;
            }
        }
        long heads = page + PREFIX_OFFSET + prefixBytes;
        long head = head(keys, key, keyBytes, prefixBytes);
        int index = HeadSearch.lowerBound(pages, heads, count, head);
        if (index == count || HeadSearch.headAt(pages, heads, index) != head) {
            return ~index;
        }
        int limit = index + 1;
        if (limit < count && HeadSearch.headAt(pages, heads, limit) == head) {
            limit = head == -1L ? count : HeadSearch.lowerBound(pages, heads, count, head + 1);
        }
        return searchEqualHeads(
                pages, page, heads, count, prefixBytes, index, limit, keys, key, keyBytes);
    }

    private static int searchEqualHeads(
            MemorySegment pages,
            long page,
            long heads,
            int count,
            int prefixBytes,
            int from,
            int to,
            MemorySegment keys,
            long key,
            int keyBytes) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int difference =
                    compareRest(
                            pages, page, heads, count, prefixBytes, middle, keys, key, keyBytes);
            if (difference == 0) {
                return middle;
            }
            if (difference > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return ~low;
    }

    /** Compares a key with the entry at index, both sharing prefix and head. */
    private static int compareRest(
            MemorySegment pages,
            long page,
            long heads,
            int count,
            int prefixBytes,
            int index,
            MemorySegment keys,
            long key,
            int keyBytes) {
        long entry = entry(pages, page, heads, count, index);
        int entryKeyBytes = entryKeyBytes(pages, heads, index, entry);
        int known = prefixBytes + HEAD_BYTES;
        int common = Math.min(keyBytes, entryKeyBytes) - known;
        if (common > 0) {
            long rest = rest(pages, entry, entryKeyBytes, isLeaf(pages, page));
            int difference = Bytes.compare(keys, key + known, pages, rest, common);
            if (difference != 0) {
                return difference;
            }
        }
        return keyBytes - entryKeyBytes;
    }

    private static int comparePrefix(
            MemorySegment pages,
            long page,
            int prefixBytes,
            MemorySegment keys,
            long key,
            int keyBytes) {
        int common = Math.min(prefixBytes, keyBytes);
        int difference = Bytes.compare(keys, key, pages, page + PREFIX_OFFSET, common);
        return difference == 0 && keyBytes < prefixBytes ? -1 : difference;
    }

    static boolean hasPrefix(
            MemorySegment pages, long page, MemorySegment keys, long key, int keyBytes) {
        return comparePrefix(pages, page, prefixBytes(pages, page), keys, key, keyBytes) == 0;
    }

    /** {@return the key's bytes behind the prefix as a number, padded with zeros} */
    static long head(MemorySegment keys, long key, int keyBytes, int prefixBytes) {
        int bytes = keyBytes - prefixBytes;
        if (bytes >= HEAD_BYTES) {
            return HEAD_BYTES == Integer.BYTES
                    ? Integer.toUnsignedLong(keys.get(KEY_U32, key + prefixBytes))
                    : keys.get(KEY_U64, key + prefixBytes);
        }
        return bytes <= 0 ? 0 : shortHead(keys, key, keyBytes, bytes);
    }

    private static long shortHead(MemorySegment keys, long key, int keyBytes, int bytes) {
        int shift = (HEAD_BYTES - bytes) * Byte.SIZE;
        if (keyBytes >= HEAD_BYTES) {
            long last = key + keyBytes - HEAD_BYTES;
            return HEAD_BYTES == Integer.BYTES
                    ? Integer.toUnsignedLong(keys.get(KEY_U32, last) << shift)
                    : keys.get(KEY_U64, last) << shift;
        }
        long head = 0;
        for (long at = key + keyBytes - bytes; at < key + keyBytes; at++) {
            head = head << Byte.SIZE | Byte.toUnsignedLong(keys.get(U8, at));
        }
        return head << shift;
    }

    // Entries

    private static boolean isLeaf(MemorySegment pages, long page) {
        return pages.get(U8, page + LEVEL_OFFSET) == 0;
    }

    static long entry(MemorySegment pages, long page, long heads, int count, int index) {
        return page + Bytes.u16(pages, slot(heads, count, index));
    }

    /** {@return the position of the u16 that holds an entry's offset} */
    static long slot(long heads, int count, int index) {
        return INTERLEAVED
                ? heads + (long) index * HEAD_STRIDE + HEAD_BYTES
                : heads + (long) count * HEAD_BYTES + index * 2L;
    }

    static int entryKeyBytes(MemorySegment pages, long heads, int index, long entry) {
        return INTERLEAVED
                ? Bytes.u16(pages, heads + (long) index * HEAD_STRIDE + HEAD_BYTES + 2) + 1
                : Bytes.varint(pages, entry) + 1;
    }

    /** {@return the position of the key's rest in an entry} */
    static long rest(MemorySegment pages, long entry, int keyBytes, boolean isLeaf) {
        long at = INTERLEAVED ? entry : entry + Bytes.varintBytes(keyBytes - 1);
        return isLeaf ? at + Bytes.varintBytes(Bytes.varint(pages, at)) : at;
    }

    /** {@return position of the value << 16 | its length} */
    static long value(MemorySegment pages, long page, int index) {
        int countAndPrefix = pages.get(U32, page + COUNT_OFFSET);
        int prefixBytes = countAndPrefix >>> 16;
        long heads = page + PREFIX_OFFSET + prefixBytes;
        long entry = entry(pages, page, heads, countAndPrefix & 0xffff, index);
        int keyBytes = entryKeyBytes(pages, heads, index, entry);
        long at = INTERLEAVED ? entry : entry + Bytes.varintBytes(keyBytes - 1);
        int valueBytes = Bytes.varint(pages, at);
        at += Bytes.varintBytes(valueBytes) + restBytes(keyBytes, prefixBytes);
        return at << 16 | valueBytes;
    }

    private static long children(MemorySegment pages, long page) {
        return heads(pages, page) + (long) count(pages, page) * SLOT_BYTES;
    }

    static long child(MemorySegment pages, long page, int index) {
        return pages.get(U64, childReference(pages, page, index)) >>> 16;
    }

    /** {@return the position of a child reference} */
    static long childReference(MemorySegment pages, long page, int index) {
        return children(pages, page) + (long) index * CHILD_BYTES;
    }

    static void putChild(MemorySegment pages, long reference, long id) {
        pages.set(U64, reference, id << 16);
        pages.set(U64, reference + 8, 1);
        pages.set(U64, reference + 16, 0);
    }

    // Writing

    static void setPrefix(
            MemorySegment pages, long page, MemorySegment keys, long key, int prefixBytes) {
        Bytes.putU16(pages, page + PREFIX_BYTES_OFFSET, prefixBytes);
        MemorySegment.copy(keys, key, pages, prefix(page), prefixBytes);
    }

    /**
     * Inserts an entry, and in a branch the child to its right. Requires: the key has the page's
     * prefix, and the entry fits.
     */
    static void insert(
            MemorySegment pages,
            long page,
            int index,
            MemorySegment keys,
            long key,
            int keyBytes,
            MemorySegment values,
            long value,
            int valueBytes) {
        int prefixBytes = prefixBytes(pages, page);
        int restBytes = restBytes(keyBytes, prefixBytes);
        int heapBytes =
                Bytes.u16(pages, page + HEAP_BYTES_OFFSET)
                        + entryBytes(keyBytes, valueBytes, prefixBytes)
                        - SLOT_BYTES
                        - (valueBytes < 0 ? CHILD_BYTES : 0);
        Bytes.putU16(pages, page + HEAP_BYTES_OFFSET, heapBytes);
        long at = page + PAGE_BYTES - heapBytes;
        openSlot(pages, page, index, valueBytes < 0);
        setSlot(pages, page, index, head(keys, key, keyBytes, prefixBytes), at, keyBytes);
        if (!INTERLEAVED) {
            at = Bytes.putVarint(pages, at, keyBytes - 1);
        }
        if (valueBytes >= 0) {
            at = Bytes.putVarint(pages, at, valueBytes);
        }
        MemorySegment.copy(keys, key + keyBytes - restBytes, pages, at, restBytes);
        if (valueBytes >= 0) {
            MemorySegment.copy(values, value, pages, at + restBytes, valueBytes);
        }
    }

    private static void openSlot(MemorySegment pages, long page, int index, boolean isBranch) {
        int count = count(pages, page);
        long heads = heads(pages, page);
        if (isBranch) {
            long split = heads + (long) count * SLOT_BYTES + (index + 1L) * CHILD_BYTES;
            move(pages, split, (long) (count - index) * CHILD_BYTES, SLOT_BYTES + CHILD_BYTES);
            move(pages, split - (index + 1L) * CHILD_BYTES, (index + 1L) * CHILD_BYTES, SLOT_BYTES);
        }
        if (!INTERLEAVED) {
            long slots = heads + (long) count * HEAD_BYTES;
            move(pages, slots + index * 2L, (count - index) * 2L, SLOT_BYTES);
            move(pages, slots, index * 2L, HEAD_BYTES);
        }
        long head = heads + (long) index * HEAD_STRIDE;
        move(pages, head, (long) (count - index) * HEAD_STRIDE, HEAD_STRIDE);
        Bytes.putU16(pages, page + COUNT_OFFSET, count + 1);
    }

    private static void move(MemorySegment pages, long from, long bytes, int distance) {
        MemorySegment.copy(pages, from, pages, from + distance, bytes);
    }

    private static void setSlot(
            MemorySegment pages, long page, int index, long head, long entry, int keyBytes) {
        long heads = heads(pages, page);
        long at = heads + (long) index * HEAD_STRIDE;
        if (HEAD_BYTES == Integer.BYTES) {
            pages.set(U32, at, (int) head);
        } else {
            pages.set(U64, at, head);
        }
        if (INTERLEAVED) {
            Bytes.putU16(pages, at + HEAD_BYTES, (int) (entry - page));
            Bytes.putU16(pages, at + HEAD_BYTES + 2, keyBytes - 1);
        } else {
            long slots = heads + (long) count(pages, page) * HEAD_BYTES;
            Bytes.putU16(pages, slots + index * 2L, (int) (entry - page));
        }
    }
}
