package dev.coppice.engine.page;

import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;

/**
 * A leaf that was copied into an array, to be read entry by entry without touching the mapping:
 * keys and values inside the leaf are ranges of the array. What the leaf does not use of its page
 * are bytes without meaning, and no entry may start there.
 *
 * <p>Survives arbitrary bytes: what does not lie in the page ends with {@link
 * IndexOutOfBoundsException} or {@link CorruptStoreException}.
 *
 * <p>Thread safety: one thread. Lifetime: what it says is about the page copied last.
 */
public final class LeafImage {
    private final int pageBytes;
    private final int inlineKeyBytes;
    private byte[] bytes;
    private int count;
    private int prefixBytes;
    private int flagBytes;
    private int expiryMask;
    private int slots;

    /** Where entries may start: below that lies what was not copied. */
    private int lowest;

    // The entry that was looked at last: most callers ask several things about one.
    private int parsed = -1;
    private int entry;
    private int keyBytes;
    private int rest;
    private int keyEnd;
    private int value;

    public LeafImage(int pageBytes) {
        this.pageBytes = pageBytes;
        this.inlineKeyBytes = PageSize.inlineKeyBytes(pageBytes);
        this.bytes = new byte[pageBytes];
    }

    /** Copies a leaf: its arrays and its entries, not what lies free between them. */
    public void load(MemorySegment s, long page) {
        parsed = -1;
        // The header's line comes while the half is copied that nearly all leaves use.
        int half = pageBytes >>> 1;
        copy(s, page, half, pageBytes);
        int front = (int) Math.min(half, SlottedPage.references(s, page) - page);
        lowest = Math.clamp(pageBytes - SlottedPage.heapBytes(s, page), front, half);
        copy(s, page, 0, front);
        copy(s, page, lowest, half);
        open();
    }

    private void copy(MemorySegment s, long page, int from, int to) {
        MemorySegment.copy(s, Bytes.U8, page + from, bytes, from, to - from);
    }

    /** Copies another image of pages of the same size. */
    public void load(LeafImage other) {
        parsed = -1;
        System.arraycopy(other.bytes, 0, bytes, 0, pageBytes);
        lowest = other.lowest;
        open();
    }

    private void open() {
        count = Bytes.u16(bytes, PageHeader.COUNT_OFFSET);
        prefixBytes = Bytes.u16(bytes, PageHeader.PREFIX_BYTES_OFFSET);
        flagBytes = Bytes.u16(bytes, PageHeader.FLAGS_OFFSET) & PageHeader.EXT;
        expiryMask = flagBytes * LeafPage.EXPIRY;
        slots = SlottedPage.PREFIX_OFFSET + prefixBytes + SlottedPage.HEAD_BYTES * count;
    }

    /** {@return the size of the pages that it copies} */
    public int pageBytes() {
        return pageBytes;
    }

    /** {@return the array that starts with the page; other bytes may follow} */
    public byte[] bytes() {
        return bytes;
    }

    /** Makes room for {@code more} bytes behind the page; returns where they start. */
    public int makeRoom(int more) {
        if (bytes.length - pageBytes < more) {
            byte[] longer = new byte[pageBytes + more];
            System.arraycopy(bytes, 0, longer, 0, pageBytes);
            bytes = longer;
        }
        return pageBytes;
    }

    /** {@return the number of entries} */
    public int count() {
        return count;
    }

    private void parse(int index) {
        if (parsed == index) {
            return;
        }
        entry = slot(index);
        if (entry < lowest) {
            throw new CorruptStoreException(
                    pageId(), "start of an entry", "at least " + lowest, entry);
        }
        int at = entry + flagBytes;
        byte first = bytes[at];
        if (first >= 0) {
            keyBytes = first + 1;
            rest = at + 1;
        } else {
            keyBytes = (int) Math.min(Bytes.varint(bytes, at) + 1, PageSize.MAX_KEY_BYTES);
            rest = Bytes.skipVarint(bytes, at);
        }
        if (keyBytes < prefixBytes) {
            throw new CorruptStoreException(
                    pageId(), "length of a key", "at least " + prefixBytes, keyBytes);
        }
        int inline = Math.min(keyBytes, inlineKeyBytes);
        keyEnd = rest + Math.max(0, inline - prefixBytes - SlottedPage.HEAD_BYTES);
        if (keyBytes > inline) {
            if (!isLongKey(index)) {
                throw new CorruptStoreException(
                        pageId(), "length of a key without a run", "at most " + inline, keyBytes);
            }
            keyEnd += Reference.BYTES;
        }
        value = keyEnd + LeafPage.deadlineBytes(bytes[entry] & expiryMask);
        parsed = index;
    }

    /** {@return the length of key {@code index}} */
    public int keyBytes(int index) {
        parse(index);
        return keyBytes;
    }

    /** {@return whether the end of key {@code index} lies in a run} */
    public boolean isLongKey(int index) {
        // Steps ask this of each entry.
        return flagBytes != 0 && (bytes[slot(index)] & LeafPage.LONG_KEY) != 0;
    }

    private int slot(int index) {
        return Bytes.u16(bytes, slots + SlottedPage.SLOT_BYTES * index);
    }

    /** Copies key {@code index}, of a long one the part that lies in the leaf. */
    public void copyKey(int index, byte[] target, int at) {
        parse(index);
        int shared = Math.min(prefixBytes, Math.min(keyBytes, inlineKeyBytes));
        Bytes.copy(bytes, SlottedPage.PREFIX_OFFSET, target, at, shared);
        copyBehindPrefix(index, target, at);
    }

