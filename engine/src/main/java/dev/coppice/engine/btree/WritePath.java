package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * The pages from a root down to the leaf of a key, all of them the transaction's own.
 *
 * <p>Thread safety: one writer.
 */
final class WritePath {
    private static final int MAX_DEPTH = 64;
    private static final byte[] NO_PREFIX = {};

    private final WriteSet writes;
    private final long[] pageIds = new long[MAX_DEPTH];
    private final int[] children = new int[MAX_DEPTH];

    // Where the reference to the next page of the path is
    private final MemorySegment[] segments = new MemorySegment[MAX_DEPTH];
    private final long[] references = new long[MAX_DEPTH];
    private int depth;

    WritePath(WriteSet writes) {
        this.writes = writes;
    }

    /** {@return the level of branches above the leaf; the leaf is at this index} */
    int depth() {
        return depth;
    }

    long pageId(int at) {
        return pageIds[at];
    }

    /** {@return which child of the page at {@code at} the path takes} */
    int child(int at) {
        return children[at];
    }

    /** {@return whether the path takes the last child everywhere} */
    boolean isRightEdge() {
        PageMap pages = writes.pages();
        for (int at = 0; at < depth; at++) {
            long pageId = pageIds[at];
            int last = PageHeader.count(pages.segment(pageId), pages.position(pageId));
            if (children[at] != last) {
                return false;
            }
        }
        return true;
    }

    /** Goes to the leaf of a key, making every page on the way the transaction's own. */
    void descend(TreeRoot root, byte[] key, int keyBytes) {
        descend(root, key, keyBytes, 0);
    }

    /** As {@link #descend(TreeRoot, byte[], int)}, and stops at a level above the leaves. */
    void descend(TreeRoot root, byte[] key, int keyBytes, int lowestLevel) {
        PageMap pages = writes.pages();
        depth = 0;
        long pageId = root.isEmpty() ? createLeaf(root) : ownRoot(root);
        while (true) {
            pageIds[depth] = pageId;
            MemorySegment s = pages.segment(pageId);
            long page = pages.position(pageId);
            int level = PageHeader.level(s, page);
            if (level <= lowestLevel) {
                return;
            }
            int child = BranchPage.childFor(s, page, pages.pageBytes(), key, keyBytes, pages);
            long reference = BranchPage.child(s, page, child);
            segments[depth] = s;
            references[depth] = reference;
            children[depth++] = child;
            pageId = ownPage(s, reference, level - 1);
        }
    }

    /** Goes on to a new own leaf behind the one that the path leads to, under the same branch. */
    void turnToNext(long leaf) {
        PageMap pages = writes.pages();
        children[depth - 1]++;
        pageIds[depth] = leaf;
        for (int at = 0; at < depth; at++) {
            MemorySegment s = pages.segment(pageIds[at]);
            segments[at] = s;
            references[at] = BranchPage.child(s, pages.position(pageIds[at]), children[at]);
        }
    }

    private long createLeaf(TreeRoot root) {
        long pageId = writes.allocate();
        MemorySegment s = writes.pages().segment(pageId);
        long page = writes.pages().position(pageId);
        LeafPage.init(s, page, false, pageId, writes.id(), root.family(), NO_PREFIX, 0);
        root.set(pageId, writes.id(), 0);
        return pageId;
    }

    /** {@return the root page, made the transaction's own} */
    long ownRoot(TreeRoot root) {
        writes.pages().visit(root.pageId(), root.birth(), -1);
        if (writes.isOwn(root.birth())) {
            writes.edit(root.pageId());
        } else {
            root.page(writes.copyOnWrite(root.pageId(), root.birth()), writes.id());
        }
        return root.pageId();
    }

    /** {@return the page of a child of an own branch, made the transaction's own} */
    long ownChild(MemorySegment s, long page, int child, int level) {
        return ownPage(s, BranchPage.child(s, page, child), level);
    }

    private long ownPage(MemorySegment s, long reference, int level) {
        long word = Reference.word(s, reference);
        long birth = Reference.birth(s, reference);
        long pageId = Reference.pageId(word);
        writes.pages().visit(pageId, birth, level);
        if (writes.isOwn(birth)) {
            writes.edit(pageId);
            return pageId;
        }
        long copy = writes.copyOnWrite(pageId, birth);
        Reference.word(s, reference, copy | Reference.flags(word));
        Reference.birth(s, reference, writes.id());
        return copy;
    }

    /** Adds to the entry counts of all references on the path. */
    void addCount(TreeRoot root, long delta) {
        root.addCount(delta);
        for (int at = 0; at < depth; at++) {
            MemorySegment s = segments[at];
            long reference = references[at];
            Reference.count(s, reference, Reference.count(s, reference) + delta);
        }
    }

    /** Sets flags in the references to the pages at indexes [0, to] of the path. */
    void addFlags(TreeRoot root, int to, long flags) {
        root.addFlags(flags);
        for (int at = 0; at < to; at++) {
            MemorySegment s = segments[at];
            long reference = references[at];
            Reference.word(s, reference, Reference.word(s, reference) | flags);
        }
    }

    /**
     * Takes the flag for deadlines out of the references on the path, from below, where nothing
     * below has any: not in the leaf, and not behind another reference of a branch.
     */
    void tidyExpiry(TreeRoot root) {
        PageMap pages = writes.pages();
        for (int at = depth; at >= 0; at--) {
            MemorySegment s = pages.segment(pageIds[at]);
            long page = pages.position(pageIds[at]);
            boolean isThere = at == depth ? LeafPage.hasDeadlines(s, page) : hasExpiry(s, page);
            if (!isThere) {
                clearExpiry(root, at);
            }
        }
    }

    private static boolean hasExpiry(MemorySegment s, long page) {
        long all = 0;
        for (int child = 0; child < BranchPage.children(s, page); child++) {
            all |= Reference.word(s, BranchPage.child(s, page, child));
        }
        return (all & Reference.HAS_EXPIRY) != 0;
    }

    /** Takes the flag out of the reference to the page at an index of the path. */
    private void clearExpiry(TreeRoot root, int at) {
        if (at == 0) {
            root.clearFlags(Reference.HAS_EXPIRY);
            return;
        }
        MemorySegment s = segments[at - 1];
        long reference = references[at - 1];
        Reference.word(s, reference, Reference.word(s, reference) & ~Reference.HAS_EXPIRY);
    }
}
