package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import java.lang.foreign.MemorySegment;

/**
 * Reads the pages of a range of keys into memory, branches and leaves, up to a number of pages.
 *
 * <p>Thread safety: one thread.
 */
public final class PagePrefetch {
    private final PageMap pages;
    private long room;

    /** Prepares to read at most so many pages. */
    public PagePrefetch(PageMap pages, long maxPages) {
        this.pages = pages;
        this.room = maxPages;
    }

    /**
     * Reads the pages for keys in [from, to), from the lowest on.
     *
     * @param from null for no lower bound
     * @param to null for no upper bound
     * @return how many pages could have been read more
     */
    public long read(TreeRoot root, byte[] from, byte[] to) {
        if (!root.isEmpty()) {
            read(root.pageId(), root.birth(), -1, from, to);
        }
        return room;
    }

    private void read(long pageId, long birth, int level, byte[] from, byte[] to) {
        if (room == 0) {
            return;
        }
        room--;
        MemorySegment s = pages.visit(pageId, birth, level);
        long page = pages.position(pageId);
        int below = PageHeader.level(s, page) - 1;
        if (below < 0) {
            return;
        }
        int first = from == null ? 0 : child(s, page, from);
        int last = to == null ? BranchPage.children(s, page) - 1 : child(s, page, to);
        for (int i = first; i <= last; i++) {
            long reference = BranchPage.child(s, page, i);
            read(
                    Reference.pageId(Reference.word(s, reference)),
                    Reference.birth(s, reference),
                    below,
                    i == first ? from : null,
                    i == last ? to : null);
        }
    }

    private int child(MemorySegment s, long page, byte[] key) {
        return BranchPage.childFor(s, page, pages.pageBytes(), key, key.length, pages);
    }
}
