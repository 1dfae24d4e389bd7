package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The inner consistency of a leaf or branch: whether its arrays, its heap and its entries lie where
 * the header says and say the same; docs/file-format.md#leaf-and-branch. A page without a flaw can
 * be read without leaving it. Stateless.
 */
public final class PageStructure {
    private PageStructure() {}

    /**
     * {@return what is wrong with a page, or null}
     *
     * <p>Not looked at: identity, checksum, the order of keys that share a head, and what
     * references lead to.
     */
    public static String flaw(MemorySegment s, long page, int pageBytes) {
        String flaw = headerFlaw(s, page, pageBytes);
        if (flaw == null) {
            flaw = arraysFlaw(s, page, pageBytes);
        }
        return flaw == null ? entriesFlaw(s, page, pageBytes) : flaw;
    }

    private static String headerFlaw(MemorySegment s, long page, int pageBytes) {
        int type = PageHeader.type(s, page);
        int level = PageHeader.level(s, page);
        int flags = PageHeader.flags(s, page);
        int prefix = PageHeader.prefixBytes(s, page);
        if (type != PageHeader.LEAF && type != PageHeader.BRANCH) {
            return "type " + type + " is neither leaf nor branch";
        }
        if (level > PageHeader.MAX_LEVEL || (type == PageHeader.LEAF) != (level == 0)) {
            return "type " + type + " at level " + level;
        }
        if ((flags & ~(type == PageHeader.LEAF ? PageHeader.EXT : 0)) != 0) {
            return "page flags " + flags + " of type " + type;
        }
        if (prefix > new PageSize(pageBytes).maxPrefixBytes()) {
            return "prefix of " + prefix + " bytes";
        }
        return null;
    }

    private static String arraysFlaw(MemorySegment s, long page, int pageBytes) {
        int heap = SlottedPage.heapBytes(s, page);
        if (SlottedPage.gapBytes(s, page, pageBytes) < 0) {
            return "arrays of "
                    + PageHeader.count(s, page)
                    + " keys reach into the heap of "
                    + heap;
        }
        long heads = SlottedPage.heads(s, page);
        for (int index = 1; index < PageHeader.count(s, page); index++) {
            int before = SlottedPage.head(s, heads, index - 1);
            if (Integer.compareUnsigned(before, SlottedPage.head(s, heads, index)) > 0) {
                return "head " + index + " is below the one before";
            }
        }
        return null;
    }

    private static String entriesFlaw(MemorySegment s, long page, int pageBytes) {
        int count = PageHeader.count(s, page);
        int heap = SlottedPage.heapBytes(s, page);
        long[] places = new long[count];
        int sum = 0;
        for (int index = 0; index < count; index++) {
            int offset = (int) (SlottedPage.entry(s, page, index) - page);
            if (offset < pageBytes - heap || offset >= pageBytes) {
                return "slot " + index + " leads to " + offset + ", outside the heap";
            }
            String flaw = entryFlaw(s, page, pageBytes, index);
            if (flaw != null) {
                return "entry " + index + ": " + flaw;
            }
            int bytes = SlottedPage.entryBytes(s, page, pageBytes, index);
            places[index] = (long) offset << 32 | bytes;
            sum += bytes;
        }
        int dead = Bytes.u16(s, page + SlottedPage.DEAD_BYTES_OFFSET);
        if (sum + dead != heap) {
            return "entries of " + sum + " and " + dead + " dead bytes in a heap of " + heap;
        }
        return overlap(places);
    }

    private static String overlap(long[] places) {
        Arrays.sort(places);
        for (int i = 1; i < places.length; i++) {
            long end = (places[i - 1] >>> 32) + (int) places[i - 1];
            if (end > places[i] >>> 32) {
                return "entries overlap at " + (places[i] >>> 32);
            }
        }
        return null;
    }

    private static String entryFlaw(MemorySegment s, long page, int pageBytes, int index) {
        long limit = page + pageBytes;
        long at = SlottedPage.keyField(s, page, index);
        if (!isVarint(s, at, limit)) {
            return "length of the key";
        }
        if (Bytes.varint(s, at) >= PageSize.MAX_KEY_BYTES) {
            return "key of " + (Bytes.varint(s, at) + 1) + " bytes";
        }
        int keyBytes = SlottedPage.keyBytesAt(s, at);
        int prefix = PageHeader.prefixBytes(s, page);
        if (keyBytes < prefix) {
            return "key of " + keyBytes + " bytes under a prefix of " + prefix;
        }
        int headed = Math.min(SlottedPage.HEAD_BYTES, keyBytes - prefix);
        int head = SlottedPage.head(s, SlottedPage.heads(s, page), index);
        if (headed < SlottedPage.HEAD_BYTES && head << (8 * headed) != 0) {
            return "head of a key of " + keyBytes + " bytes is not padded with zeros";
        }
        long payload = SlottedPage.payload(s, page, pageBytes, index);
        if (payload > limit) {
            return "key reaches beyond the page";
        }
        return SlottedPage.isBranch(s, page)
                ? null
                : payloadFlaw(s, page, pageBytes, index, payload);
    }

    private static String payloadFlaw(
            MemorySegment s, long page, int pageBytes, int index, long payload) {
        long limit = page + pageBytes;
        int flags = LeafPage.entryFlags(s, page, index);
        if ((flags & ~(LeafPage.OVERFLOW | LeafPage.EXPIRY | LeafPage.LONG_KEY)) != 0) {
            return "flags " + flags;
        }
        int keyBytes = SlottedPage.keyBytes(s, page, index);
        if (SlottedPage.isLong(keyBytes, pageBytes) != ((flags & LeafPage.LONG_KEY) != 0)) {
            return "flags " + flags + " of a key of " + keyBytes + " bytes";
        }
        long value = payload + LeafPage.deadlineBytes(flags);
        if (value > limit) {
            return "deadline reaches beyond the page";
        }
        if (value > payload && s.get(Bytes.U64, payload) < 0) {
            return "deadline " + s.get(Bytes.U64, payload);
        }
        boolean isInline = (flags & LeafPage.OVERFLOW) == 0;
        if (isInline && !isVarint(s, value, limit)) {
            return "length of the value";
        }
        if (isInline && Bytes.varint(s, value) > limit - value) {
            return "value of " + Bytes.varint(s, value) + " bytes";
        }
        if (LeafPage.payloadEnd(s, payload, LeafPage.entryFlags(s, page, index)) > limit) {
            return "value reaches beyond the page";
        }
        return null;
    }

    /** {@return whether a number that was written as short as it can be ends before the limit} */
    private static boolean isVarint(MemorySegment s, long position, long limit) {
        long at = position;
        while (at < limit && at - position < Bytes.MAX_VARINT_BYTES && Bytes.u8(s, at) > 0x7F) {
            at++;
        }
        return at < limit
                && at - position < Bytes.MAX_VARINT_BYTES
                && Bytes.varintBytes(Bytes.varint(s, position)) == at + 1 - position;
    }
}
