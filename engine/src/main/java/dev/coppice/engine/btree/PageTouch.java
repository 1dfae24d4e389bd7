package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;

/**
 * Reads pages of trees for no other purpose than to have them in memory: all branches of a range,
 * then its leaves, as far as a budget reaches. Branches are checked as in a lookup; of a leaf the
 * first byte is read. Runs of large values are left alone.
 *
 * <p>Thread safety: one thread.
 */
public final class PageTouch {
    private final PageMap pages;
    private long budget;
    private long touched;
    private boolean isForLeaves;
    private long sum;

    /**
     * Creates what touches pages.
     *
     * @param maxPages most pages to read
     */
    public PageTouch(PageMap pages, long maxPages) {
        this.pages = pages;
        this.budget = maxPages;
    }

    /** {@return pages that were read, each counted once} */
    public long touched() {
        return touched;
    }

    /** {@return a number made of what was read, so that no compiler leaves the reading out} */
    public long sum() {
        return sum;
    }

    /**
     * Reads the branches that lead to keys in [from, to), null for no bound.
     *
     * @return whether the budget was enough
     */
    public boolean branches(TreeRoot root, byte[] from, byte[] to) {
        isForLeaves = false;
        return touch(root, from, to);
    }

    /**
     * Reads the leaves that may have keys in [from, to), null for no bound.
     *
     * @return whether the budget was enough
     */
    public boolean leaves(TreeRoot root, byte[] from, byte[] to) {
        isForLeaves = true;
        return touch(root, from, to);
    }

    private boolean touch(TreeRoot root, byte[] from, byte[] to) {
        return root.isEmpty() || subtree(root.pageId(), root.birth(), -1, from, to);
    }

    private boolean subtree(long pageId, long birth, int level, byte[] from, byte[] to) {
        if (budget <= 0) {
            return false;
        }
        MemorySegment s = pages.visit(pageId, birth, level);
        long page = pages.position(pageId);
        int found = PageHeader.level(s, page);
        if (isForLeaves == (found == 0)) {
            budget--;
            touched++;
        }
        return found == 0 || children(s, page, found, from, to);
    }

    private boolean children(MemorySegment s, long page, int level, byte[] from, byte[] to) {
        int last = BranchPage.children(s, page) - 1;
        int first = from == null ? 0 : childFor(s, page, from);
        int limit = to == null ? last : Math.min(last, childFor(s, page, to));
        boolean isEnough = true;
        for (int child = first; child <= limit && isEnough; child++) {
            long reference = BranchPage.child(s, page, child);
            long pageId = Reference.pageId(Reference.word(s, reference));
            if (level > 1) {
                isEnough =
                        subtree(
                                pageId,
                                Reference.birth(s, reference),
                                level - 1,
                                child == first ? from : null,
                                child == limit ? to : null);
            } else if (isForLeaves) {
                isEnough = leaf(pageId);
            }
        }
        return isEnough;
    }

    private int childFor(MemorySegment s, long page, byte[] key) {
        return BranchPage.childFor(s, page, pages.pageBytes(), key, key.length, pages);
    }

    private boolean leaf(long pageId) {
        if (budget <= 0) {
            return false;
        }
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        if (page >= s.byteSize()) {
            throw new CorruptStoreException(pageId, "page " + pageId + " lies outside the file");
        }
        sum += s.get(Bytes.U8, page);
        budget--;
        touched++;
        return true;
    }
}
