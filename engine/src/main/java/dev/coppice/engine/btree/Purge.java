package dev.coppice.engine.btree;

import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * Removes expired entries, a leaf at a time, and takes the flag for deadlines out of references
 * that have it for nothing.
 *
 * <p>Thread safety: one writer.
 */
final class Purge {
    private final WriteSet writes;
    private final WritePath path;
    private final PageMerge merge;
    private final int pageBytes;

    Purge(WriteSet writes, WritePath path, PageMerge merge) {
        this.writes = writes;
        this.path = path;
        this.merge = merge;
        this.pageBytes = writes.pageSize().bytes();
    }

    /** See {@link TreeWriter#purge}. */
    long run(
            TreeRoot root,
            ExpiryScan scan,
            long now,
            long maxEntries,
            int maxPages,
            ExpiryScan.Keys keys) {
        long removed = 0;
        for (int looked = 0; looked < maxPages && removed < maxEntries; looked++) {
            if (!scan.next(writes.pages(), root)) {
                break;
            }
            if (scan.isLeaf()) {
                removed += purgeLeaf(root, scan, now, maxEntries - removed, keys);
            } else {
                own(root, scan);
                path.tidyExpiry(root);
            }
        }
        return removed;
    }

    private long purgeLeaf(
            TreeRoot root, ExpiryScan scan, long now, long maxEntries, ExpiryScan.Keys keys) {
        MemorySegment s = scan.segment();
        long page = scan.page();
        int first = scan.firstExpired(now);
        if (first < 0) {
            if (LeafPage.hasDeadlines(s, page)) {
                scan.pass();
            } else {
                own(root, scan);
                path.tidyExpiry(root);
            }
            return 0;
        }
        int limit = first;
        int next = first;
        for (long taken = 0; next >= 0 && taken < maxEntries; taken++) {
            if (keys != null) {
                keys.key(TreeReader.key(writes.pages(), s, page, next));
            }
            limit = next + 1;
            next = scan.nextExpired(now, limit);
        }
        if (next < 0) {
            own(root, scan);
        } else {
            byte[] key = TreeReader.key(writes.pages(), s, page, 0);
            scan.stopAt(next);
            path.descend(root, key, key.length);
        }
        return remove(root, first, limit, now);
    }

    /** Passes the page that the scan has come to, and makes it the path's. */
    private void own(TreeRoot root, ExpiryScan scan) {
        byte[] key = TreeReader.key(writes.pages(), scan.segment(), scan.page(), 0);
        scan.pass();
        path.descend(root, key, key.length);
    }

    /** Removes what has expired of the entries [first, limit) of the path's leaf. */
    private long remove(TreeRoot root, int first, int limit, long now) {
        PageMap pages = writes.pages();
        long leaf = path.pageId(path.depth());
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        int before = PageHeader.count(s, page);
        for (int index = limit - 1; index >= first; index--) {
            if (ExpiryScan.isExpired(s, page, pageBytes, index, now)) {
                EntryRuns.supersede(writes, s, page, index);
                LeafPage.remove(s, page, pageBytes, index);
            }
        }
        int removed = before - PageHeader.count(s, page);
        path.addCount(root, -removed);
        if (!LeafPage.hasDeadlines(s, page)) {
            path.tidyExpiry(root);
        }
        merge.repair(root, path);
        return removed;
    }
}
