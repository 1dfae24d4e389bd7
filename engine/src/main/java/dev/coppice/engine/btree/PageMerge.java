package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * Removes empty pages and merges those that are less than a third full with a neighbour, with one
 * that the transaction changed already where there is a choice.
 *
 * <p>Thread safety: one writer.
 */
final class PageMerge {
    private final WriteSet writes;
    private final Rebuild rebuild;
    private final BranchEditor branches;
    private final PageBuilder builder;
    private final Separator separator;
    private final int pageBytes;

    PageMerge(WriteSet writes, Rebuild rebuild, BranchEditor branches) {
        this.writes = writes;
        this.rebuild = rebuild;
        this.branches = branches;
        this.builder = rebuild.builder();
        this.separator = new Separator(writes.pageSize());
        this.pageBytes = writes.pageSize().bytes();
    }

    /** Restores the shape of the tree after an entry was removed from the leaf of a path. */
    void repair(TreeRoot root, WritePath path) {
        for (int at = path.depth(); at > 0; at--) {
            if (!repairChild(path.pageId(at - 1), path.child(at - 1))) {
                break;
            }
        }
        repairRoot(root);
    }

    /** {@return whether the child was removed or merged, so that its parent may need the same} */
    boolean repairChild(long parent, int child) {
        if (removeIfEmpty(parent, child)) {
            return true;
        }
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(parent);
        long page = pages.position(parent);
        long pageId = Reference.pageId(Reference.word(s, BranchPage.child(s, page, child)));
        MemorySegment cs = pages.segment(pageId);
        int free = SlottedPage.freeBytes(cs, pages.position(pageId), pageBytes);
        if (free * 3L < pageBytes * 2L) {
            return false;
        }
        int last = PageHeader.count(s, page);
        boolean hasLeft = child > 0;
        boolean hasRight = child < last;
        boolean prefersRight = hasRight && (!hasLeft || !isOwn(s, page, child - 1));
        int first = prefersRight ? child : child - 1;
        int second = prefersRight ? child - 1 : child;
        return (first >= 0 && first < last && merge(parent, first))
                || (second >= 0 && second < last && merge(parent, second));
    }

    /**
     * {@return whether the child had no entries and was removed}
     *
     * <p>The last child of a branch stays as a reference to a dead page: the branch has no entries
     * either then, and goes when its own parent is repaired. No such branch may be merged.
     */
    boolean removeIfEmpty(long parent, int child) {
        MemorySegment s = writes.pages().segment(parent);
        long page = writes.pages().position(parent);
        long reference = BranchPage.child(s, page, child);
        if (Reference.count(s, reference) > 0) {
            return false;
        }
        writes.supersede(
                Reference.pageId(Reference.word(s, reference)), Reference.birth(s, reference));
        if (PageHeader.count(s, page) > 0) {
            branches.remove(parent, Math.max(0, child - 1), child);
        }
        return true;
    }

    private boolean isOwn(MemorySegment s, long page, int child) {
        return writes.isOwn(Reference.birth(s, BranchPage.child(s, page, child)));
    }

    /** Drops an empty root, and roots with a single child. */
    void repairRoot(TreeRoot root) {
        PageMap pages = writes.pages();
        while (!root.isEmpty()) {
            long pageId = root.pageId();
            MemorySegment s = pages.segment(pageId);
            long page = pages.position(pageId);
            if (root.count() == 0) {
                writes.supersede(pageId, root.birth());
                root.set(0, 0, 0);
            } else if (PageHeader.level(s, page) > 0 && PageHeader.count(s, page) == 0) {
                writes.supersede(pageId, root.birth());
                long reference = BranchPage.child(s, page, 0);
                long word = Reference.word(s, reference);
                root.set(word, Reference.birth(s, reference), root.count());
                pages.visit(root.pageId(), root.birth(), -1);
            } else {
                return;
            }
        }
    }

