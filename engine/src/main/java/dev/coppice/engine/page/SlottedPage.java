package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What leaf and branch share: a common prefix, dense arrays of key heads and entry offsets, and a
 * heap of entries; byte table in docs/file-format.md#leaf-and-branch.
 *
 * <p>All functions are static over (segment, page position). Those that change a page require that
 * the caller owns it.
 */
public final class SlottedPage {
    /*
     * The binary search runs over the heads alone, four bytes each, so that a lookup in a page reads
     * the header's line, two or three lines of heads, the slot and the entry. The prefix is that of
     * the keys present, not of the fences, so that pages on the edge of the tree have one too; it is
     * compared once per visit. A key that breaks it makes the page be rebuilt with a shorter one.
     */
    public static final int HEAP_BYTES_OFFSET = PageHeader.BYTES;
    public static final int DEAD_BYTES_OFFSET = HEAP_BYTES_OFFSET + Short.BYTES;
    public static final int PREFIX_OFFSET = DEAD_BYTES_OFFSET + Short.BYTES;

    public static final int HEAD_BYTES = Integer.BYTES;
    public static final int SLOT_BYTES = Short.BYTES;

    /** What memory gives at once. Every page has eight of these lines at least. */
    private static final long LINE_BYTES = 64;

    /** Heads that are compared at once where a search ends. */
    private static final int WINDOW = 8;

    private SlottedPage() {}

    static long heads(MemorySegment s, long page) {
        return page + PREFIX_OFFSET + PageHeader.prefixBytes(s, page);
    }

    static long slots(MemorySegment s, long page) {
        int shape = PageHeader.shape(s, page);
        long heads = page + PREFIX_OFFSET + PageHeader.prefixBytes(shape);
        return heads + (long) HEAD_BYTES * PageHeader.count(shape);
    }

    static long references(MemorySegment s, long page) {
        int shape = PageHeader.shape(s, page);
        long heads = page + PREFIX_OFFSET + PageHeader.prefixBytes(shape);
        return heads + (long) (HEAD_BYTES + SLOT_BYTES) * PageHeader.count(shape);
    }

    /**
     * Loads the lines behind the header's, which hold the heads that a search will compare: one
     * after the other they would each wait for the memory. Returns a number without meaning.
     */
    static int touch(MemorySegment s, long page) {
        return s.get(Bytes.U32, page + LINE_BYTES)
                + s.get(Bytes.U32, page + 2 * LINE_BYTES)
                + s.get(Bytes.U32, page + 3 * LINE_BYTES);
    }

    /** As {@link #touch}, the further lines of a branch that holds a hundred heads. */
    static int touchMore(MemorySegment s, long page) {
        return s.get(Bytes.U32, page + 4 * LINE_BYTES)
                + s.get(Bytes.U32, page + 5 * LINE_BYTES)
                + s.get(Bytes.U32, page + 6 * LINE_BYTES);
    }

    /**
     * Loads the lines of an entry with a small value: where the value lies is known only when the
     * first one has come. Returns a number without meaning.
     */
    public static int touchEntry(MemorySegment s, long page, int pageBytes, int index) {
        long entry = entry(s, page, index);
        long last = page + pageBytes - Integer.BYTES;
        return s.get(Bytes.U32, Math.min(entry, last))
                + s.get(Bytes.U32, Math.min(entry + LINE_BYTES, last))
                + s.get(Bytes.U32, Math.min(entry + 2 * LINE_BYTES, last));
    }

    static int head(MemorySegment s, long heads, int index) {
        return s.get(Bytes.U32, heads + (long) HEAD_BYTES * index);
    }

    static boolean isBranch(MemorySegment s, long page) {
        return PageHeader.type(s, page) == PageHeader.BRANCH;
    }

    public static boolean isExt(MemorySegment s, long page) {
        return (s.get(Bytes.U16, page + PageHeader.FLAGS_OFFSET) & PageHeader.EXT) != 0;
    }

    /** {@return where entry {@code index} starts} */
    static long entry(MemorySegment s, long page, int index) {
        return page + Bytes.u16(s, slots(s, page) + (long) SLOT_BYTES * index);
    }

    /** {@return the position of the key length of entry {@code index}} */
    static long keyField(MemorySegment s, long page, int index) {
        return keyField(s, page, PageHeader.shape(s, page), index);
    }

