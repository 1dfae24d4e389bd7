package dev.coppice.perf.scan;

import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What was not chosen: entries are read from the mapping, or from a copy in native memory. */
final class SegmentScan implements Scan {
    private static final int MAX_DEPTH = 64;

    private final PageMap pages;
    private final TreeRoot root;
    private final int pageBytes;
    private final MemorySegment copy;
    private final long[] branchIds = new long[MAX_DEPTH];
    private final long[] births = new long[MAX_DEPTH];
    private final int[] children = new int[MAX_DEPTH];
    private int depth;
    private MemorySegment leaf;
    private long page;
    private int index;
    private int count;

    SegmentScan(PageMap pages, TreeRoot root, boolean copiesLeaves) {
        this.pages = pages;
        this.root = root;
        this.pageBytes = pages.pageBytes();
        this.copy = copiesLeaves ? Arena.ofAuto().allocate(pageBytes, 64) : null;
    }

    @Override
    public boolean seek(byte[] key) {
        depth = 0;
        descend(root.pageId(), root.birth(), key, 0);
        int found = SlottedPage.find(leaf, page, pageBytes, key, key.length, pages);
        index = found < 0 ? -1 - found : found;
        if (index < count) {
            return true;
        }
        next();
        return true;
    }

    @Override
    public void next() {
        if (leaf != null && ++index < count) {
            return;
        }
        turn(1);
        index = 0;
    }

    @Override
    public void previous() {
        if (leaf != null && --index >= 0) {
            return;
        }
        turn(-1);
        index = count - 1;
    }

    /** Goes to the leaf beside this one, from an edge to the other. */
    private void turn(int by) {
        for (int at = depth - 1; at >= 0; at--) {
            MemorySegment s = pages.visit(branchIds[at], births[at], -1);
            long branch = pages.position(branchIds[at]);
            int child = children[at] + by;
            if (child >= 0 && child < BranchPage.children(s, branch)) {
                depth = at;
                push(branchIds[at], births[at], child);
                long reference = BranchPage.child(s, branch, child);
                long pageId = Reference.pageId(Reference.word(s, reference));
                descend(pageId, Reference.birth(s, reference), null, by);
                return;
            }
        }
        depth = 0;
        descend(root.pageId(), root.birth(), null, by);
    }

    private void descend(long fromId, long fromBirth, byte[] key, int by) {
        long pageId = fromId;
        long birth = fromBirth;
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, -1);
            long at = pages.position(pageId);
            if (PageHeader.level(s, at) == 0) {
                open(s, at);
                return;
            }
            int child;
            if (key != null) {
                child = BranchPage.childFor(s, at, pageBytes, key, key.length, pages);
            } else {
                child = by > 0 ? 0 : BranchPage.children(s, at) - 1;
            }
            push(pageId, birth, child);
            long reference = BranchPage.child(s, at, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
        }
    }

    private void push(long pageId, long birth, int child) {
        branchIds[depth] = pageId;
        births[depth] = birth;
        children[depth++] = child;
    }

    private void open(MemorySegment s, long at) {
        if (copy == null) {
            leaf = s;
            page = at;
        } else {
            MemorySegment.copy(s, at, copy, 0, pageBytes);
            leaf = copy;
            page = 0;
        }
        count = PageHeader.count(leaf, page);
    }

    @Override
    public long firstByte() {
        return leaf.get(Bytes.U8, Bytes.skipVarint(leaf, value()));
    }

    @Override
    public long allBytes() {
        long field = value();
        long at = Bytes.skipVarint(leaf, field);
        long end = at + Bytes.varint(leaf, field);
        long sum = 0;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            sum += leaf.get(Bytes.U64, at);
        }
        for (; at < end; at++) {
            sum += leaf.get(Bytes.U8, at);
        }
        return sum;
    }

    private long value() {
        return LeafPage.inlineValue(leaf, page, pageBytes, index);
    }
}
