package dev.coppice.engine.btree;

import dev.coppice.engine.page.LeafImage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.OverflowRun;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.error.CorruptStoreException;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Walks the entries of a tree between two bounds, in both directions. It stands before the first
 * entry, on one, or behind the last.
 *
 * <p>Thread safety: one thread. Lifetime: as long as the root's pages are pinned, and unchanged.
 */
public final class TreeCursor {
    /*
     * The leaf is copied into an array, see docs/decisions/0010-cursors-copy-leaves.md, and callers
     * may see ranges of it. Where the bounds cut a leaf is looked up when it is copied, so that a
     * step compares two numbers and no keys. In a leaf with deadlines every step goes the long way,
     * which asks for the time; elsewhere there is nothing to ask.
     */
    private static final int NONE = -1;

    private final int pageBytes;
    private final LeafImage leaf;
    private final TreePath path = new TreePath();
    private final LongSupplier clock;
    private boolean mayExpire;
    private PageMap pages;
    private TreeRoot root;
    private byte[] from;
    private byte[] to;
    private long lowRank = NONE;
    private long highRank = NONE;

    // Where it stands: entries [begin, limit) of the leaf are within the bounds.
    private boolean hasLeaf;
    private int index;
    private int begin;
    private int limit;

    /** A step in the leaf may go from entries at or above the first of these, below the other. */
    private int stepFrom;

    private int stepLimit;

    private byte[] keyArray = {};
    private int keyIndex = NONE;

    /** Creates a cursor over no tree; {@link #open} gives it one. */
    public TreeCursor(int pageBytes) {
        this(pageBytes, null);
    }

    private TreeCursor(int pageBytes, LongSupplier clock) {
        this.pageBytes = pageBytes;
        this.leaf = new LeafImage(pageBytes);
        this.clock = clock;
    }

    /** Creates a cursor before the first entry of a tree; it shows expired ones, too. */
    public TreeCursor(PageMap pages, TreeRoot root) {
        this(pages, root, null);
    }

    /** Creates a cursor before the first entry of a tree that has not expired by a clock. */
    public TreeCursor(PageMap pages, TreeRoot root, LongSupplier clock) {
        this(pages.pageBytes(), clock);
        open(pages, root);
    }

    /** Stands before the first entry of a tree, within the bounds it has. */
    public void open(PageMap newPages, TreeRoot newRoot) {
        pages = newPages;
        root = newRoot;
        mayExpire = clock != null && newRoot.mayExpire();
        hasLeaf = false;
        lowRank = NONE;
        highRank = NONE;
    }

    /** Keeps to the keys in [from, to), null for no bound, and stands before the first of them. */
    public void within(byte[] newFrom, byte[] newTo) {
        from = newFrom;
        to = newTo;
        open(pages, root);
    }

    /** {@return whether the cursor stands on an entry} */
    public boolean isOnEntry() {
        return hasLeaf && index >= begin && index < limit;
    }

    /** Goes to the first entry; returns whether there is one. */
    public boolean first() {
        return upwards(toFirst());
    }

    private boolean toFirst() {
        return from == null ? start() && toEdge(true) : seekUp(from, from.length, true);
    }

    /** Goes to the last entry; returns whether there is one. */
    public boolean last() {
        return downwards(toLast());
    }

    private boolean toLast() {
        return to == null ? start() && toEdge(false) : seekDown(to, to.length, false);
    }

    /** Goes on, from an entry that has expired to the next that has not. */
    private boolean upwards(boolean isThere) {
        return isThere && (!isExpired(index) || next());
    }

    private boolean downwards(boolean isThere) {
        return isThere && (!isExpired(index) || previous());
    }

    /** {@return whether entries of the leaf that was copied may have deadlines} */
    public boolean mayExpire() {
        return mayExpire && leaf.mayExpire();
    }

    /** {@return whether entry {@code at} of the leaf has expired} */
    public boolean isExpired(int at) {
        if (!mayExpire()) {
            return false;
        }
        long deadline = leaf.deadline(at);
        return deadline != LeafPage.NO_DEADLINE && clock.getAsLong() >= deadline;
    }

