package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The way from a root to a leaf, for readers: the branches passed, and the page that it has come
 * to. It is kept, since leaves have no siblings.
 *
 * <p>Thread safety: one thread. Lifetime: as long as the root's pages are pinned, and unchanged.
 */
final class TreePath {
    private static final int SHALLOW = 8;

    private PageMap pages;

    // The branches above the page.
    private long[] branchIds = new long[SHALLOW];
    private long[] births = new long[SHALLOW];
    private int[] children = new int[SHALLOW];
    private int depth;

    private long pageId;
    private long birth;
    private int level;
    private MemorySegment segment;
    private long page;

    /** Starts at a root. Requires: the tree is not empty. */
    void start(PageMap newPages, TreeRoot root) {
        pages = newPages;
        depth = 0;
        pageId = root.pageId();
        birth = root.birth();
        level = -1;
    }

    /** Looks at the page that the path has come to; returns whether it is a leaf. */
    boolean isAtLeaf() {
        segment = pages.visit(pageId, birth, level);
        page = pages.position(pageId);
        level = PageHeader.level(segment, page);
        return level == 0;
    }

    MemorySegment segment() {
        return segment;
    }

    long page() {
        return page;
    }

    long pageId() {
        return pageId;
    }

    /** {@return the place of a key in the page, see {@link SlottedPage#find}} */
    int find(byte[] key, int keyBytes) {
        return SlottedPage.find(segment, page, pages.pageBytes(), key, keyBytes, pages);
    }

    /** Goes on to the child that a key belongs to. */
    void follow(byte[] key, int keyBytes) {
        int bytes = pages.pageBytes();
        follow(BranchPage.childFor(segment, page, bytes, key, keyBytes, pages));
    }

    /** Goes on to the child with an entry; returns the rank of the entry below that child. */
    long followRank(long rank) {
        long rest = rank;
        int last = lastChild();
        int child = 0;
        long count = Reference.count(segment, BranchPage.child(segment, page, 0));
        while (rest >= count && child < last) {
            rest -= count;
            count = Reference.count(segment, BranchPage.child(segment, page, ++child));
        }
        follow(child);
        return rest;
    }

    /** Goes on to the first or the last child. */
    void followEdge(boolean isFirst) {
        follow(isFirst ? 0 : lastChild());
    }

    private int lastChild() {
        return BranchPage.children(segment, page) - 1;
    }

    private void follow(int child) {
        if (depth == branchIds.length) {
            branchIds = Arrays.copyOf(branchIds, 2 * depth);
            births = Arrays.copyOf(births, 2 * depth);
            children = Arrays.copyOf(children, 2 * depth);
        }
        branchIds[depth] = pageId;
        births[depth] = birth;
        children[depth++] = child;
        long reference = BranchPage.child(segment, page, child);
        pageId = Reference.pageId(Reference.word(segment, reference));
        birth = Reference.birth(segment, reference);
        level--;
    }

    /**
     * Turns to what lies behind the page, in its parent or above; if there is nothing, it stays.
     */
    boolean turnNext() {
        for (int at = depth - 1; at >= 0; at--) {
            look(at);
            if (children[at] < lastChild()) {
                depth = at;
                follow(children[at] + 1);
                return true;
            }
        }
        return false;
    }

    /**
     * Turns to what lies before the page, in its parent or above; if there is nothing, it stays.
     */
    boolean turnPrevious() {
        for (int at = depth - 1; at >= 0; at--) {
            if (children[at] > 0) {
                look(at);
                depth = at;
                follow(children[at] - 1);
                return true;
            }
        }
        return false;
    }

    private void look(int at) {
        pageId = branchIds[at];
        birth = births[at];
        level = -1;
        isAtLeaf();
    }

    /** {@return how many entries of the tree are before the first of the leaf} */
    long rank() {
        long rank = 0;
        for (int at = 0; at < depth; at++) {
            look(at);
            for (int child = 0; child < children[at]; child++) {
                rank += Reference.count(segment, BranchPage.child(segment, page, child));
            }
        }
        return rank;
    }
}