    private static long keyField(MemorySegment s, long page, int shape, int index) {
        long heads = page + PREFIX_OFFSET + PageHeader.prefixBytes(shape);
        long slots = heads + (long) HEAD_BYTES * PageHeader.count(shape);
        long entry = page + (s.get(Bytes.U16, slots + (long) SLOT_BYTES * index) & 0xFFFF);
        return isExt(s, page) ? entry + 1 : entry;
    }

    /** {@return the length of key {@code index}} */
    public static int keyBytes(MemorySegment s, long page, int index) {
        return keyBytesAt(s, keyField(s, page, index));
    }

    static int keyBytesAt(MemorySegment s, long keyField) {
        return (int) Math.min(Bytes.varint(s, keyField) + 1, PageSize.MAX_KEY_BYTES);
    }

    /** {@return how many bytes of a key of this length lie in the entry itself} */
    static int restBytes(int keyBytes, int prefixBytes, int pageBytes) {
        int inline = Math.min(keyBytes, PageSize.inlineKeyBytes(pageBytes));
        return Math.max(0, inline - prefixBytes - HEAD_BYTES);
    }

    static boolean isLong(int keyBytes, int pageBytes) {
        return keyBytes > PageSize.inlineKeyBytes(pageBytes);
    }

    /** {@return the position behind the key of entry {@code index}, where its payload starts} */
    static long payload(MemorySegment s, long page, int pageBytes, int index) {
        int shape = PageHeader.shape(s, page);
        long at = keyField(s, page, shape, index);
        int keyBytes = keyBytesAt(s, at);
        int rest = restBytes(keyBytes, PageHeader.prefixBytes(shape), pageBytes);
        return Bytes.skipVarint(s, at) + rest + (isLong(keyBytes, pageBytes) ? Reference.BYTES : 0);
    }

    /** {@return the position of the reference to the run of long key {@code index}, or -1} */
    public static long keyRun(MemorySegment s, long page, int pageBytes, int index) {
        if (!isLong(keyBytes(s, page, index), pageBytes)) {
            return -1;
        }
        return payload(s, page, pageBytes, index) - Reference.BYTES;
    }

    /** {@return bytes of entry {@code index} in the heap} */
    static int entryBytes(MemorySegment s, long page, int pageBytes, int index) {
        int prefix = PageHeader.prefixBytes(s, page);
        long entry = entry(s, page, index);
        return entryBytes(s, entry, prefix, pageBytes, isExt(s, page), isBranch(s, page));
    }

    /** {@return bytes of the entry at a position, in a page of that kind} */
    static int entryBytes(
            MemorySegment s,
            long entry,
            int prefixBytes,
            int pageBytes,
            boolean isExt,
            boolean isBranch) {
        int flags = isExt ? Bytes.u8(s, entry) : 0;
        long at = isExt ? entry + 1 : entry;
        int keyBytes = keyBytesAt(s, at);
        at = Bytes.skipVarint(s, at) + restBytes(keyBytes, prefixBytes, pageBytes);
        if (isLong(keyBytes, pageBytes)) {
            at += Reference.BYTES;
        }
        return (int) ((isBranch ? at : LeafPage.payloadEnd(s, at, flags)) - entry);
    }

    /**
     * Copies the inline part of key {@code index} into {@code target}.
     *
     * @return the length of the whole key, of which at most INLINE_KEY bytes were copied
     */
    public static int key(MemorySegment s, long page, int pageBytes, int index, byte[] target) {
        int prefix = PageHeader.prefixBytes(s, page);
        long at = keyField(s, page, index);
        int keyBytes = keyBytesAt(s, at);
        int inline = Math.min(keyBytes, PageSize.inlineKeyBytes(pageBytes));
        int shared = Math.min(prefix, inline);
        MemorySegment.copy(s, Bytes.U8, page + PREFIX_OFFSET, target, 0, shared);
        int headed = Math.min(HEAD_BYTES, inline - shared);
        Bytes.putHead(head(s, heads(s, page), index), target, shared, headed);
        int rest = inline - shared - headed;
        MemorySegment.copy(s, Bytes.U8, Bytes.skipVarint(s, at), target, shared + headed, rest);
        return keyBytes;
    }

    /**
     * Finds a key.
     *
     * @param pages finds the runs of long keys
     * @return its index, or {@code -1 - index} of the first key behind it
     */
    public static int find(
            MemorySegment s, long page, int pageBytes, byte[] key, int keyBytes, PageMap pages) {
        int at = candidate(s, page, key, keyBytes);
        return at < 0 ? at : confirm(s, page, pageBytes, key, keyBytes, pages, at);
    }