    /**
     * {@return whether children {@code index} and index + 1 were merged; if not, they do not fit}
     */
    boolean merge(long parent, int index) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(parent);
        long page = pages.position(parent);
        long leftReference = BranchPage.child(s, page, index);
        long rightReference = BranchPage.child(s, page, index + 1);
        int level = PageHeader.level(s, page) - 1;
        long leftId = visit(s, leftReference, level);
        long rightId = visit(s, rightReference, level);
        builder.reset();
        long left = builder.stash(pages.segment(leftId), pages.position(leftId));
        long right = builder.stash(pages.segment(rightId), pages.position(rightId));
        separator.take(pages, s, page, index);
        int prefix = combinedPrefix(left, right);
        if (combinedBytes(left, right, prefix) > pageBytes - pageBytes / 8) {
            return false;
        }
        long rightWord = Reference.word(s, rightReference);
        long rightBirth = Reference.birth(s, rightReference);
        long entries = Reference.count(s, leftReference) + Reference.count(s, rightReference);
        long target = ownForRebuild(s, leftReference);
        boolean hasRun = combine(target, left, right, prefix, level);
        writes.supersede(rightId, rightBirth);
        long flags = Reference.flags(rightWord) | (hasRun ? Reference.HAS_OVERFLOW : 0);
        Reference.word(s, leftReference, Reference.word(s, leftReference) | flags);
        Reference.count(s, leftReference, entries);
        if (level == 0) {
            branches.remove(parent, index, index + 1);
        } else {
            branches.removeKeepingRun(parent, index, index + 1);
        }
        return true;
    }

    private long visit(MemorySegment s, long reference, int level) {
        long pageId = Reference.pageId(Reference.word(s, reference));
        writes.pages().visit(pageId, Reference.birth(s, reference), level);
        return pageId;
    }

    /** {@return the page of a child, own from here on; its content will be rebuilt} */
    private long ownForRebuild(MemorySegment s, long reference) {
        long word = Reference.word(s, reference);
        long birth = Reference.birth(s, reference);
        long pageId = Reference.pageId(word);
        if (writes.isOwn(birth)) {
            writes.edit(pageId);
            return pageId;
        }
        long copy = writes.copyOnWrite(pageId, birth);
        Reference.word(s, reference, copy | Reference.flags(word));
        Reference.birth(s, reference, writes.id());
        return copy;
    }

    private int combinedPrefix(long left, long right) {
        MemorySegment stash = builder.stash();
        int leftCount = PageHeader.count(stash, left);
        int rightCount = PageHeader.count(stash, right);
        if (leftCount > 0 && rightCount > 0) {
            return rebuild.prefixBytes(stash, left, 0, stash, right, rightCount - 1);
        }
        // A branch without separators: the one between the two is the first or last key.
        if (leftCount > 0) {
            return rebuild.prefixBytes(stash, left, 0, separator.bytes(), separator.length());
        }
        if (rightCount > 0) {
            return rebuild.prefixBytes(
                    stash, right, rightCount - 1, separator.bytes(), separator.length());
        }
        return 0;
    }

    private int combinedBytes(long left, long right, int prefix) {
        MemorySegment stash = builder.stash();
        boolean isExt = hasFlags(left) || hasFlags(right);
        int bytes =
                rebuild.bytes(stash, left, 0, PageHeader.count(stash, left), prefix, isExt)
                        + rebuild.bytes(
                                stash, right, 0, PageHeader.count(stash, right), prefix, isExt)
                        - SlottedPage.PREFIX_OFFSET
                        - prefix;
        if (PageHeader.level(stash, left) > 0) {
            bytes += Reference.BYTES + BranchPage.size(separator.length(), prefix, pageBytes);
        }
        return bytes;
    }

    private boolean hasFlags(long page) {
        MemorySegment stash = builder.stash();
        return LeafPage.hasFlags(stash, page, 0, PageHeader.count(stash, page));
    }

    private boolean combine(long target, long left, long right, int prefix, int level) {
        MemorySegment stash = builder.stash();
        MemorySegment s = writes.pages().segment(target);
        long page = writes.pages().position(target);
        int leftCount = PageHeader.count(stash, left);
        int rightCount = PageHeader.count(stash, right);
        int count = leftCount + rightCount + (level > 0 ? 1 : 0);
        boolean isExt = hasFlags(left) || hasFlags(right);
        builder.begin(
                s, page, stash, left, isExt, target, writes.id(), count, rebuild.prefix(), prefix);
        builder.addAll(stash, left, 0, leftCount);
        boolean hasRun = level > 0 && branches.addToBuilder(s, separator);
        builder.addAll(stash, right, 0, rightCount);
        if (level > 0) {
            builder.addChildren(stash, left, 0, leftCount + 1, 0);
            builder.addChildren(stash, right, 0, rightCount + 1, leftCount + 1);
        }
        return hasRun;
    }
}
