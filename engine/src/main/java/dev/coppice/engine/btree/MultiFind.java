package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Looks many keys up together, level by level, so that the cache misses of different keys overlap.
 * On each level rounds go over the keys of a group: load what the search of their pages needs;
 * search the heads, and load the entries and references that they lead to; compare those.
 *
 * <p>Thread safety: one thread.
 */
public final class MultiFind {
    /** Their lines of a level fit the nearest cache. */
    private static final int GROUP = 64;

    /** The branches from this level on up are few: they lie in the caches. */
    private static final int FEW_PAGES = 2;

    private final long[] pageIds = new long[GROUP];
    private final long[] births = new long[GROUP];
    private final int[] candidates = new int[GROUP];

    /** What the loads that were made ahead add up to, so that they are not left out. */
    private int ahead;

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
        MemorySegment s = pages.visit(root.pageId(), root.birth(), -1);
        long rootPage = pages.position(root.pageId());
        int level = PageHeader.level(s, rootPage);
        if (level == 0) {
            Arrays.fill(pageIds, 0, size, root.pageId());
            Arrays.fill(births, 0, size, root.birth());
        } else {
            for (int i = 0; i < size; i++) {
                follow(pages, s, rootPage, keys[from + i], i);
            }
            level--;
        }
        for (; level >= FEW_PAGES; level--) {
            for (int i = 0; i < size; i++) {
                MemorySegment branch = pages.visitLoaded(pageIds[i], births[i], level);
                follow(pages, branch, pages.position(pageIds[i]), keys[from + i], i);
            }
        }
        for (; level > 0; level--) {
            load(pages, size, level);
            search(pages, keys, from, size, level);
            for (int i = 0; i < size; i++) {
                descend(pages, keys[from + i], i);
            }
        }
        load(pages, size, 0);
        search(pages, keys, from, size, 0);
        loadEntries(pages, size);
        for (int i = 0; i < size; i++) {
            int index = index(pages, keys[from + i], i);
            found[from + i] = index < 0 ? TreeReader.ABSENT : pageIds[i] << 16 | index;
        }
    }

    /** Loads the heads of the keys' pages; nothing waits here, so that many loads are under way. */
    private void load(PageMap pages, int size, int level) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += pages.load(pageIds[i], level);
        }
        ahead += sum;
    }

    private void search(PageMap pages, byte[][] keys, int from, int size, int level) {
        for (int i = 0; i < size; i++) {
            byte[] key = keys[from + i];
            MemorySegment s = pages.visitLoaded(pageIds[i], births[i], level);
            long page = pages.position(pageIds[i]);
            candidates[i] = SlottedPage.candidate(s, page, key, key.length);
        }
    }

    private void descend(PageMap pages, byte[] key, int i) {
        int found = index(pages, key, i);
        int child = found >= 0 ? found + 1 : -1 - found;
        descend(pages.segment(pageIds[i]), pages.position(pageIds[i]), child, i);
    }

    private void follow(PageMap pages, MemorySegment s, long page, byte[] key, int i) {
        int child = BranchPage.childFor(s, page, pages.pageBytes(), key, key.length, pages);
        descend(s, page, child, i);
    }

    private void descend(MemorySegment s, long page, int child, int i) {
        long reference = BranchPage.child(s, page, child);
        pageIds[i] = Reference.pageId(Reference.word(s, reference));
        births[i] = Reference.birth(s, reference);
    }

    private void loadEntries(PageMap pages, int size) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            int at = candidates[i];
            if (at >= 0) {
                MemorySegment s = pages.segment(pageIds[i]);
                long page = pages.position(pageIds[i]);
                sum += SlottedPage.touchEntry(s, page, pages.pageBytes(), at);
            }
        }
        ahead += sum;
    }

    /** {@return what {@link SlottedPage#find} returns for key {@code i} of the group} */
    private int index(PageMap pages, byte[] key, int i) {
        int at = candidates[i];
        if (at < 0) {
            return at;
        }
        long pageId = pageIds[i];
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        return SlottedPage.confirm(s, page, pages.pageBytes(), key, key.length, pages, at);
    }

    /** {@return a number without meaning} */
    int ahead() {
        return ahead;
    }
}
