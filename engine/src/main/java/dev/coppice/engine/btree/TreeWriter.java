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
    private int spareBytes;
    private final ValueSource array = new ValueSource();
    private final ValueSource keyTail = new ValueSource();

    // Of the last value that was put into a leaf.
    private MemorySegment valueSegment;
    private long valueAt;

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
     * Stores an entry.
     *
     * @return whether the key is new
     */
    public boolean put(
            TreeRoot root, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        boolean isNew = put(root, key, keyBytes, array.of(value, from, valueBytes));
        array.clear();
        return isNew;
    }

    /**
     * Stores an entry.
     *
     * @return whether the key is new
     */
    public boolean put(TreeRoot root, byte[] key, int keyBytes, ValueSource value) {
        writes.beginOperation();
        path.descend(root, key, keyBytes);
        return putAtLeaf(root, key, keyBytes, value);
    }

    /**
     * Stores an entry whose key is above all others.
     *
     * @return whether it was; if not, nothing was stored
     */
    public boolean append(
            TreeRoot root, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        boolean wasLast = append(root, key, keyBytes, array.of(value, from, valueBytes));
        array.clear();
        return wasLast;
    }

    /**
     * Stores an entry whose key is above all others.
     *
     * @return whether it was; if not, nothing was stored
     */
    public boolean append(TreeRoot root, byte[] key, int keyBytes, ValueSource value) {
        writes.beginOperation();
        path.descend(root, key, keyBytes);
        if (!path.isRightEdge()) {
            return false;
        }
        PageMap pages = writes.pages();
        long leaf = path.pageId(path.depth());
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        int found = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
        if (-1 - found != PageHeader.count(s, page)) {
            return false;
        }
        if (spareBytes > 0) {
            leaveSpare(root, key, keyBytes, value.length());
        }
        putAtLeaf(root, key, keyBytes, value);
        return true;
    }

    /** Starts another leaf where the entry would take what is to stay free in this one. */
    private void leaveSpare(TreeRoot root, byte[] key, int keyBytes, int valueBytes) {
        PageMap pages = writes.pages();
        boolean isOverflow = writes.pageSize().isOverflow(keyBytes, valueBytes);
        int payload = isOverflow ? Reference.BYTES : LeafPage.inlinePayloadBytes(valueBytes);
        for (int changes = 0; changes < MAX_CHANGES; changes++) {
            long leaf = path.pageId(path.depth());
            MemorySegment s = pages.segment(leaf);
            long page = pages.position(leaf);
            int count = PageHeader.count(s, page);
            if (count == 0 || LeafPage.fits(s, page, pageBytes, keyBytes, payload + spareBytes)) {
                return;
            }
            split.split(root, path, key, keyBytes, count);
            path.descend(root, key, keyBytes);
        }
    }

    /**
     * Adds to the 8-byte number that is the value of a key; where the key is not there, to 0.
     *
     * @return the length of the value there, in bytes; unless it is 8, nothing was changed
     */
    public long addLong(TreeRoot root, byte[] key, int keyBytes, long delta) {
        writes.beginOperation();
        path.descend(root, key, keyBytes);
        PageMap pages = writes.pages();
        long leaf = path.pageId(path.depth());
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        int index = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
        if (index < 0) {
            putAtLeaf(root, key, keyBytes, array.zeros(Long.BYTES));
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

    private boolean putAtLeaf(TreeRoot root, byte[] key, int keyBytes, ValueSource value) {
        PageMap pages = writes.pages();
        int valueBytes = value.length();
        boolean isOverflow = writes.pageSize().isOverflow(keyBytes, valueBytes);
        boolean isNew = true;
        boolean mayShift = true;
        for (int changes = 0; changes < MAX_CHANGES; changes++) {
            long leaf = path.pageId(path.depth());
            MemorySegment s = pages.segment(leaf);
            long page = pages.position(leaf);
            int index = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
            if (index >= 0) {
                isNew = false;
                if (!isOverflow && overwrite(s, page, index, value)) {
                    return false;
                }
                removeEntry(s, page, index);
                path.addCount(root, -1);
            } else {
                index = -1 - index;
            }
            int payload = isOverflow ? Reference.BYTES : LeafPage.inlinePayloadBytes(valueBytes);
            if (room.make(leaf, key, keyBytes, payload, isOverflow)) {
                insert(root, leaf, index, key, keyBytes, isOverflow, value);
                path.addCount(root, 1);
                return isNew;
            }
            if (!(mayShift && split.shift(path, key, keyBytes, payload))) {
                split.split(root, path, key, keyBytes, index);
            }
            mayShift = false;
            path.descend(root, key, keyBytes);
        }
        throw new CorruptStoreException(
                path.pageId(path.depth()), "no room for an entry after " + MAX_CHANGES + " splits");
    }

    private boolean overwrite(MemorySegment s, long page, int index, ValueSource value) {
        if (LeafPage.isOverflow(s, page, index)
                || LeafPage.valueBytes(s, page, pageBytes, index) != value.length()) {
            return false;
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
            boolean isOverflow,
            ValueSource value) {
        MemorySegment s = writes.pages().segment(leaf);
        long page = writes.pages().position(leaf);
        int valueBytes = value.length();
        int payload = isOverflow ? Reference.BYTES : LeafPage.inlinePayloadBytes(valueBytes);
        int inline = writes.pageSize().inlineKeyBytes();
        boolean isLong = keyBytes > inline;
        long keyRun = isLong ? writes.writeRun(keyTail.of(key, inline, keyBytes - inline)) : 0;
        long valueRun = isOverflow ? writes.writeRun(value) : 0;
        int flags = isOverflow ? LeafPage.OVERFLOW : 0;
        long at = LeafPage.insert(s, page, pageBytes, index, key, keyBytes, flags, payload);
        if (isLong) {
            Reference.put(s, at, keyRun, writes.id(), keyBytes - inline);
            at += Reference.BYTES;
        }
        if (isOverflow) {
            Reference.put(s, at, valueRun, writes.id(), valueBytes);
        } else {
            putValue(s, Bytes.putVarint(s, at, valueBytes), value);
        }
        if (isLong || isOverflow) {
            path.addFlags(root, path.depth(), Reference.HAS_OVERFLOW);
        }
    }

    private void removeEntry(MemorySegment s, long page, int index) {
        EntryRuns.supersede(writes, s, page, index);
        LeafPage.remove(s, page, pageBytes, index);
    }

    /**
     * Removes an entry.
     *
     * @return whether it was there
     */
    public boolean delete(TreeRoot root, byte[] key, int keyBytes) {
        writes.beginOperation();
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
        writes.beginOperation();
        return removal.remove(root, from, to);
    }

    /** Removes everything. */
    public void clear(TreeRoot root) {
        writes.beginOperation();
        removal.clear(root);
    }
}
