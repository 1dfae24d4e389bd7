package dev.coppice.engine.btree;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.ValueSource;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * Puts and deletes in the trees of one write transaction.
 *
 * <p>Thread safety: one writer; reused by the next transaction.
 */
public final class TreeWriter {
    /*
     * A put goes to its leaf, making the path its own, and inserts there. When the leaf has no room,
     * one structural change is made - a rebuild, a shift to a neighbour, a split of the topmost page
     * that must be split first - and the put starts again from the root. So no change ever has to
     * carry a pending insert along.
     *
     * An entry that was put behind all others leaves its path: if the next key is behind it too, as
     * it is when keys ascend, it goes to the same leaf, and nothing is searched.
     */
    /** A put needs at most one for each level, twice where separators are long. */
    private static final int MAX_CHANGES = 256;

    private final WriteSet writes;
    private final int pageBytes;
    private final WritePath path;
    private final LeafRoom room;
    private final PageSplit split;
    private final PageMerge merge;
    private final RangeRemoval removal;
    private final Purge purge;
    private final Vacuum vacuum;
    private LongSupplier clock = () -> Long.MIN_VALUE;
    private int spareBytes;
    private final ValueSource array = new ValueSource();
    private final ValueSource keyTail = new ValueSource();

    // The tree to whose last leaf the path leads, none where it is null, and the id that owns it.
    private TreeRoot tail;
    private long tailId;

    // Of the last value that was put into a leaf.
    private MemorySegment valueSegment;
    private long valueAt;

    // Of the run that is there before its entry is put; a birth of 0 for none.
    private long keptRun;
    private long keptBirth;
    private long keptBytes;

    public TreeWriter(WriteSet writes, PageBuilder builder) {
        this.writes = writes;
        this.pageBytes = writes.pageSize().bytes();
        this.path = new WritePath(writes);
        Rebuild rebuild = new Rebuild(writes, builder);
        BranchEditor branches = new BranchEditor(writes, rebuild);
        this.room = new LeafRoom(writes, rebuild);
        this.split = new PageSplit(writes, rebuild, branches);
        this.merge = new PageMerge(writes, rebuild, branches);
        this.removal = new RangeRemoval(writes, path, merge);
        this.purge = new Purge(writes, path, merge);
        this.vacuum = new Vacuum(writes, path, merge, split);
    }

    /** Sets who tells the time when an entry with a deadline is met. */
    public void clock(LongSupplier newClock) {
        clock = newClock;
    }

    /**
     * Sets how many bytes {@link #append} leaves free in a leaf before it starts the next one, 0 to
     * a quarter of a page: room for keys that will come in between.
     */
    public void spareBytes(int bytes) {
        assert bytes >= 0 && bytes <= pageBytes / 4;
        spareBytes = bytes;
    }

    /**
     * Stores an entry that does not expire.
     *
     * @return whether the key is new, or what was there has expired
     */
    public boolean put(
            TreeRoot root, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        array.of(value, from, valueBytes);
        boolean isNew = put(root, key, keyBytes, array, LeafPage.NO_DEADLINE);
        array.clear();
        return isNew;
    }

    /**
     * Stores an entry.
     *
     * @param deadline when it expires, or {@link LeafPage#NO_DEADLINE}
     * @return whether the key is new, or what was there has expired
     */
    public boolean put(TreeRoot root, byte[] key, int keyBytes, ValueSource value, long deadline) {
        boolean isLast = beginBehindTail(root, key, keyBytes);
        if (!isLast) {
            path.descend(root, key, keyBytes);
        }
        return putAtLeaf(root, key, keyBytes, value, deadline, isLast);
    }

    /**
     * Stores an entry whose value was written to a run of the transaction's own.
     *
     * @param deadline when it expires, or {@link LeafPage#NO_DEADLINE}
     * @return whether the key is new, or what was there has expired
     */
    public boolean putRun(
            TreeRoot root, byte[] key, int keyBytes, long run, long runBytes, long deadline) {
        keptRun = run;
        keptBirth = writes.id();
        keptBytes = runBytes;
        array.clear();
        try {
            return put(root, key, keyBytes, array, deadline);
        } finally {
            keptBirth = 0;
        }
    }

    /** Starts an operation after which the path may lead anywhere. */
    private void begin() {
        tail = null;
        writes.beginOperation();
    }

    /**
     * Starts a put.
     *
     * @return whether the key is above all others, and the path leads to the last leaf
     */
    private boolean beginBehindTail(TreeRoot root, byte[] key, int keyBytes) {
        boolean isTail = root == tail && writes.id() == tailId;
        tail = null;
        return writes.beginOperation() && isTail && isAboveLeaf(key, keyBytes);
    }

