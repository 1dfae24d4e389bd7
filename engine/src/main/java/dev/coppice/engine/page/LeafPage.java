package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;

/** Entries of a leaf: key, flags, and a value or the reference to its overflow run. */
public final class LeafPage {
    /** Entry flag: the value lies in an overflow run. */
    public static final int OVERFLOW = 1;

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

    /** {@return the position of the reference to the run of overflow value {@code index}} */
    public static long valueRun(MemorySegment s, long page, int pageBytes, int index) {
        return SlottedPage.payload(s, page, pageBytes, index);
    }

    /** {@return the length of value {@code index}} */
    public static long valueBytes(MemorySegment s, long page, int pageBytes, int index) {
        long payload = SlottedPage.payload(s, page, pageBytes, index);
        if (isOverflow(s, page, index)) {
            return Reference.count(s, payload);
        }
        return Bytes.varint(s, payload);
    }

    /** {@return the position of the length of inline value {@code index}; the value follows it} */
    public static long inlineValue(MemorySegment s, long page, int pageBytes, int index) {
        return SlottedPage.payload(s, page, pageBytes, index);
    }

    static long payloadEnd(MemorySegment s, long page, long payload, int index) {
        if (isOverflow(s, page, index)) {
            return payload + Reference.BYTES;
        }
        return Bytes.skipVarint(s, payload) + Bytes.varint(s, payload);
    }

    /**
     * {@return heap bytes that an entry with an inline value of this length takes behind its key}
     */
    public static int inlinePayloadBytes(int valueBytes) {
        return Bytes.varintBytes(valueBytes) + valueBytes;
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
     *     only) and then the payload are to be written
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