    /** {@return the deadline of this entry, or {@link LeafPage#NO_DEADLINE}} */
    public long deadline() {
        return leaf.deadline(index);
    }

    /** Goes to the first entry whose key is not below {@code key}; returns whether there is one. */
    public boolean seek(byte[] key, int keyBytes) {
        return upwards(seekUp(key, keyBytes, true));
    }

    /** Goes to the first entry whose key is above {@code key}; returns whether there is one. */
    public boolean seekHigher(byte[] key, int keyBytes) {
        return upwards(seekUp(key, keyBytes, false));
    }

    /** Goes to the last entry whose key is not above {@code key}; returns whether there is one. */
    public boolean seekFloor(byte[] key, int keyBytes) {
        return downwards(seekDown(key, keyBytes, true));
    }

    /** Goes to the last entry whose key is below {@code key}; returns whether there is one. */
    public boolean seekLower(byte[] key, int keyBytes) {
        return downwards(seekDown(key, keyBytes, false));
    }

    /**
     * Goes to the entry with that key; returns whether it is there and within the bounds. If not,
     * the cursor stands before the first entry.
     */
    public boolean seekExact(byte[] key, int keyBytes) {
        if (start()) {
            index = descend(key, keyBytes);
            hasLeaf = index >= begin && index < limit && !isExpired(index);
        }
        return hasLeaf;
    }

    private boolean seekUp(byte[] key, int keyBytes, boolean isInclusive) {
        byte[] bound = boundBefore(key, keyBytes);
        if (bound != null) {
            return seekUp(bound, bound.length, true);
        }
        if (!start()) {
            return false;
        }
        int found = descend(key, keyBytes);
        index = Math.max(begin, found >= 0 && !isInclusive ? found + 1 : place(found));
        return index < limit || nextLeaf();
    }

    private boolean seekDown(byte[] key, int keyBytes, boolean isInclusive) {
        byte[] bound = boundBefore(key, keyBytes);
        if (bound != null) {
            return seekDown(bound, bound.length, false);
        }
        if (!start()) {
            return false;
        }
        int found = descend(key, keyBytes);
        index = Math.min(limit, found >= 0 && isInclusive ? found + 1 : place(found)) - 1;
        return index >= begin || previousLeaf();
    }

    /** {@return the bound that the key lies outside of, or null} */
    private byte[] boundBefore(byte[] key, int keyBytes) {
        if (from != null && compare(key, keyBytes, from) < 0) {
            return from;
        }
        return to != null && compare(key, keyBytes, to) > 0 ? to : null;
    }

    private static int compare(byte[] key, int keyBytes, byte[] bound) {
        return Arrays.compareUnsigned(key, 0, keyBytes, bound, 0, bound.length);
    }

    /** {@return the index at which a key that was looked up stands or would stand} */
    private static int place(int found) {
        return found < 0 ? -1 - found : found;
    }

    /** Goes one entry on; returns whether there is one. */
    public boolean next() {
        boolean isThere = nextInLeaf() || nextPresent();
        while (isThere && isExpired(index)) {
            isThere = nextPresent();
        }
        return isThere;
    }

    private boolean nextPresent() {
        if (hasLeaf && index < limit - 1) {
            index++;
            return true;
        }
        return hasLeaf ? nextLeaf() : toFirst();
    }

    /** Goes one entry back; returns whether there is one. */
    public boolean previous() {
        boolean isThere = previousInLeaf() || previousPresent();
        while (isThere && isExpired(index)) {
            isThere = previousPresent();
        }
        return isThere;
    }

    private boolean previousPresent() {
        if (hasLeaf && index > begin) {
            index--;
            return true;
        }
        return hasLeaf ? previousLeaf() : toLast();
    }

    /**
     * Goes one entry on where that lies in the leaf that was copied, which has no deadlines; if
     * not, it stays.
     */
    public boolean nextInLeaf() {
        if (hasLeaf && index < stepLimit) {
            index++;
            return true;
        }
        return false;
    }