    private boolean isAboveLeaf(byte[] key, int keyBytes) {
        PageMap pages = writes.pages();
        long leaf = path.pageId(path.depth());
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        return SlottedPage.isAboveAll(s, page, pageBytes, key, keyBytes, pages);
    }

    /**
     * Stores an entry whose key is above all others, and which does not expire.
     *
     * @return whether it was; if not, nothing was stored
     */
    public boolean append(
            TreeRoot root, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        array.of(value, from, valueBytes);
        boolean wasLast = append(root, key, keyBytes, array, LeafPage.NO_DEADLINE);
        array.clear();
        return wasLast;
    }

    /**
     * Stores an entry whose key is above all others.
     *
     * @param deadline when it expires, or {@link LeafPage#NO_DEADLINE}
     * @return whether it was; if not, nothing was stored
     */
    public boolean append(
            TreeRoot root, byte[] key, int keyBytes, ValueSource value, long deadline) {
        if (!beginBehindTail(root, key, keyBytes)) {
            path.descend(root, key, keyBytes);
            boolean isLast = path.isRightEdge() && (isLeafEmpty() || isAboveLeaf(key, keyBytes));
            if (!isLast) {
                return false;
            }
        }
        if (spareBytes > 0) {
            leaveSpare(root, key, keyBytes, payloadBytes(keyBytes, value, deadline));
        }
        putAtLeaf(root, key, keyBytes, value, deadline, true);
        return true;
    }

    private boolean isLeafEmpty() {
        long leaf = path.pageId(path.depth());
        return PageHeader.count(writes.pages().segment(leaf), writes.pages().position(leaf)) == 0;
    }

    /** Starts another leaf where the entry would take what is to stay free in this one. */
    private void leaveSpare(TreeRoot root, byte[] key, int keyBytes, int payload) {
        PageMap pages = writes.pages();
        for (int changes = 0; changes < MAX_CHANGES; changes++) {
            long leaf = path.pageId(path.depth());
            MemorySegment s = pages.segment(leaf);
            long page = pages.position(leaf);
            int count = PageHeader.count(s, page);
            if (count == 0 || LeafPage.fits(s, page, pageBytes, keyBytes, payload + spareBytes)) {
                return;
            }
            if (!split.split(root, path, key, keyBytes, count)) {
                path.descend(root, key, keyBytes);
            }
        }
    }

    /**
     * Adds to the 8-byte number that is the value of a key; where the key is not there, or has
     * expired, to 0.
     *
     * @param deadline of a number that was not there; one that was keeps its own
     * @return the length of the value there, in bytes; unless it is 8, nothing was changed
     */
    public long addLong(TreeRoot root, byte[] key, int keyBytes, long delta, long deadline) {
        begin();
        path.descend(root, key, keyBytes);
        PageMap pages = writes.pages();
        long leaf = path.pageId(path.depth());
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        int index = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
        if (index < 0 || isExpired(s, page, index)) {
            putAtLeaf(root, key, keyBytes, array.zeros(Long.BYTES), deadline, false);
        } else {
            long valueBytes = LeafPage.valueBytes(s, page, pageBytes, index);
            if (valueBytes != Long.BYTES) {
                return valueBytes;
            }
            valueSegment = s;
            valueAt = Bytes.skipVarint(s, LeafPage.inlineValue(s, page, pageBytes, index));
        }
        valueSegment.set(Bytes.U64, valueAt, valueSegment.get(Bytes.U64, valueAt) + delta);
        return Long.BYTES;
    }

    /**
     * {@return the segment that holds the value that the last {@link #put} or {@link #addLong} left
     * in a leaf} Valid until the next operation.
     */
    public MemorySegment valueSegment() {
        return valueSegment;
    }

    /** {@return where that value starts in {@link #valueSegment}} */
    public long valueAt() {
        return valueAt;
    }

    private boolean isExpired(MemorySegment s, long page, int index) {
        long deadline = LeafPage.deadline(s, page, pageBytes, index);
        return deadline != LeafPage.NO_DEADLINE && clock.getAsLong() >= deadline;
    }

    private boolean isOverflow(int keyBytes, ValueSource value, long deadline) {
        boolean hasDeadline = deadline != LeafPage.NO_DEADLINE;
        return keptBirth != 0
                || writes.pageSize().isOverflow(keyBytes, value.length(), hasDeadline);
    }

    private int payloadBytes(int keyBytes, ValueSource value, long deadline) {
        boolean isOverflow = isOverflow(keyBytes, value, deadline);
        boolean hasDeadline = deadline != LeafPage.NO_DEADLINE;
        return LeafPage.payloadBytes(isOverflow, value.length(), hasDeadline);
    }

