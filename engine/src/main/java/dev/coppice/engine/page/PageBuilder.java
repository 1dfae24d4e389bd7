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

    /** Adds entry {@code index} of a page; of a branch the separator alone. */
    public void add(MemorySegment s, long from, int index) {
        int prefix = PageHeader.prefixBytes(target, page);
        int entry = SlottedPage.entryBytes(s, from, pageBytes, index);
        if (PageHeader.prefixBytes(s, from) == prefix
                && SlottedPage.isExt(s, from) == SlottedPage.isExt(target, page)) {
            copyEntry(s, from, index, entry);
        } else {
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
            long at =
                    SlottedPage.openEntry(
                            target, page, pageBytes, next, key, keyBytes, flags, size);
            MemorySegment.copy(s, payload, target, at, tail);
        }
        next++;
    }

    private void copyEntry(MemorySegment s, long from, int index, int entryBytes) {
        int heap = SlottedPage.heapBytes(target, page) + entryBytes;
        long at = page + pageBytes - heap;
        MemorySegment.copy(s, SlottedPage.entry(s, from, index), target, at, entryBytes);
        Bytes.u16(target, page + SlottedPage.HEAP_BYTES_OFFSET, heap);
        long heads = SlottedPage.heads(target, page);
        int head = SlottedPage.head(s, SlottedPage.heads(s, from), index);
        target.set(Bytes.U32, heads + (long) SlottedPage.HEAD_BYTES * next, head);
        long slots = SlottedPage.slots(target, page);
        Bytes.u16(target, slots + (long) SlottedPage.SLOT_BYTES * next, (int) (at - page));
    }

    /** Adds the entries [from, to) of a page. */
    public void addAll(MemorySegment s, long source, int from, int to) {
        for (int index = from; index < to; index++) {
            add(s, source, index);
        }
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
        int sum = 0;
        for (int index = from; index < to; index++) {
            sum += perEntry + SlottedPage.entryBytes(s, page, pageBytes, index);
            if (prefixBytes != old) {
                int keyBytes = SlottedPage.keyBytes(s, page, index);
                sum +=
                        SlottedPage.restBytes(keyBytes, prefixBytes, pageBytes)
                                - SlottedPage.restBytes(keyBytes, old, pageBytes);
            }
        }
        return sum;
    }
}
