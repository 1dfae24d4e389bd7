package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Looks many keys up together, level by level, so that the cache misses of different keys overlap.
 * On each level three rounds go over the keys of a group: load what the search of their pages
 * needs; search the heads, and load the entries and references that they lead to; compare those.
 *
 * <p>Thread safety: one thread.
 */
public final class MultiFind {
    /**
     * Their lines of a level fit the nearest cache, and the misses are more than it takes at once.
     */
    private static final int GROUP = 32;

    /** An entry with a small value. */
    private static final int ENTRY_LINES = 3;

    private final long[] pageIds = new long[GROUP];
    private final long[] births = new long[GROUP];
    private final int[] candidates = new int[GROUP];

    /** Where the pages are, and then the entries that the searches led to. */
    private final MemorySegment[] segments = new MemorySegment[GROUP];

    private final long[] positions = new long[GROUP];

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
            search(pages, keys, from, size, level);
            for (int i = 0; i < size; i++) {
                descend(pages, keys[from + i], i);
            }
        }
        search(pages, keys, from, size, 0);
        for (int i = 0; i < size; i++) {
            int index = index(pages, keys[from + i], i);
            found[from + i] = index < 0 ? TreeReader.ABSENT : pageIds[i] << 16 | index;
        }
        Arrays.fill(segments, null);
    }

    private void search(PageMap pages, byte[][] keys, int from, int size, int level) {
        for (int i = 0; i < size; i++) {
            segments[i] = pages.segment(pageIds[i]);
            positions[i] = pages.position(pageIds[i]);
        }
        int sum = touchLines(size, level == 0 ? SlottedPage.LEAF_LINES : SlottedPage.BRANCH_LINES);
        for (int i = 0; i < size; i++) {
            byte[] key = keys[from + i];
            MemorySegment s = pages.visit(pageIds[i], births[i], level);
            long page = positions[i];
            int at = SlottedPage.candidate(s, page, key, key.length);
            candidates[i] = at;
            positions[i] = SlottedPage.nextRead(s, page, at < 0 ? -1 - at : at);
        }
        touched = sum + touchLines(size, ENTRY_LINES);
    }

    private int touchLines(int size, int lines) {
        int sum = 0;
        for (int line = 0; line < lines; line++) {
            sum += touch(size, line * SlottedPage.LINE_BYTES);
        }
        return sum;
    }

    /** Loads a byte for each key: nothing else is done here, so that many loads are under way. */
    private int touch(int size, long offset) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            MemorySegment s = segments[i];
            sum += s.get(Bytes.U8, Math.min(positions[i] + offset, s.byteSize() - 1));
        }
        return sum;
    }

    private void descend(PageMap pages, byte[] key, int i) {
        int found = index(pages, key, i);
        int child = found >= 0 ? found + 1 : -1 - found;
        MemorySegment s = segments[i];
        long reference = BranchPage.child(s, pages.position(pageIds[i]), child);
        pageIds[i] = Reference.pageId(Reference.word(s, reference));
        births[i] = Reference.birth(s, reference);
    }

    /** {@return what {@link SlottedPage#find} returns for key {@code i} of the group} */
    private int index(PageMap pages, byte[] key, int i) {
        int at = candidates[i];
        if (at < 0) {
            return at;
        }
        long page = pages.position(pageIds[i]);
        int pageBytes = pages.pageBytes();
        return SlottedPage.confirm(segments[i], page, pageBytes, key, key.length, pages, at);
    }

    /** {@return a number without meaning} */
    int touched() {
        return touched;
    }
}