    /**
     * Stores an entry in the leaf of the path.
     *
     * @param isLast whether the key is known to be above all others
     */
    private boolean putAtLeaf(
            TreeRoot root,
            byte[] key,
            int keyBytes,
            ValueSource value,
            long deadline,
            boolean isLast) {
        PageMap pages = writes.pages();
        boolean isOverflow = isOverflow(keyBytes, value, deadline);
        boolean isLong = keyBytes > writes.pageSize().inlineKeyBytes();
        boolean isExt = isLong || isOverflow || deadline != LeafPage.NO_DEADLINE;
        int payload = payloadBytes(keyBytes, value, deadline);
        boolean isNew = true;
        boolean mayShift = true;
        for (int changes = 0; changes < MAX_CHANGES; changes++) {
            long leaf = path.pageId(path.depth());
            MemorySegment s = pages.segment(leaf);
            long page = pages.position(leaf);
            int count = PageHeader.count(s, page);
            int index =
                    isLast
                            ? -1 - count
                            : SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
            if (index >= 0) {
                isNew = isExpired(s, page, index);
                if (!isOverflow && overwrite(s, page, index, value, deadline)) {
                    return isNew;
                }
                removeEntry(s, page, index);
                path.addCount(root, -1);
            } else {
                index = -1 - index;
            }
            if (room.make(leaf, key, keyBytes, payload, isExt)) {
                insert(root, leaf, index, key, keyBytes, value, deadline);
                path.addCount(root, 1);
                if (isNew && index == count && path.isRightEdge()) {
                    tail = root;
                    tailId = writes.id();
                }
                return isNew;
            }
            boolean isShifted = mayShift && split.shift(path, key, keyBytes, payload);
            if (isShifted || !split.split(root, path, key, keyBytes, index)) {
                path.descend(root, key, keyBytes);
            }
            mayShift = false;
        }
        throw new CorruptStoreException(
                path.pageId(path.depth()), "no room for an entry after " + MAX_CHANGES + " splits");
    }

    private boolean overwrite(
            MemorySegment s, long page, int index, ValueSource value, long deadline) {
        int flags = deadline == LeafPage.NO_DEADLINE ? 0 : LeafPage.EXPIRY;
        int old = LeafPage.entryFlags(s, page, index) & ~LeafPage.LONG_KEY;
        if (old != flags || LeafPage.valueBytes(s, page, pageBytes, index) != value.length()) {
            return false;
        }
        if (flags != 0) {
            LeafPage.deadline(s, page, pageBytes, index, deadline);
        }
        long field = LeafPage.inlineValue(s, page, pageBytes, index);
        putValue(s, Bytes.skipVarint(s, field), value);
        return true;
    }

    private void putValue(MemorySegment s, long at, ValueSource value) {
        valueSegment = s;
        valueAt = at;
        value.copyTo(0, s, at, value.length());
    }

    private void insert(
            TreeRoot root,
            long leaf,
            int index,
            byte[] key,
            int keyBytes,
            ValueSource value,
            long deadline) {
        MemorySegment s = writes.pages().segment(leaf);
        long page = writes.pages().position(leaf);
        boolean isOverflow = isOverflow(keyBytes, value, deadline);
        int payload = payloadBytes(keyBytes, value, deadline);
        int inline = writes.pageSize().inlineKeyBytes();
        boolean isLong = keyBytes > inline;
        long keyRun = isLong ? writes.writeRun(keyTail.of(key, inline, keyBytes - inline)) : 0;
        long valueRun = isOverflow && keptBirth == 0 ? writes.writeRun(value) : 0;
        int flags = isOverflow ? LeafPage.OVERFLOW : 0;
        flags |= isLong ? LeafPage.LONG_KEY : 0;
        flags |= deadline == LeafPage.NO_DEADLINE ? 0 : LeafPage.EXPIRY;
        long at = LeafPage.insert(s, page, pageBytes, index, key, keyBytes, flags, payload);
        if (isLong) {
            Reference.put(s, at, keyRun, writes.id(), keyBytes - inline);
            at += Reference.BYTES;
        }
        if (deadline != LeafPage.NO_DEADLINE) {
            s.set(Bytes.U64, at, deadline);
            at += LeafPage.DEADLINE_BYTES;
        }
        if (keptBirth != 0) {
            Reference.put(s, at, keptRun, keptBirth, keptBytes);
        } else if (isOverflow) {
            Reference.put(s, at, valueRun, writes.id(), value.length());
        } else {
            putValue(s, Bytes.putVarint(s, at, value.length()), value);
        }
        long below = isLong || isOverflow ? Reference.HAS_OVERFLOW : 0;
        below |= deadline == LeafPage.NO_DEADLINE ? 0 : Reference.HAS_EXPIRY;
        if (below != 0) {
            path.addFlags(root, path.depth(), below);
        }
    }