    /**
     * Goes one entry back where that lies in the leaf that was copied, which has no deadlines; if
     * not, it stays.
     */
    public boolean previousInLeaf() {
        if (hasLeaf && index > stepFrom) {
            index--;
            return true;
        }
        return false;
    }

    /**
     * Goes {@code distance} entries on, or back where it is negative; returns whether there are so
     * many. If not, it stands before the first entry. Where entries may expire, it goes step by
     * step. Requires: isOnEntry().
     */
    public boolean skip(long distance) {
        if (mayExpire) {
            hasLeaf = walk(distance);
            return hasLeaf;
        }
        long target = index + distance;
        if (target >= begin && target < limit) {
            index = (int) target;
            return true;
        }
        long rank = rank();
        boolean isInside =
                distance < 0 ? distance >= lowRank() - rank : distance < highRank() - rank;
        if (!isInside) {
            hasLeaf = false;
            return false;
        }
        start();
        descend(rank + distance);
        return true;
    }

    private boolean walk(long distance) {
        boolean isThere = true;
        for (long left = Math.abs(distance); isThere && left > 0; left--) {
            isThere = distance < 0 ? previous() : next();
        }
        return isThere;
    }

    /** {@return how many entries of the tree are before this one} Requires: isOnEntry(). */
    public long rank() {
        return path.rank() + index;
    }

    /** {@return how many entries of the tree are below the lower bound} */
    public long lowRank() {
        if (lowRank == NONE) {
            lowRank = from == null ? 0 : rank(from, from.length);
        }
        return lowRank;
    }

    /** {@return how many entries of the tree are below the upper bound} */
    public long highRank() {
        if (highRank == NONE) {
            highRank = to == null ? root.count() : rank(to, to.length);
        }
        return highRank;
    }

    /** {@return how many entries of the tree are below a key} */
    public long rank(byte[] key, int keyBytes) {
        return TreeReader.rank(pages, root, key, keyBytes);
    }

    /** {@return how many entries of the tree are not above a key} */
    public long rankBehind(byte[] key, int keyBytes) {
        boolean isThere = TreeReader.find(pages, root, key, keyBytes) != TreeReader.ABSENT;
        return rank(key, keyBytes) + (isThere ? 1 : 0);
    }

    /** {@return the copy of the leaf it stands in} */
    public LeafImage leaf() {
        return leaf;
    }

    /** {@return the pages that the leaf's references lead to} */
    public PageMap pages() {
        return pages;
    }

    /** {@return which entry of the leaf it stands on} */
    public int index() {
        return index;
    }

    /** {@return the index behind the last entry of the leaf within the bounds} */
    public int limit() {
        return limit;
    }

    /** Goes to another entry of the leaf it stands in, within the bounds. */
    public void toIndex(int newIndex) {
        assert newIndex >= begin && newIndex < limit : newIndex;
        index = newIndex;
    }

    /** {@return the length of the key of this entry} */
    public int keyBytes() {
        return leaf.keyBytes(index);
    }

    /** {@return whether the end of this entry's key lies outside its leaf} */
    public boolean isLongKey() {
        return leaf.isLongKey(index);
    }

    /** {@return an array that starts with this entry's key; the next move may change it} */
    public byte[] keyArray() {
        if (keyIndex != index) {
            readKey();
        }
        return keyArray;
    }

    private void readKey() {
        int keyBytes = leaf.keyBytes(index);
        boolean isFirstOfLeaf = keyIndex == NONE;
        keyIndex = NONE;
        if (keyArray.length < keyBytes) {
            keyArray = new byte[Math.max(keyBytes, PageSize.inlineKeyBytes(pageBytes))];
            isFirstOfLeaf = true;
        }
        if (isFirstOfLeaf) {
            leaf.copyWholeKey(index, pages, keyArray, 0);
        } else {
            leaf.copyNextKey(index, pages, keyArray);
        }
        keyIndex = index;
    }

    /** {@return a copy of this entry's key} */
    public byte[] key() {
        return Arrays.copyOf(keyArray(), keyBytes());
    }

