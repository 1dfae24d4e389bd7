package dev.coppice.engine.btree;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
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
        writes.beginOperation();
        path.descend(root, key, keyBytes);
        return putAtLeaf(root, key, keyBytes, value, from, valueBytes);
    }

    /**
     * Stores an entry whose key is above all others.
     *
     * @return whether it was; if not, nothing was stored
     */
    public boolean append(
            TreeRoot root, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
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
            leaveSpare(root, key, keyBytes, valueBytes);
        }
        putAtLeaf(root, key, keyBytes, value, from, valueBytes);
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

    private boolean putAtLeaf(
            TreeRoot root, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        PageMap pages = writes.pages();
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
                if (overwrite(s, page, index, isOverflow, value, from, valueBytes)) {
                    return false;
                }
                removeEntry(s, page, index);
                path.addCount(root, -1);
            } else {
                index = -1 - index;
            }
            int payload = isOverflow ? Reference.BYTES : LeafPage.inlinePayloadBytes(valueBytes);
            if (room.make(leaf, key, keyBytes, payload, isOverflow)) {
                insert(root, leaf, index, key, keyBytes, isOverflow, value, from, valueBytes);
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

    private boolean overwrite(
            MemorySegment s,
            long page,
            int index,
            boolean isOverflow,
            byte[] value,
            int from,
            int valueBytes) {
        if (isOverflow
                || LeafPage.isOverflow(s, page, index)
                || LeafPage.valueBytes(s, page, pageBytes, index) != valueBytes) {
            return false;
        }
        long field = LeafPage.inlineValue(s, page, pageBytes, index);
        MemorySegment.copy(value, from, s, Bytes.U8, Bytes.skipVarint(s, field), valueBytes);
        return true;
    }

    private void insert(
            TreeRoot root,
            long leaf,
            int index,
            byte[] key,
            int keyBytes,
            boolean isOverflow,
            byte[] value,
            int from,
            int valueBytes) {
        MemorySegment s = writes.pages().segment(leaf);
        long page = writes.pages().position(leaf);
        int payload = isOverflow ? Reference.BYTES : LeafPage.inlinePayloadBytes(valueBytes);
        int inline = writes.pageSize().inlineKeyBytes();
        long keyRun = keyBytes > inline ? writes.writeRun(key, inline, keyBytes - inline) : 0;
        long valueRun = isOverflow ? writes.writeRun(value, from, valueBytes) : 0;
        int flags = isOverflow ? LeafPage.OVERFLOW : 0;
        long at = LeafPage.insert(s, page, pageBytes, index, key, keyBytes, flags, payload);
        if (keyRun != 0) {
            Reference.put(s, at, keyRun, writes.id(), keyBytes - inline);
            at += Reference.BYTES;
        }
        if (isOverflow) {
            Reference.put(s, at, valueRun, writes.id(), valueBytes);
        } else {
            at = Bytes.putVarint(s, at, valueBytes);
            MemorySegment.copy(value, from, s, Bytes.U8, at, valueBytes);
        }
        if (keyRun != 0 || isOverflow) {
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
