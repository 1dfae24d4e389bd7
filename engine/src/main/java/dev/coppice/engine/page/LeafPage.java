package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;

/**
 * Entries of a leaf: key, flags, the deadline of those that expire, and a value or the reference to
 * its overflow run.
 */
public final class LeafPage {
    /** Entry flag: the value lies in an overflow run. */
    public static final int OVERFLOW = 1;

    /** Entry flag: a deadline lies between the key and the value. */
    public static final int EXPIRY = 2;

    /** Entry flag: the end of the key lies in an overflow run. */
    public static final int LONG_KEY = 16;

    public static final int DEADLINE_BYTES = Long.BYTES;

    /** Stands for the deadline of an entry that has none. */
    public static final long NO_DEADLINE = -1;

    private LeafPage() {}

    /** Makes an empty leaf with a prefix. */
    public static void init(
            MemorySegment s,
            long page,
            boolean isExt,
            long pageId,
            long birth,
            int family,
            byte[] prefix,
            int prefixBytes) {
        int flags = isExt ? PageHeader.EXT : 0;
        PageHeader.init(s, page, PageHeader.LEAF, 0, flags, pageId, birth, family, prefixBytes);
        s.set(Bytes.U32, page + SlottedPage.HEAP_BYTES_OFFSET, 0);
        MemorySegment.copy(prefix, 0, s, Bytes.U8, page + SlottedPage.PREFIX_OFFSET, prefixBytes);
    }

    public static int entryFlags(MemorySegment s, long page, int index) {
        return SlottedPage.isExt(s, page) ? Bytes.u8(s, SlottedPage.entry(s, page, index)) : 0;
    }

    public static boolean isOverflow(MemorySegment s, long page, int index) {
        return (entryFlags(s, page, index) & OVERFLOW) != 0;
    }

    /** {@return whether one of the entries [from, to) has a flag} */
    public static boolean hasFlags(MemorySegment s, long page, int from, int to) {
        if (!SlottedPage.isExt(s, page)) {
            return false;
        }
        int all = 0;
        for (int index = from; index < to; index++) {
            all |= entryFlags(s, page, index);
        }
        return all != 0;
    }

    /** {@return whether an entry of the leaf has a deadline} */
    public static boolean hasDeadlines(MemorySegment s, long page) {
        int all = 0;
        if (SlottedPage.isExt(s, page)) {
            for (int index = 0; index < PageHeader.count(s, page); index++) {
                all |= entryFlags(s, page, index);
            }
        }
        return (all & EXPIRY) != 0;
    }

    /** {@return the deadline of entry {@code index}, or {@link #NO_DEADLINE}} */
    public static long deadline(MemorySegment s, long page, int pageBytes, int index) {
        if ((entryFlags(s, page, index) & EXPIRY) == 0) {
            return NO_DEADLINE;
        }
        return s.get(Bytes.U64, SlottedPage.payload(s, page, pageBytes, index));
    }

    /** Changes the deadline of entry {@code index}. Requires: it has one. */
    public static void deadline(
            MemorySegment s, long page, int pageBytes, int index, long deadline) {
        s.set(Bytes.U64, SlottedPage.payload(s, page, pageBytes, index), deadline);
    }

    /** {@return bytes that entry flags say to lie between key and value} */
    static int deadlineBytes(int entryFlags) {
        return (entryFlags & EXPIRY) * (DEADLINE_BYTES / EXPIRY);
    }

    /** {@return the position behind the key and deadline of an entry} */
    private static long value(MemorySegment s, long page, int pageBytes, int index) {
        long payload = SlottedPage.payload(s, page, pageBytes, index);
        return SlottedPage.isExt(s, page)
                ? payload + deadlineBytes(entryFlags(s, page, index))
                : payload;
    }

    /** {@return the position of the reference to the run of overflow value {@code index}} */
    public static long valueRun(MemorySegment s, long page, int pageBytes, int index) {
        return value(s, page, pageBytes, index);
    }

    /** {@return the length of value {@code index}} */
    public static long valueBytes(MemorySegment s, long page, int pageBytes, int index) {
        long value = value(s, page, pageBytes, index);
        if (isOverflow(s, page, index)) {
            return Reference.count(s, value);
        }
        return Bytes.varint(s, value);
    }

    /** {@return the position of the length of inline value {@code index}; the value follows it} */
    public static long inlineValue(MemorySegment s, long page, int pageBytes, int index) {
        return value(s, page, pageBytes, index);
    }

    static long payloadEnd(MemorySegment s, long payload, int flags) {
        long value = payload + deadlineBytes(flags);
        if ((flags & OVERFLOW) != 0) {
            return value + Reference.BYTES;
        }
        return Bytes.skipVarint(s, value) + Bytes.varint(s, value);
    }

    /** {@return heap bytes that an entry takes behind its key, deadline included} */
    public static int payloadBytes(boolean isOverflow, int valueBytes, boolean hasDeadline) {
        int value = isOverflow ? Reference.BYTES : Bytes.varintBytes(valueBytes) + valueBytes;
        return hasDeadline ? value + DEADLINE_BYTES : value;
    }

    /** {@return whether an entry fits without a rebuild of the page} */
    public static boolean fits(
            MemorySegment s, long page, int pageBytes, int keyBytes, int payloadBytes) {
        return size(s, page, pageBytes, keyBytes, payloadBytes)
                <= SlottedPage.gapBytes(s, page, pageBytes);
    }

    private static int size(
            MemorySegment s, long page, int pageBytes, int keyBytes, int payloadBytes) {
        int prefix = PageHeader.prefixBytes(s, page);
        return size(keyBytes, prefix, pageBytes, SlottedPage.isExt(s, page), payloadBytes);
    }

    /** {@return bytes that a new entry takes in a page, head and slot included} */
    public static int size(
            int keyBytes, int prefixBytes, int pageBytes, boolean isExt, int payloadBytes) {
        return SlottedPage.HEAD_BYTES
                + SlottedPage.SLOT_BYTES
                + SlottedPage.entrySize(keyBytes, prefixBytes, pageBytes, isExt, payloadBytes);
    }

    /**
     * Inserts an entry, all but the key run and the payload.
     *
     * <p>Requires: {@link #fits}; the key shares the prefix; entryFlags are 0 unless the page is
     * EXT.
     *
     * @return the position behind the key's rest, where the reference to the key run (long keys
     *     only) and then the payload, deadline first, are to be written
     */
    public static long insert(
            MemorySegment s,
            long page,
            int pageBytes,
            int index,
            byte[] key,
            int keyBytes,
            int entryFlags,
            int payloadBytes) {
        int bytes =
                SlottedPage.entrySize(
                        keyBytes,
                        PageHeader.prefixBytes(s, page),
                        pageBytes,
                        SlottedPage.isExt(s, page),
                        payloadBytes);
        SlottedPage.openArrays(s, page, index);
        return SlottedPage.openEntry(s, page, pageBytes, index, key, keyBytes, entryFlags, bytes);
    }

    /** Removes entry {@code index}. */
    public static void remove(MemorySegment s, long page, int pageBytes, int index) {
        SlottedPage.releaseEntry(s, page, pageBytes, index);
        SlottedPage.closeArrays(s, page, index, -1);
    }

    /** Removes the entries [from, to). */
    public static void remove(MemorySegment s, long page, int pageBytes, int from, int to) {
        for (int index = to - 1; index >= from; index--) {
            remove(s, page, pageBytes, index);
        }
    }
}
