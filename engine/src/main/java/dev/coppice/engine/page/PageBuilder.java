package dev.coppice.engine.page;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Builds a page anew from entries of others: after a split, a merge, a shift between neighbours, or
 * when the prefix changes or dead bytes are to go.
 *
 * <p>The sources must not be the target: {@link #stash} copies a page aside first. Thread safety:
 * one writer. Lifetime: that of the arena.
 */
public final class PageBuilder {
    /** Two neighbours, and the branch above them that is rebuilt meanwhile. */
    private static final int STASH_PAGES = 3;

    private final int pageBytes;
    private final MemorySegment stash;
    private final byte[] key;
    private int stashed;

    // The page that is being built.
    private MemorySegment target;
    private long page;
    private int next;

    public PageBuilder(Arena arena, PageSize pageSize) {
        this.pageBytes = pageSize.bytes();
        this.stash = arena.allocate((long) STASH_PAGES * pageBytes, 64);
        this.key = new byte[pageSize.inlineKeyBytes()];
    }

    /** {@return the segment that stashed pages lie in} */
    public MemorySegment stash() {
        return stash;
    }

    /** Forgets what was stashed. */
    public void reset() {
        stashed = 0;
    }

    /** Forgets the page that was stashed last. */
    public void unstash() {
        stashed--;
    }

    /** Copies a page aside and returns its position in {@link #stash}; three at most. */
    public long stash(MemorySegment s, long from) {
        assert stashed < STASH_PAGES : stashed;
        long at = (long) stashed++ * pageBytes;
        MemorySegment.copy(s, from, stash, at, pageBytes);
        return at;
    }

    /**
     * Starts a page with the type, level and family of {@code like}.
     *
     * @param count keys that will be added
     * @param prefix holds at least prefixBytes bytes, the prefix of all of them
     */
    public void begin(
            MemorySegment s,
            long at,
            MemorySegment likeSegment,
            long like,
            boolean isExt,
            long pageId,
            long birth,
            int count,
            byte[] prefix,
            int prefixBytes) {
        PageHeader.init(
                s,
                at,
                PageHeader.type(likeSegment, like),
                PageHeader.level(likeSegment, like),
                isExt ? PageHeader.EXT : 0,
                pageId,
                birth,
                PageHeader.family(likeSegment, like),
                prefixBytes);
        s.set(Bytes.U32, at + SlottedPage.HEAP_BYTES_OFFSET, 0);
        MemorySegment.copy(prefix, 0, s, Bytes.U8, at + SlottedPage.PREFIX_OFFSET, prefixBytes);
        PageHeader.count(s, at, count);
        target = s;
        page = at;
        next = 0;
    }

    /** Adds the entries [from, to) of a page; of a branch the separators alone. */
    public void addAll(MemorySegment s, long source, int from, int to) {
        boolean isAlike =
                PageHeader.prefixBytes(s, source) == PageHeader.prefixBytes(target, page)
                        && SlottedPage.isExt(s, source) == SlottedPage.isExt(target, page);
        if (isAlike) {
            copyEntries(s, source, from, to);
        } else {
            for (int index = from; index < to; index++) {
                addAnew(s, source, index);
            }
        }
    }

    /** Copies entries as they are; those that lie beside each other in one piece. */
    private void copyEntries(MemorySegment s, long source, int from, int to) {
        int prefix = PageHeader.prefixBytes(s, source);
        boolean isExt = SlottedPage.isExt(s, source);
        boolean isBranch = SlottedPage.isBranch(s, source);
        long sourceSlots = SlottedPage.slots(s, source);
        long slots = SlottedPage.slots(target, page);
        int heap = SlottedPage.heapBytes(target, page);
        long pieceEnd = 0;
        long pieceStart = 0;
        for (int index = from; index < to; index++) {
            int offset = Bytes.u16(s, sourceSlots + (long) SlottedPage.SLOT_BYTES * index);
            long entry = source + offset;
            int bytes = SlottedPage.entryBytes(s, entry, prefix, pageBytes, isExt, isBranch);
            if (entry + bytes != pieceStart) {
                copyPiece(s, pieceStart, pieceEnd, heap);
                pieceEnd = entry + bytes;
            }
            pieceStart = entry;
            heap += bytes;
            Bytes.u16(target, slots + (long) SlottedPage.SLOT_BYTES * next, pageBytes - heap);
            next++;
        }
        copyPiece(s, pieceStart, pieceEnd, heap);
        Bytes.u16(target, page + SlottedPage.HEAP_BYTES_OFFSET, heap);
        MemorySegment.copy(
                s,
                SlottedPage.heads(s, source) + (long) SlottedPage.HEAD_BYTES * from,
                target,
                SlottedPage.heads(target, page)
                        + (long) SlottedPage.HEAD_BYTES * (next - to + from),
                (long) SlottedPage.HEAD_BYTES * (to - from));
    }

    /** Copies bytes to where a heap of that many bytes starts. */
    private void copyPiece(MemorySegment s, long start, long end, int heapBytes) {
        if (end > start) {
            MemorySegment.copy(s, start, target, page + pageBytes - heapBytes, end - start);
        }
    }

    /** Adds an entry whose key is cut in another place, or that gets or loses its flags. */
    private void addAnew(MemorySegment s, long from, int index) {
        int prefix = PageHeader.prefixBytes(target, page);
        int entry = SlottedPage.entryBytes(s, from, pageBytes, index);
        int keyBytes = SlottedPage.key(s, from, pageBytes, index, key);
        long payload = SlottedPage.payload(s, from, pageBytes, index);
        if (SlottedPage.isLong(keyBytes, pageBytes)) {
            payload -= Reference.BYTES;
        }
        int tail = (int) (SlottedPage.entry(s, from, index) + entry - payload);
        int flags = SlottedPage.isBranch(s, from) ? 0 : LeafPage.entryFlags(s, from, index);
        boolean isExt = SlottedPage.isExt(target, page);
        int rest = SlottedPage.restBytes(keyBytes, prefix, pageBytes);
        int size = (isExt ? 1 : 0) + Bytes.varintBytes(keyBytes - 1) + rest + tail;
        long at = SlottedPage.openEntry(target, page, pageBytes, next, key, keyBytes, flags, size);
        MemorySegment.copy(s, payload, target, at, tail);
        next++;
    }

    /** Adds a separator that is not in any page; returns where the reference to its run goes. */
    public long addSeparator(byte[] separator, int separatorBytes) {
        int prefix = PageHeader.prefixBytes(target, page);
        int size = SlottedPage.entrySize(separatorBytes, prefix, pageBytes, false, 0);
        return SlottedPage.openEntry(
                target, page, pageBytes, next++, separator, separatorBytes, 0, size);
    }

    /** Copies the references to children [from, to) of a branch to children at {@code at}. */
    public void addChildren(MemorySegment s, long source, int from, int to, int at) {
        MemorySegment.copy(
                s,
                BranchPage.child(s, source, from),
                target,
                BranchPage.child(target, page, at),
                (long) Reference.BYTES * (to - from));
    }

    /**
     * {@return bytes that entries [from, to) of a page take under another prefix, arrays included}
     */
    public static int bytes(
            MemorySegment s, long page, int pageBytes, int from, int to, int prefixBytes) {
        int old = PageHeader.prefixBytes(s, page);
        int perEntry = SlottedPage.HEAD_BYTES + SlottedPage.SLOT_BYTES;
        if (SlottedPage.isBranch(s, page)) {
            perEntry += Reference.BYTES;
        }
        int count = to - from;
        if (prefixBytes == old && count == PageHeader.count(s, page)) {
            int dead = Bytes.u16(s, page + SlottedPage.DEAD_BYTES_OFFSET);
            return perEntry * count + SlottedPage.heapBytes(s, page) - dead;
        }
        boolean isExt = SlottedPage.isExt(s, page);
        boolean isBranch = SlottedPage.isBranch(s, page);
        long slots = SlottedPage.slots(s, page);
        int sum = perEntry * count;
        for (int index = from; index < to; index++) {
            long entry = page + Bytes.u16(s, slots + (long) SlottedPage.SLOT_BYTES * index);
            sum += SlottedPage.entryBytes(s, entry, old, pageBytes, isExt, isBranch);
            if (prefixBytes != old) {
                int keyBytes = SlottedPage.keyBytesAt(s, isExt ? entry + 1 : entry);
                sum +=
                        SlottedPage.restBytes(keyBytes, prefixBytes, pageBytes)
                                - SlottedPage.restBytes(keyBytes, old, pageBytes);
            }
        }
        return sum;
    }
}