    private void removeEntry(MemorySegment s, long page, int index) {
        if (isKept(s, page, index)) {
            EntryRuns.supersedeKey(writes, s, page, index);
        } else {
            EntryRuns.supersede(writes, s, page, index);
        }
        LeafPage.remove(s, page, pageBytes, index);
    }

    /** {@return whether the value of an entry is the run that stays} */
    private boolean isKept(MemorySegment s, long page, int index) {
        if (keptBirth == 0 || !LeafPage.isOverflow(s, page, index)) {
            return false;
        }
        long run = LeafPage.valueRun(s, page, pageBytes, index);
        return Reference.pageId(Reference.word(s, run)) == keptRun;
    }

    /**
     * Changes when an entry expires and leaves its value as it is.
     *
     * @param deadline the new one, or {@link LeafPage#NO_DEADLINE}
     * @return whether the entry is there and has not expired
     */
    public boolean touch(TreeRoot root, byte[] key, int keyBytes, long deadline) {
        begin();
        PageMap pages = writes.pages();
        long found = TreeReader.findLive(pages, root, key, keyBytes, clock);
        if (found == TreeReader.ABSENT) {
            return false;
        }
        long old = TreeReader.deadline(pages, found);
        if (old == deadline) {
            return true;
        }
        path.descend(root, key, keyBytes);
        long leaf = path.pageId(path.depth());
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        int index = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
        if (old != LeafPage.NO_DEADLINE && deadline != LeafPage.NO_DEADLINE) {
            LeafPage.deadline(s, page, pageBytes, index, deadline);
        } else {
            putAgain(root, s, page, index, key, keyBytes, deadline);
        }
        return true;
    }

    /** Puts an entry with its value where it takes other room; a run of its value stays. */
    private void putAgain(
            TreeRoot root,
            MemorySegment s,
            long page,
            int index,
            byte[] key,
            int keyBytes,
            long deadline) {
        if (LeafPage.isOverflow(s, page, index)) {
            long run = LeafPage.valueRun(s, page, pageBytes, index);
            keptRun = Reference.pageId(Reference.word(s, run));
            keptBirth = Reference.birth(s, run);
            keptBytes = Reference.count(s, run);
            array.clear();
        } else {
            byte[] value = TreeReader.value(writes.pages(), s, page, index);
            array.of(value, 0, value.length);
        }
        try {
            putAtLeaf(root, key, keyBytes, array, deadline, false);
        } finally {
            keptBirth = 0;
            array.clear();
        }
    }

    /**
     * Removes expired entries in the order of their keys, from where a scan stands on.
     *
     * @param now what counts as expired, see {@link LeafPage#deadline}
     * @param maxEntries most to remove
     * @param maxLeaves most leaves to look at
     * @param keys receives the keys of those that go, or null
     * @return how many were removed
     */
    public long purge(
            TreeRoot root,
            ExpiryScan scan,
            long now,
            long maxEntries,
            int maxLeaves,
            ExpiryScan.Keys keys) {
        begin();
        return purge.run(root, scan, now, maxEntries, maxLeaves, keys);
    }

    /**
     * Moves pages and puts leaves together, from where a scan stands on, below one branch.
     *
     * @param maxLeaves most leaves to write
     * @return pages that were written
     */
    public long vacuum(TreeRoot root, VacuumScan scan, int maxLeaves) {
        begin();
        return vacuum.run(root, scan, maxLeaves);
    }

    /**
     * Removes an entry.
     *
     * @return whether it was there
     */
    public boolean delete(TreeRoot root, byte[] key, int keyBytes) {
        begin();
        if (TreeReader.find(writes.pages(), root, key, keyBytes) == TreeReader.ABSENT) {
            return false;
        }
        path.descend(root, key, keyBytes);
        PageMap pages = writes.pages();
        long leaf = path.pageId(path.depth());
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        int index = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
        removeEntry(s, page, index);
        path.addCount(root, -1);
        merge.repair(root, path);
        return true;
    }

    /**
     * Removes the keys in [from, to).
     *
     * @param from null for the lowest key
     * @param to null for no upper bound
     * @return how many there were
     */
    public long deleteRange(TreeRoot root, byte[] from, byte[] to) {
        begin();
        return removal.remove(root, from, to);
    }

    /** Removes everything. */
    public void clear(TreeRoot root) {
        begin();
        removal.clear(root);
    }
}