    /**
     * The part of {@link #find} that reads no entry: prefix and heads.
     *
     * @return what find returns where that is enough and the key is not there; else the first index
     *     with the key's head, for {@link #confirm}
     */
    public static int candidate(MemorySegment s, long page, byte[] key, int keyBytes) {
        int shape = PageHeader.shape(s, page);
        int count = PageHeader.count(shape);
        int prefix = PageHeader.prefixBytes(shape);
        if (prefix > 0) {
            int shared = Math.min(prefix, keyBytes);
            int order = Bytes.compare(key, 0, s, page + PREFIX_OFFSET, shared);
            if (order != 0 || shared < prefix) {
                return order > 0 ? -1 - count : -1;
            }
        }
        int head = Bytes.head(key, prefix, keyBytes);
        long heads = page + PREFIX_OFFSET + prefix;
        int at = lowerBound(s, heads, 0, count, head);
        return at == count || head(s, heads, at) != head ? -1 - at : at;
    }

    /** The rest of {@link #find}, from an index that {@link #candidate} returned. */
    public static int confirm(
            MemorySegment s,
            long page,
            int pageBytes,
            byte[] key,
            int keyBytes,
            PageMap pages,
            int candidate) {
        int order = compareBehindHead(s, page, pageBytes, candidate, key, keyBytes, pages);
        if (order > 0) {
            return findAmongEqual(s, page, pageBytes, key, keyBytes, pages, candidate);
        }
        return order == 0 ? candidate : -1 - candidate;
    }

    /** {@return whether a key is above all keys of the page} Requires: it has one. */
    public static boolean isAboveAll(
            MemorySegment s, long page, int pageBytes, byte[] key, int keyBytes, PageMap pages) {
        int shape = PageHeader.shape(s, page);
        int last = PageHeader.count(shape) - 1;
        int prefix = PageHeader.prefixBytes(shape);
        int shared = Math.min(prefix, keyBytes);
        int order = Bytes.compare(key, 0, s, page + PREFIX_OFFSET, shared);
        if (order != 0 || shared < prefix) {
            return order > 0;
        }
        int head = Bytes.head(key, prefix, keyBytes);
        int lastHead = head(s, page + PREFIX_OFFSET + prefix, last);
        if (head != lastHead) {
            return Integer.compareUnsigned(head, lastHead) > 0;
        }
        return compareBehindHead(s, page, pageBytes, last, key, keyBytes, pages) > 0;
    }

    /** {@return the first index in [from, count) whose head is not below {@code head}} */
    private static int lowerBound(MemorySegment s, long heads, int from, int count, int head) {
        // Arithmetic instead of branches, which would be mispredicted half of the time.
        long wanted = Integer.toUnsignedLong(head);
        int base = from;
        int n = count - from;
        int last = n <= WINDOW ? 1 : WINDOW;
        while (n > last) {
            int half = n >>> 1;
            long probe = Integer.toUnsignedLong(head(s, heads, base + half - 1));
            base += half & (int) ((probe - wanted) >> 63);
            n -= half;
        }
        if (last == WINDOW) {
            // The answer of each compare would be the address of the next: these do not wait.
            int window = Math.min(base, count - WINDOW);
            long at = heads + (long) HEAD_BYTES * window;
            return window
                    + below(s.get(Bytes.U64, at), wanted)
                    + below(s.get(Bytes.U64, at + Long.BYTES), wanted)
                    + below(s.get(Bytes.U64, at + 2 * Long.BYTES), wanted)
                    + below(s.get(Bytes.U64, at + 3 * Long.BYTES), wanted);
        }
        if (n == 1) {
            base -= (int) ((Integer.toUnsignedLong(head(s, heads, base)) - wanted) >> 63);
        }
        return base;
    }

    /** {@return how many of two heads are below a third} */
    private static int below(long twoHeads, long wanted) {
        return (int)
                ((((twoHeads & 0xFFFF_FFFFL) - wanted) >>> 63)
                        + (((twoHeads >>> 32) - wanted) >>> 63));
    }