    /** {@return whether the value of this entry lies outside its leaf} */
    public boolean isOverflow() {
        return leaf.isOverflow(index);
    }

    /** {@return the length of the value of this entry} */
    public long valueBytes() {
        return leaf.valueBytes(index);
    }

    /** {@return the length of the value of this entry, which lies in the file} */
    public int valueArrayBytes() {
        long bytes = leaf.valueBytes(index);
        if (leaf.isOverflow(index)) {
            TreeReader.requireRunInFile(pages, leaf.valueRunPage(index), bytes);
        }
        return (int) bytes;
    }

    /** {@return a copy of this entry's value} */
    public byte[] value() {
        byte[] value = new byte[valueArrayBytes()];
        copyValue(value, 0);
        return value;
    }

    /**
     * {@return a copy of this entry's value, to be stored elsewhere} The checksums of one in pages
     * of its own are compared in any case: damage would be given some that are right.
     */
    public byte[] valueToStore() {
        if (!leaf.isOverflow(index)) {
            return value();
        }
        byte[] value = new byte[valueArrayBytes()];
        long first = leaf.valueRunPage(index);
        long birth = leaf.valueRunBirth(index);
        OverflowRun.read(pages, first, birth, value.length, 0, value, 0, value.length);
        return value;
    }

    /** Copies this entry's value if it fits; returns its length. */
    public long copyValue(byte[] target, int at) {
        long bytes = leaf.valueBytes(index);
        if (bytes > target.length - at) {
            return bytes;
        }
        if (leaf.isOverflow(index)) {
            long first = leaf.valueRunPage(index);
            long birth = leaf.valueRunBirth(index);
            OverflowRun.copy(pages, first, birth, (int) bytes, target, at);
        } else {
            System.arraycopy(leaf.bytes(), leaf.valueOffset(index), target, at, (int) bytes);
        }
        return bytes;
    }

    /** Lets go of the leaf and starts at the root; returns whether there is one. */
    private boolean start() {
        hasLeaf = false;
        if (root.isEmpty()) {
            return false;
        }
        path.start(pages, root);
        return true;
    }

    private int descend(byte[] key, int keyBytes) {
        while (!path.isAtLeaf()) {
            path.follow(key, keyBytes);
        }
        // The copy brings the page into the cache in one stream; a search would miss step by step.
        load(true, true);
        return path.find(key, keyBytes);
    }

    private void descend(long rank) {
        long rest = rank;
        while (!path.isAtLeaf()) {
            rest = path.followRank(rest);
        }
        load(true, true);
        if (rest < begin || rest >= limit) {
            throw new CorruptStoreException(path.pageId(), "entries below a page", limit, rest);
        }
        index = (int) rest;
    }

    /** Descends to the first or last leaf of what the path has come to, and its edge. */
    private boolean toEdge(boolean isFirst) {
        while (!path.isAtLeaf()) {
            path.followEdge(isFirst);
        }
        load(!isFirst, isFirst);
        index = isFirst ? begin : limit - 1;
        return isOnEntry();
    }

    private boolean nextLeaf() {
        if (limit == leaf.count() && path.turnNext()) {
            return toEdge(true);
        }
        index = limit;
        return false;
    }

    private boolean previousLeaf() {
        if (begin == 0 && path.turnPrevious()) {
            return toEdge(false);
        }
        index = begin - 1;
        return false;
    }

    /** Copies the leaf that the path has come to, and looks up the bounds that may cut it. */
    private void load(boolean mayStartBefore, boolean mayEndBehind) {
        keyIndex = NONE;
        leaf.load(path.segment(), path.page());
        begin = from != null && mayStartBefore ? place(path.find(from, from.length)) : 0;
        limit = to != null && mayEndBehind ? place(path.find(to, to.length)) : leaf.count();
        boolean isPlain = !mayExpire();
        stepFrom = isPlain ? begin : Integer.MAX_VALUE;
        stepLimit = isPlain ? limit - 1 : NONE;
        hasLeaf = true;
    }
}
