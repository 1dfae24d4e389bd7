package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Goes through a tree in the order of its keys and finds what a vacuum has to do: pages and runs at
 * the end of the file, and leaves that hold so little that neighbours can be put together. Between
 * two finds it keeps a key and no page, so that the tree may change.
 *
 * <p>Thread safety: one thread.
 */
public final class VacuumScan {
    /*
     * Branches of level 1 say where their leaves lie; a leaf is read only where a reference says
     * that it owns runs, or to learn how full it is. What a root sees that is kept for long is left
     * where it is: its copy would make nothing free.
     */
    private final long limitPage;
    private final long heldTxn;
    private final boolean packs;
    private byte[] place = {};
    private int placeBytes;
    private boolean isDone;
    private boolean isOutOfRoom;
    private long moved;

    // The separator behind the branch that it looks at.
    private byte[] fence = {};
    private int fenceBytes;
    private boolean hasFence;

    /**
     * Creates a scan that begins before the first key.
     *
     * @param limitPage pages from here on are to be moved
     * @param heldTxn pages that were born up to here stay where they are
     * @param packs whether leaves are put together, too
     */
    public VacuumScan(long limitPage, long heldTxn, boolean packs) {
        this.limitPage = limitPage;
        this.heldTxn = heldTxn;
        this.packs = packs;
    }

    /** {@return whether it has gone through the whole tree} */
    public boolean isDone() {
        return isDone;
    }

    /** {@return whether there was no room below the limit to move anything} */
    public boolean isOutOfRoom() {
        return isOutOfRoom;
    }

    /** {@return leaves that were moved or put together, and pages of runs that were moved} */
    public long moved() {
        return moved;
    }

    void moved(long pages) {
        moved += pages;
    }

    void outOfRoom() {
        isOutOfRoom = true;
        isDone = true;
    }

    byte[] place() {
        return place;
    }

    int placeBytes() {
        return placeBytes;
    }

    /** Goes to before a key. */
    void goTo(byte[] key, int keyBytes) {
        place = reserve(place, keyBytes);
        System.arraycopy(key, 0, place, 0, keyBytes);
        placeBytes = keyBytes;
    }

    void done() {
        isDone = true;
    }

    /**
     * Goes to before the next place where there is something to do.
     *
     * @param maxBranches most branches above leaves to look at
     * @return whether there is one; if not, it has gone through all, or as many as it may
     */
    public boolean find(PageMap pages, TreeRoot root, int maxBranches) {
        isDone |= root.isEmpty();
        for (int looked = 0; looked < maxBranches && !isDone; looked++) {
            if (descend(pages, root)) {
                return true;
            }
            if (hasFence) {
                goTo(fence, fenceBytes);
            } else {
                isDone = true;
            }
        }
        return false;
    }

    private boolean descend(PageMap pages, TreeRoot root) {
        long word = root.word();
        long birth = root.birth();
        int level = -1;
        boolean isAbove = false;
        hasFence = false;
        while (true) {
            long pageId = Reference.pageId(word);
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            isAbove |= isMoved(pageId, birth) || hasMovedRuns(pages, s, page, word);
            if (level == 0) {
                return isAbove;
            }
            int child =
                    placeBytes == 0
                            ? 0
                            : BranchPage.childFor(
                                    s, page, pages.pageBytes(), place, placeBytes, pages);
            if (level == 1) {
                keepFence(pages, s, page, PageHeader.count(s, page), true);
                return isAbove || findChild(pages, s, page, child);
            }
            keepFence(pages, s, page, child, false);
            long reference = BranchPage.child(s, page, child);
            word = Reference.word(s, reference);
            birth = Reference.birth(s, reference);
            level--;
        }
    }

    /** Remembers the separator behind a child of a branch, unless that is the last one. */
    private void keepFence(PageMap pages, MemorySegment s, long page, int child, boolean isBottom) {
        if (!isBottom && child < PageHeader.count(s, page)) {
            fence = reserve(fence, SlottedPage.keyBytes(s, page, child));
            fenceBytes = TreeReader.readKey(pages, s, page, child, fence);
            hasFence = true;
        }
    }

    /** Goes to before the first child of a branch of level 1 with something to do. */
    private boolean findChild(PageMap pages, MemorySegment s, long page, int first) {
        int count = PageHeader.count(s, page);
        for (int child = first; child <= count; child++) {
            long reference = BranchPage.child(s, page, child);
            boolean isWanted =
                    isMoved(
                                    Reference.pageId(Reference.word(s, reference)),
                                    Reference.birth(s, reference))
                            || ownsMovedRuns(pages, s, reference)
                            || isSparse(pages, s, page, child);
            if (isWanted) {
                if (child > first) {
                    place = reserve(place, SlottedPage.keyBytes(s, page, child - 1));
                    placeBytes = TreeReader.readKey(pages, s, page, child - 1, place);
                }
                return true;
            }
        }
        return false;
    }

    /** {@return whether a page or run is to be moved} */
    boolean isMoved(long pageId, long birth) {
        return pageId >= limitPage && birth > heldTxn;
    }

    /** {@return whether a run is to be moved} */
    boolean isRunMoved(PageSize pageSize, long firstPage, long birth, long runBytes) {
        return firstPage + pageSize.runPages(runBytes) > limitPage && birth > heldTxn;
    }

    private boolean ownsMovedRuns(PageMap pages, MemorySegment s, long reference) {
        long word = Reference.word(s, reference);
        if ((Reference.flags(word) & Reference.HAS_OVERFLOW) == 0) {
            return false;
        }
        long pageId = Reference.pageId(word);
        MemorySegment leaf = pages.visit(pageId, Reference.birth(s, reference), 0);
        return hasMovedRuns(pages, leaf, pages.position(pageId), word);
    }

    private boolean hasMovedRuns(PageMap pages, MemorySegment s, long page, long word) {
        if ((Reference.flags(word) & Reference.HAS_OVERFLOW) == 0) {
            return false;
        }
        PageSize pageSize = new PageSize(pages.pageBytes());
        boolean[] found = new boolean[1];
        EntryRuns.forEach(
                s,
                page,
                pages.pageBytes(),
                (first, birth, runBytes) ->
                        found[0] |= isRunMoved(pageSize, first, birth, runBytes));
        return found[0];
    }

    /** {@return whether a leaf and the one behind it, below one branch, are to be put together} */
    boolean isSparse(PageMap pages, MemorySegment s, long page, int child) {
        if (!packs || child >= PageHeader.count(s, page)) {
            return false;
        }
        long left = BranchPage.child(s, page, child);
        long right = BranchPage.child(s, page, child + 1);
        if (Reference.birth(s, left) <= heldTxn || Reference.birth(s, right) <= heldTxn) {
            return false;
        }
        // A half of a page, of the two that they take.
        return freeBytes(pages, s, left) + freeBytes(pages, s, right) >= pages.pageBytes() / 2;
    }

    private static int freeBytes(PageMap pages, MemorySegment s, long reference) {
        long pageId = Reference.pageId(Reference.word(s, reference));
        MemorySegment leaf = pages.visit(pageId, Reference.birth(s, reference), 0);
        return SlottedPage.freeBytes(leaf, pages.position(pageId), pages.pageBytes());
    }

    private static byte[] reserve(byte[] array, int bytes) {
        return array.length < bytes
                ? Arrays.copyOf(array, Math.max(bytes, 2 * array.length))
                : array;
    }
}
