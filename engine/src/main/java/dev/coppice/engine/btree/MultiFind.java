package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Looks many keys up together, level by level, so that the cache misses of different keys overlap:
 * the pages of all keys of a group are touched before the first of them is searched.
 *
 * <p>Thread safety: one thread.
 */
public final class MultiFind {
    /** As many misses as a core has in flight, about. */
    private static final int GROUP = 16;

    private final long[] pageIds = new long[GROUP];
    private final long[] births = new long[GROUP];

    /** What the touched bytes add up to, so that the loads are not dropped. */
    private int touched;

    /**
     * Finds keys; each result is what {@link TreeReader#find} returns.
     *
     * @param found receives the places of the first {@code count} keys
     */
    public void find(PageMap pages, TreeRoot root, byte[][] keys, int count, long[] found) {
        if (root.isEmpty()) {
            Arrays.fill(found, 0, count, TreeReader.ABSENT);
            return;
        }
        for (int from = 0; from < count; from += GROUP) {
            findGroup(pages, root, keys, from, Math.min(GROUP, count - from), found);
        }
    }

    private void findGroup(
            PageMap pages, TreeRoot root, byte[][] keys, int from, int size, long[] found) {
        Arrays.fill(pageIds, 0, size, root.pageId());
        Arrays.fill(births, 0, size, root.birth());
        MemorySegment s = pages.visit(root.pageId(), root.birth(), -1);
        int level = PageHeader.level(s, pages.position(root.pageId()));
        for (; level > 0; level--) {
            touch(pages, size);
            for (int i = 0; i < size; i++) {
                descend(pages, keys[from + i], i, level);
            }
        }
        touch(pages, size);
        for (int i = 0; i < size; i++) {
            found[from + i] = findInLeaf(pages, keys[from + i], i);
        }
    }

    /** Header, and the middle of the heads: what a search needs first. */
    private void touch(PageMap pages, int size) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            MemorySegment s = pages.segment(pageIds[i]);
            long page = pages.position(pageIds[i]);
            sum += SlottedPage.touch(s, page, pages.pageBytes());
        }
        touched = sum;
    }

    private void descend(PageMap pages, byte[] key, int i, int level) {
        MemorySegment s = pages.visit(pageIds[i], births[i], level);
        long page = pages.position(pageIds[i]);
        int child = BranchPage.childFor(s, page, pages.pageBytes(), key, key.length, pages);
        long reference = BranchPage.child(s, page, child);
        pageIds[i] = Reference.pageId(Reference.word(s, reference));
        births[i] = Reference.birth(s, reference);
    }

    private long findInLeaf(PageMap pages, byte[] key, int i) {
        MemorySegment s = pages.visit(pageIds[i], births[i], 0);
        long page = pages.position(pageIds[i]);
        int index = SlottedPage.find(s, page, pages.pageBytes(), key, key.length, pages);
        return index < 0 ? TreeReader.ABSENT : pageIds[i] << 16 | index;
    }

    /** {@return a number without meaning} */
    int touched() {
        return touched;
    }
}