    private void copyBehindPrefix(int index, byte[] target, int at) {
        int inline = Math.min(keyBytes, inlineKeyBytes);
        int shared = Math.min(prefixBytes, inline);
        int headed = Math.min(SlottedPage.HEAD_BYTES, inline - shared);
        int heads = SlottedPage.PREFIX_OFFSET + prefixBytes;
        int head = Bytes.u32(bytes, heads + SlottedPage.HEAD_BYTES * index);
        Bytes.putHead(head, target, at + shared, headed);
        int behind = inline - shared - headed;
        if (behind > 0) {
            Bytes.copy(bytes, rest, target, at + shared + headed, behind);
        }
    }

    /** Copies key {@code index}, reading the end of a long one from its run. */
    public void copyWholeKey(int index, PageMap pages, byte[] target, int at) {
        copyKey(index, target, at);
        copyTail(pages, target, at);
    }

    /** As {@link #copyWholeKey}, into an array that starts with another key of the leaf. */
    public void copyNextKey(int index, PageMap pages, byte[] target) {
        parse(index);
        copyBehindPrefix(index, target, 0);
        copyTail(pages, target, 0);
    }

    /** Copies the end of the key that was looked at last from its run, if it has one. */
    private void copyTail(PageMap pages, byte[] target, int at) {
        if (keyBytes <= inlineKeyBytes) {
            return;
        }
        int run = keyEnd - Reference.BYTES;
        byte[] tail = OverflowRun.readKeyTail(pages, runPage(run), runBirth(run), runBytes(run));
        if (tail.length != keyBytes - inlineKeyBytes) {
            throw new CorruptStoreException(
                    pageId(), "length of a key run", keyBytes - inlineKeyBytes, tail.length);
        }
        System.arraycopy(tail, 0, target, at + inlineKeyBytes, tail.length);
    }

    /** {@return whether value {@code index} lies in a run} */
    public boolean isOverflow(int index) {
        parse(index);
        return flagBytes != 0 && (bytes[entry] & LeafPage.OVERFLOW) != 0;
    }

    /** {@return whether entries may have deadlines} */
    public boolean mayExpire() {
        return flagBytes != 0;
    }

    /** {@return the deadline of entry {@code index}, or {@link LeafPage#NO_DEADLINE}} */
    public long deadline(int index) {
        parse(index);
        return value == keyEnd ? LeafPage.NO_DEADLINE : Bytes.u64(bytes, keyEnd);
    }

    /** Leaves an entry out, as if the leaf did not have it. */
    public void leaveOut(int index) {
        parsed = -1;
        int behind = count - index - 1;
        int heads = SlottedPage.PREFIX_OFFSET + prefixBytes + SlottedPage.HEAD_BYTES * index;
        close(heads, SlottedPage.HEAD_BYTES, behind);
        close(slots + SlottedPage.SLOT_BYTES * index, SlottedPage.SLOT_BYTES, behind);
        count--;
    }

    private void close(int at, int size, int behind) {
        System.arraycopy(bytes, at + size, bytes, at, size * behind);
    }

    /** {@return the length of value {@code index}} */
    public long valueBytes(int index) {
        boolean isOverflow = isOverflow(index);
        long length = isOverflow ? runBytes(value) : Bytes.varint(bytes, value);
        long max = isOverflow ? PageSize.MAX_VALUE_BYTES : pageBytes - value;
        if (length < 0 || length > max) {
            throw new CorruptStoreException(
                    pageId(), "length of a value", "at most " + max, length);
        }
        return length;
    }

    /**
     * {@return where value {@code index} starts, in the upper half, and its length in the lower
     * one; negative for an overflow value}
     */
    public long valueRange(int index) {
        if (flagBytes == 0) {
            // Walks that read values alone come here, where nothing is kept that parse() would:
            // both
            // lengths take one byte each, mostly.
            int at = slot(index);
            int key = bytes[at];
            int rest = Math.max(0, key + 1 - prefixBytes - SlottedPage.HEAD_BYTES);
            int field = at + 1 + rest;
            if (at >= lowest && key >= 0) {
                int length = bytes[field];
                if (length >= 0 && length < pageBytes - field) {
                    return (field + 1L) << 32 | length;
                }
            }
        }
        return isOverflow(index) ? -1 : (long) valueOffset(index) << 32 | valueBytes(index);
    }

    /** {@return where value {@code index} starts} Requires: it is no overflow value. */
    public int valueOffset(int index) {
        parse(index);
        return bytes[value] >= 0 ? value + 1 : Bytes.skipVarint(bytes, value);
    }

    /** {@return the first page of overflow value {@code index}} */
    public long valueRunPage(int index) {
        parse(index);
        return runPage(value);
    }

    /** {@return the birth of the run of overflow value {@code index}} */
    public long valueRunBirth(int index) {
        parse(index);
        return runBirth(value);
    }

    private long runPage(int reference) {
        return Reference.pageId(Bytes.u64(bytes, reference + Reference.PAGE_OFFSET));
    }

    private long runBirth(int reference) {
        return Bytes.u64(bytes, reference + Reference.BIRTH_OFFSET);
    }

    private long runBytes(int reference) {
        return Bytes.u64(bytes, reference + Reference.COUNT_OFFSET);
    }

    private long pageId() {
        return Bytes.u64(bytes, PageHeader.PAGE_ID_OFFSET);
    }
}
