package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Removes a range of keys. Subtrees that lie in it are dropped whole: their leaves are not read
 * unless the references above say that they own overflow runs.
 *
 * <p>Thread safety: one writer.
 */
final class RangeRemoval {
    private final WriteSet writes;
    private final WritePath path;
    private final PageMerge merge;
    private final int pageBytes;

    RangeRemoval(WriteSet writes, WritePath path, PageMerge merge) {
        this.writes = writes;
        this.path = path;
        this.merge = merge;
        this.pageBytes = writes.pageSize().bytes();
    }

    /** Removes the keys in [from, to), null for no bound; returns how many there were. */
    long remove(TreeRoot root, byte[] from, byte[] to) {
        if (root.isEmpty() || isEmptyRange(from, to)) {
            return 0;
        }
        if (from == null && to == null) {
            long count = root.count();
            clear(root);
            return count;
        }
        if (count(root, from, to) == 0) {
            return 0;
        }
        long removed = removeIn(path.ownRoot(root), from, to);
        root.addCount(-removed);
        merge.repairRoot(root);
        return removed;
    }

    private static boolean isEmptyRange(byte[] from, byte[] to) {
        return from != null && to != null && Arrays.compareUnsigned(from, to) >= 0;
    }

    private long count(TreeRoot root, byte[] from, byte[] to) {
        PageMap pages = writes.pages();
        long below = from == null ? 0 : TreeReader.rank(pages, root, from, from.length);
        return (to == null ? root.count() : TreeReader.rank(pages, root, to, to.length)) - below;
    }

    /** Removes everything. */
    void clear(TreeRoot root) {
        if (!root.isEmpty()) {
            drop(root.word(), root.birth(), -1);
            root.set(0, 0, 0);
        }
    }

    private long removeIn(long pageId, byte[] from, byte[] to) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        if (PageHeader.level(s, page) == 0) {
            return removeInLeaf(s, page, from, to);
        }
        int count = PageHeader.count(s, page);
        int first = from == null ? 0 : childFor(s, page, from);
        int last = to == null ? count : childFor(s, page, to);
        if (first == last) {
            long removed = removeInChild(s, page, first, from, to);
            merge.repairChild(pageId, first);
            return removed;
        }
        long removed = removeInChild(s, page, first, from, null);
        removed += removeInChild(s, page, last, null, to);
        for (int child = last - 1; child > first; child--) {
            long reference = BranchPage.child(s, page, child);
            removed += Reference.count(s, reference);
            long birth = Reference.birth(s, reference);
            drop(Reference.word(s, reference), birth, PageHeader.level(s, page) - 1);
            EntryRuns.supersede(writes, s, page, child - 1);
            BranchPage.remove(s, page, pageBytes, child - 1, child);
        }
        repairEdges(pageId, first);
        return removed;
    }

    /** Repairs children {@code left} and left + 1; empty ones go first, lest one be merged. */
    private void repairEdges(long parent, int left) {
        boolean hasRight = !merge.removeIfEmpty(parent, left + 1);
        boolean hasLeft = !merge.removeIfEmpty(parent, left);
        if (hasRight) {
            merge.repairChild(parent, hasLeft ? left + 1 : left);
        }
        if (hasLeft) {
            merge.repairChild(parent, left);
        }
    }

    private int childFor(MemorySegment s, long page, byte[] key) {
        return BranchPage.childFor(s, page, pageBytes, key, key.length, writes.pages());
    }

    private long removeInLeaf(MemorySegment s, long page, byte[] from, byte[] to) {
        int first = from == null ? 0 : lowerIndex(s, page, from);
        int limit = to == null ? PageHeader.count(s, page) : lowerIndex(s, page, to);
        for (int index = first; index < limit; index++) {
            EntryRuns.supersede(writes, s, page, index);
        }
        LeafPage.remove(s, page, pageBytes, first, limit);
        return Math.max(0, limit - first);
    }

    private int lowerIndex(MemorySegment s, long page, byte[] key) {
        int found = SlottedPage.find(s, page, pageBytes, key, key.length, writes.pages());
        return found < 0 ? -1 - found : found;
    }

    private long removeInChild(MemorySegment s, long page, int child, byte[] from, byte[] to) {
        long reference = BranchPage.child(s, page, child);
        int level = PageHeader.level(s, page) - 1;
        long pageId = path.ownChild(s, page, child, level);
        long removed = removeIn(pageId, from, to);
        Reference.count(s, reference, Reference.count(s, reference) - removed);
        return removed;
    }

    /** Records that nothing of a subtree is reached any more. */
    private void drop(long word, long birth, int expectedLevel) {
        PageMap pages = writes.pages();
        long pageId = Reference.pageId(word);
        boolean hasRuns = (Reference.flags(word) & Reference.HAS_OVERFLOW) != 0;
        if (expectedLevel != 0 || hasRuns) {
            MemorySegment s = pages.visit(pageId, birth, expectedLevel);
            long page = pages.position(pageId);
            if (hasRuns) {
                EntryRuns.supersedeAll(writes, s, page);
            }
            int level = PageHeader.level(s, page);
            if (level > 0) {
                int children = BranchPage.children(s, page);
                for (int child = 0; child < children; child++) {
                    long reference = BranchPage.child(s, page, child);
                    drop(Reference.word(s, reference), Reference.birth(s, reference), level - 1);
                }
            }
        }
        writes.supersede(pageId, birth);
    }
}