    /** Finds a key among those with the head of key {@code below}, which is below it. */
    private static int findAmongEqual(
            MemorySegment s,
            long page,
            int pageBytes,
            byte[] key,
            int keyBytes,
            PageMap pages,
            int below) {
        int count = PageHeader.count(s, page);
        long heads = heads(s, page);
        int head = head(s, heads, below);
        int low = below + 1;
        int high = low;
        if (high < count && head(s, heads, high) == head) {
            high = head == -1 ? count : lowerBound(s, heads, high, count, head + 1);
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = compareBehindHead(s, page, pageBytes, middle, key, keyBytes, pages);
            if (order == 0) {
                return middle;
            }
            if (order > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return -1 - low;
    }

    /** Compares a key with key {@code index} of the page; prefix and head are known to be equal. */
    private static int compareBehindHead(
            MemorySegment s,
            long page,
            int pageBytes,
            int index,
            byte[] key,
            int keyBytes,
            PageMap pages) {
        int shape = PageHeader.shape(s, page);
        int prefix = PageHeader.prefixBytes(shape);
        long at = keyField(s, page, shape, index);
        int otherBytes = keyBytesAt(s, at);
        long rest = Bytes.skipVarint(s, at);
        int ours = restBytes(keyBytes, prefix, pageBytes);
        int theirs = restBytes(otherBytes, prefix, pageBytes);
        int order = Bytes.compare(key, prefix + HEAD_BYTES, s, rest, Math.min(ours, theirs));
        if (order != 0) {
            return order;
        }
        if (!isLong(keyBytes, pageBytes) || !isLong(otherBytes, pageBytes)) {
            return keyBytes - otherBytes;
        }
        byte[] tail = OverflowRun.readKeyTail(pages, s, rest + theirs);
        int inline = PageSize.inlineKeyBytes(pageBytes);
        return Arrays.compareUnsigned(key, inline, keyBytes, tail, 0, tail.length);
    }

    /** {@return bytes from the start of the page to the end of its arrays} */
    private static int frontBytes(MemorySegment s, long page) {
        int shape = PageHeader.shape(s, page);
        int count = PageHeader.count(shape);
        int front =
                PREFIX_OFFSET + PageHeader.prefixBytes(shape) + (HEAD_BYTES + SLOT_BYTES) * count;
        return isBranch(s, page) ? front + Reference.BYTES * (count + 1) : front;
    }

    /** {@return bytes between the arrays and the heap} */
    static int gapBytes(MemorySegment s, long page, int pageBytes) {
        return pageBytes - heapBytes(s, page) - frontBytes(s, page);
    }

    /** Copies a page but for what lies free between the arrays and the heap. */
    public static void copy(MemorySegment s, long page, MemorySegment t, long to, int pageBytes) {
        int front = frontBytes(s, page);
        int heap = heapBytes(s, page);
        if (front + heap < pageBytes) {
            MemorySegment.copy(s, page, t, to, front);
            long tail = pageBytes - (long) heap;
            MemorySegment.copy(s, page + tail, t, to + tail, heap);
        } else {
            // A full page, or what is none.
            MemorySegment.copy(s, page, t, to, pageBytes);
        }
    }

    /** {@return bytes that a rebuild would leave free} */
    public static int freeBytes(MemorySegment s, long page, int pageBytes) {
        return gapBytes(s, page, pageBytes) + Bytes.u16(s, page + DEAD_BYTES_OFFSET);
    }

    static int heapBytes(MemorySegment s, long page) {
        return Bytes.u16(s, page + HEAP_BYTES_OFFSET);
    }

    /** Copies the first {@code length} bytes of the page's prefix. */
    public static void prefix(MemorySegment s, long page, byte[] target, int length) {
        MemorySegment.copy(s, Bytes.U8, page + PREFIX_OFFSET, target, 0, length);
    }

    /** {@return whether the key starts with the page's prefix} */
    public static boolean sharesPrefix(MemorySegment s, long page, byte[] key, int keyBytes) {
        int prefix = PageHeader.prefixBytes(s, page);
        return prefix <= keyBytes && Bytes.compare(key, 0, s, page + PREFIX_OFFSET, prefix) == 0;
    }

    /** {@return bytes that a key and payload take in the heap of a page with this prefix} */
    static int entrySize(
            int keyBytes, int prefixBytes, int pageBytes, boolean isExt, int payloadBytes) {
        return (isExt ? 1 : 0)
                + Bytes.varintBytes(keyBytes - 1)
                + restBytes(keyBytes, prefixBytes, pageBytes)
                + (isLong(keyBytes, pageBytes) ? Reference.BYTES : 0)
                + payloadBytes;
    }

    /**
     * Opens entry {@code index} in the heap and writes the key's head, length and rest.
     *
     * <p>Requires: the entry fits the gap; the key shares the prefix; arrays have room at index.
     *
     * @return the position behind the rest, where key run and payload follow
     */
    static long openEntry(
            MemorySegment s,
            long page,
            int pageBytes,
            int index,
            byte[] key,
            int keyBytes,
            int entryFlags,
            int entryBytes) {
        int prefix = PageHeader.prefixBytes(s, page);
        int heap = heapBytes(s, page) + entryBytes;
        long at = page + pageBytes - heap;
        Bytes.u16(s, page + HEAP_BYTES_OFFSET, heap);
        s.set(
                Bytes.U32,
                heads(s, page) + (long) HEAD_BYTES * index,
                Bytes.head(key, prefix, keyBytes));
        Bytes.u16(s, slots(s, page) + (long) SLOT_BYTES * index, (int) (at - page));
        if (isExt(s, page)) {
            s.set(Bytes.U8, at++, (byte) entryFlags);
        }
        at = Bytes.putVarint(s, at, keyBytes - 1);
        int rest = restBytes(keyBytes, prefix, pageBytes);
        MemorySegment.copy(
                key,
                keyBytes < prefix + HEAD_BYTES ? 0 : prefix + HEAD_BYTES,
                s,
                Bytes.U8,
                at,
                rest);
        return at + rest;
    }

    /**
     * Opens room at {@code index} in heads and slots, and for child {@code index + 1} in a branch.
     */
    static void openArrays(MemorySegment s, long page, int index) {
        int count = PageHeader.count(s, page);
        long heads = heads(s, page);
        long slots = heads + (long) HEAD_BYTES * count;
        if (isBranch(s, page)) {
            long references = slots + (long) SLOT_BYTES * count;
            long tail = references + (long) Reference.BYTES * (index + 1);
            int both = HEAD_BYTES + SLOT_BYTES;
            move(s, tail, both + Reference.BYTES, (long) Reference.BYTES * (count - index));
            move(s, references, both, (long) Reference.BYTES * (index + 1));
        }
        long slotTail = slots + (long) SLOT_BYTES * index;
        move(s, slotTail, HEAD_BYTES + SLOT_BYTES, (long) SLOT_BYTES * (count - index));
        move(s, slots, HEAD_BYTES, (long) SLOT_BYTES * index);
        long headTail = heads + (long) HEAD_BYTES * index;
        move(s, headTail, HEAD_BYTES, (long) HEAD_BYTES * (count - index));
        PageHeader.count(s, page, count + 1);
    }

    /** Closes {@code index} in heads and slots; in a branch child {@code child} goes with it. */
    static void closeArrays(MemorySegment s, long page, int index, int child) {
        int count = PageHeader.count(s, page);
        long heads = heads(s, page);
        long slots = heads + (long) HEAD_BYTES * count;
        long references = slots + (long) SLOT_BYTES * count;
        int both = HEAD_BYTES + SLOT_BYTES;
        int behind = count - index - 1;
        move(s, heads + (long) HEAD_BYTES * (index + 1), -HEAD_BYTES, (long) HEAD_BYTES * behind);
        move(s, slots, -HEAD_BYTES, (long) SLOT_BYTES * index);
        move(s, slots + (long) SLOT_BYTES * (index + 1), -both, (long) SLOT_BYTES * behind);
        if (isBranch(s, page)) {
            move(s, references, -both, (long) Reference.BYTES * child);
            long tail = references + (long) Reference.BYTES * (child + 1);
            move(s, tail, -both - Reference.BYTES, (long) Reference.BYTES * (count - child));
        }
        PageHeader.count(s, page, count - 1);
    }

    /** Gives the bytes of entry {@code index} back to the heap. */
    static void releaseEntry(MemorySegment s, long page, int pageBytes, int index) {
        int bytes = entryBytes(s, page, pageBytes, index);
        int heap = heapBytes(s, page);
        if (entry(s, page, index) == page + pageBytes - heap) {
            Bytes.u16(s, page + HEAP_BYTES_OFFSET, heap - bytes);
        } else {
            int dead = Bytes.u16(s, page + DEAD_BYTES_OFFSET) + bytes;
            Bytes.u16(s, page + DEAD_BYTES_OFFSET, dead);
        }
    }

    private static void move(MemorySegment s, long from, long distance, long length) {
        if (length > 0) {
            MemorySegment.copy(s, from, s, from + distance, length);
        }
    }
}
