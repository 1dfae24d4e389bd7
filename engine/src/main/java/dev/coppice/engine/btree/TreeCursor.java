package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;

/**
 * Walks the entries of a tree in both directions. It stands before the first entry, on one, or
 * behind the last.
 *
 * <p>The path from the root is kept, since leaves have no siblings; the leaf itself is copied into
 * a buffer of the cursor's own, which is faster than to touch the mapping entry by entry.
 *
 * <p>Thread safety: one thread. Lifetime: as long as the root's pages are pinned, and unchanged.
 */
public final class TreeCursor {
    private static final int MAX_DEPTH = 64;
    private static final int BEFORE = -1;

    private final PageMap pages;
    private final TreeRoot root;
    private final MemorySegment leaf;
    private final int pageBytes;
    private final long[] branchIds = new long[MAX_DEPTH];
    private final long[] births = new long[MAX_DEPTH];
    private final int[] children = new int[MAX_DEPTH];
    private int depth;
    private int index = BEFORE;
    private int count;
    private boolean hasLeaf;

    /**
     * Creates a cursor before the first entry.
     *
     * @param leafBuffer native memory of one page, the cursor's own
     */
    public TreeCursor(PageMap pages, TreeRoot root, MemorySegment leafBuffer) {
        this.pages = pages;
        this.root = root;
        this.leaf = leafBuffer;
        this.pageBytes = pages.pageBytes();
    }

    /** {@return whether the cursor stands on an entry} */
    public boolean isOnEntry() {
        return hasLeaf && index >= 0 && index < count;
    }

    /** Goes to the first entry; returns whether there is one. */
    public boolean first() {
        return toEdge(true);
    }

    /** Goes to the last entry; returns whether there is one. */
    public boolean last() {
        return toEdge(false);
    }

    private boolean toEdge(boolean isFirst) {
        hasLeaf = false;
        if (root.isEmpty()) {
            return false;
        }
        depth = 0;
        descendToEdge(root.pageId(), root.birth(), -1, isFirst);
        return isOnEntry();
    }

    /** Goes to the first entry whose key is not below {@code key}; returns whether there is one. */
    public boolean seek(byte[] key, int keyBytes) {
        hasLeaf = false;
        if (root.isEmpty()) {
            return false;
        }
        int found = descendTo(key, keyBytes);
        index = found < 0 ? -1 - found : found;
        return index < count || nextLeaf();
    }

    /** Goes to the last entry whose key is not above {@code key}; returns whether there is one. */
    public boolean seekFloor(byte[] key, int keyBytes) {
        hasLeaf = false;
        if (root.isEmpty()) {
            return false;
        }
        int found = descendTo(key, keyBytes);
        index = found < 0 ? -2 - found : found;
        return index >= 0 || previousLeaf();
    }

    /** Goes one entry on; returns whether there is one. */
    public boolean next() {
        if (!hasLeaf) {
            return first();
        }
        if (index < count && ++index < count) {
            return true;
        }
        return nextLeaf();
    }

    /** Goes one entry back; returns whether there is one. */
    public boolean previous() {
        if (!hasLeaf) {
            return last();
        }
        if (index > BEFORE && --index > BEFORE) {
            return true;
        }
        return previousLeaf();
    }

    /** {@return the length of the key of this entry} */
    public int keyBytes() {
        return SlottedPage.keyBytes(leaf, 0, index);
    }

    /** {@return a copy of this entry's key} */
    public byte[] key() {
        return TreeReader.key(pages, leaf, 0, index);
    }

    /** {@return the length of the value of this entry} */
    public long valueBytes() {
        return TreeReader.valueBytes(leaf, 0, pageBytes, index);
    }

    /** {@return a copy of this entry's value} */
    public byte[] value() {
        return TreeReader.value(pages, leaf, 0, index);
    }

    /** Copies this entry's value if it fits; returns its length. */
    public long copyValue(byte[] target, int at) {
        return TreeReader.copyValue(pages, leaf, 0, index, target, at);
    }

    private int descendTo(byte[] key, int keyBytes) {
        depth = 0;
        long pageId = root.pageId();
        long birth = root.birth();
        int level = -1;
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            if (level == 0) {
                load(s, page);
                return SlottedPage.find(leaf, 0, pageBytes, key, keyBytes, pages);
            }
            int child = BranchPage.childFor(s, page, pageBytes, key, keyBytes, pages);
            push(pageId, birth, child);
            long reference = BranchPage.child(s, page, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
            level--;
        }
    }

    private void push(long pageId, long birth, int child) {
        branchIds[depth] = pageId;
        births[depth] = birth;
        children[depth++] = child;
    }

    private void load(MemorySegment s, long page) {
        MemorySegment.copy(s, page, leaf, 0, pageBytes);
        count = PageHeader.count(leaf, 0);
        hasLeaf = true;
    }

    private void descendToEdge(long rootId, long rootBirth, int rootLevel, boolean isFirst) {
        long pageId = rootId;
        long birth = rootBirth;
        int level = rootLevel;
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            if (level == 0) {
                load(s, page);
                index = isFirst ? 0 : count - 1;
                return;
            }
            int child = isFirst ? 0 : BranchPage.children(s, page) - 1;
            push(pageId, birth, child);
            long reference = BranchPage.child(s, page, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
            level--;
        }
    }

    private boolean nextLeaf() {
        int from = depth;
        while (from > 0) {
            from--;
            MemorySegment s = pages.visit(branchIds[from], births[from], -1);
            long page = pages.position(branchIds[from]);
            if (children[from] + 1 < BranchPage.children(s, page)) {
                children[from]++;
                depth = from + 1;
                descendFrom(s, page, from, true);
                return isOnEntry();
            }
        }
        index = count;
        return false;
    }

    private boolean previousLeaf() {
        int from = depth;
        while (from > 0) {
            from--;
            if (children[from] > 0) {
                MemorySegment s = pages.visit(branchIds[from], births[from], -1);
                children[from]--;
                depth = from + 1;
                descendFrom(s, pages.position(branchIds[from]), from, false);
                return isOnEntry();
            }
        }
        index = BEFORE;
        return false;
    }

    private void descendFrom(MemorySegment s, long page, int from, boolean isFirst) {
        long reference = BranchPage.child(s, page, children[from]);
        long pageId = Reference.pageId(Reference.word(s, reference));
        int level = PageHeader.level(s, page) - 1;
        descendToEdge(pageId, Reference.birth(s, reference), level, isFirst);
    }
}
