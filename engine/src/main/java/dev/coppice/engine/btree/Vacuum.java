package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.ValueSource;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * Moves pages and runs from the end of the file to free places, and puts sparse neighbours
 * together. A page that moves is copied as for any other change.
 *
 * <p>Thread safety: one writer.
 */
final class Vacuum {
    /** Besides those of the leaves: the way down, and what a merge on the way up takes. */
    private static final int WAY_PAGES = 16;

    private final WriteSet writes;
    private final WritePath path;
    private final PageMerge merge;
    private final PageSplit split;
    private final ValueSource runSource = new ValueSource();
    private final int pageBytes;
    private byte[] key = {};

    Vacuum(WriteSet writes, WritePath path, PageMerge merge, PageSplit split) {
        this.writes = writes;
        this.path = path;
        this.merge = merge;
        this.split = split;
        this.pageBytes = writes.pageSize().bytes();
    }

    /** See {@link TreeWriter#vacuum}. */
    long run(TreeRoot root, VacuumScan scan, int maxLeaves) {
        if (root.isEmpty()) {
            scan.done();
            return 0;
        }
        long room = (writes.freeBelowCeiling() - WAY_PAGES) / 2;
        if (room < 1) {
            scan.outOfRoom();
            return 0;
        }
        long before = writes.allocated().pages();
        path.descend(root, scan.place(), scan.placeBytes(), 1);
        for (int at = 0; at <= path.depth(); at++) {
            moveRuns(scan, path.pageId(at));
        }
        long nest = path.pageId(path.depth());
        MemorySegment s = writes.pages().segment(nest);
        long page = writes.pages().position(nest);
        if (PageHeader.level(s, page) == 0) {
            scan.done();
        } else {
            boolean hasMerged = packAndMove(scan, nest, s, page, (int) Math.min(maxLeaves, room));
            if (hasMerged) {
                merge.repair(root, path);
            }
        }
        return writes.allocated().pages() - before;
    }

    /** {@return whether leaves were merged} */
    private boolean packAndMove(
            VacuumScan scan, long nest, MemorySegment s, long page, int maxLeaves) {
        PageMap pages = writes.pages();
        boolean hasMerged = false;
        int touched = 0;
        int child =
                scan.placeBytes() == 0
                        ? 0
                        : BranchPage.childFor(
                                s, page, pageBytes, scan.place(), scan.placeBytes(), pages);
        while (child <= PageHeader.count(s, page) && touched < maxLeaves) {
            if (scan.isSparse(pages, s, page, child)) {
                touched++;
                scan.moved(1);
                if (merge.merge(nest, child)) {
                    hasMerged = true;
                    continue;
                }
                touched++;
                path.ownChild(s, page, child, 0);
                path.ownChild(s, page, child + 1, 0);
                split.fill(nest, child);
            }
            touched += move(scan, s, page, child);
            child++;
        }
        if (child <= PageHeader.count(s, page)) {
            stopAt(scan, s, page, child - 1);
        } else {
            stopBehind(scan);
        }
        return hasMerged;
    }

    private int move(VacuumScan scan, MemorySegment s, long page, int child) {
        long reference = BranchPage.child(s, page, child);
        long word = Reference.word(s, reference);
        long birth = Reference.birth(s, reference);
        boolean isMoved = scan.isMoved(Reference.pageId(word), birth);
        if (isMoved) {
            path.ownChild(s, page, child, 0);
            scan.moved(1);
        }
        boolean ownsRuns = (Reference.flags(word) & Reference.HAS_OVERFLOW) != 0;
        if (ownsRuns && hasRunsToMove(scan, s, reference)) {
            long leaf = path.ownChild(s, page, child, 0);
            moveRuns(scan, leaf);
            isMoved = true;
        }
        return isMoved ? 1 : 0;
    }

    private boolean hasRunsToMove(VacuumScan scan, MemorySegment s, long reference) {
        PageMap pages = writes.pages();
        long pageId = Reference.pageId(Reference.word(s, reference));
        MemorySegment leaf = pages.visit(pageId, Reference.birth(s, reference), 0);
        boolean[] found = new boolean[1];
        EntryRuns.forEach(
                leaf,
                pages.position(pageId),
                pageBytes,
                (first, birth, runBytes) -> found[0] |= canMove(scan, first, birth, runBytes));
        return found[0];
    }

    private boolean canMove(VacuumScan scan, long first, long birth, long runBytes) {
        return scan.isRunMoved(writes.pageSize(), first, birth, runBytes)
                && runBytes <= PageSize.MAX_VALUE_BYTES
                && writes.hasRunBelowCeiling(runBytes);
    }

    /** Moves what an own page owns of runs. */
    private void moveRuns(VacuumScan scan, long pageId) {
        MemorySegment s = writes.pages().segment(pageId);
        long page = writes.pages().position(pageId);
        int count = PageHeader.count(s, page);
        for (int index = 0; index < count; index++) {
            long keyRun = SlottedPage.keyRun(s, page, pageBytes, index);
            if (keyRun >= 0) {
                moveRun(scan, s, keyRun);
            }
            if (LeafPage.isOverflow(s, page, index)) {
                moveRun(scan, s, LeafPage.valueRun(s, page, pageBytes, index));
            }
        }
    }

    private void moveRun(VacuumScan scan, MemorySegment s, long reference) {
        PageMap pages = writes.pages();
        long word = Reference.word(s, reference);
        long first = Reference.pageId(word);
        long birth = Reference.birth(s, reference);
        long runBytes = Reference.count(s, reference);
        if (!canMove(scan, first, birth, runBytes)) {
            return;
        }
        long target = writes.writeRun(runSource.ofRun(pages, first, birth, (int) runBytes));
        runSource.clear();
        Reference.put(s, reference, target | Reference.flags(word), writes.id(), runBytes);
        writes.supersedeRun(first, birth, runBytes);
        scan.moved(writes.pageSize().runPages(runBytes));
    }

    /** Has the scan go on behind separator {@code index} of a page. */
    private void stopAt(VacuumScan scan, MemorySegment s, long page, int index) {
        int bytes = SlottedPage.keyBytes(s, page, index);
        if (key.length < bytes) {
            key = new byte[bytes];
        }
        scan.goTo(key, TreeReader.readKey(writes.pages(), s, page, index, key));
    }

    /** Has the scan go on behind the lowest branch of the path. */
    private void stopBehind(VacuumScan scan) {
        PageMap pages = writes.pages();
        for (int at = path.depth() - 1; at >= 0; at--) {
            MemorySegment s = pages.segment(path.pageId(at));
            long page = pages.position(path.pageId(at));
            if (path.child(at) < PageHeader.count(s, page)) {
                stopAt(scan, s, page, path.child(at));
                return;
            }
        }
        scan.done();
    }
}
