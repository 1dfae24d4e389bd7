package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.CorruptStoreException;
import java.util.BitSet;

/**
 * Finds the free pages of a store at a root L that is newer than the last checkpoint B: those that
 * are free or pending in the image of B, less the pages born since that L reaches, and with the
 * pages of B that L does not reach any more pending.
 *
 * <p>Nobody else writes the store, so a page of B that L does not reach is needed by B alone, or by
 * readers of other processes: {@link PinnedPages} finds those.
 *
 * <p>Both are found by walks that skip what L and B share, so that the cost is that of the
 * difference. Thread safety: one thread.
 */
final class FreeSpaceRebuild {
    private final PageMap pages;
    private final PageSize pageSize;
    private final HeaderBlock header;
    private final FreeMap free = new FreeMap();
    private final PendingFrees pending;
    private long newerPages;

    FreeSpaceRebuild(PageMap pages, PageSize pageSize, HeaderBlock header, PendingFrees pending) {
        this.pages = pages;
        this.pageSize = pageSize;
        this.header = header;
        this.pending = pending;
    }

    /**
     * Fills the pending extents and returns the free pages.
     *
     * @param slot names the base and its image
     * @param latest the root that is newest
     */
    FreeMap rebuild(DurableSlot slot, StoreRoot latest) {
        long filePages = pages.mappedBytes() >>> pageSize.shift();
        free.extend(filePages);
        long imageEnd = Math.min(slot.base().endPage(), filePages);
        if (slot.image().firstPage() == 0) {
            free.release(0, filePages);
        } else {
            FreeSpaceImage image = new FreeSpaceImage(pageSize);
            PendingFrees beforeBase = new PendingFrees();
            image.read(pages, slot.image(), imageEnd, free, beforeBase);
            free.release(imageEnd, filePages - imageEnd);
            beforeBase.forEach((page, count, _, _) -> release(page, count));
        }
        header.reserve(free);
        BitSet shared = new BitSet();
        if (latest.txn() != slot.base().txn()) {
            new RootWalk(pages, new Used(slot.base().txn(), shared)).walk(latest);
            new RootWalk(pages, new Superseded(shared, latest.txn())).walk(slot.base());
        }
        return free;
    }

    /**
     * Frees what was pending when the base was captured. It died before the base did, and whoever
     * kept it then is gone; pages of it may have been used again since, behind the base.
     */
    private void release(long page, long count) {
        for (long p = page; p < page + count; p++) {
            if (free.isFree(p)) {
                throw new CorruptStoreException(
                        p, "page " + p + " is both free and pending in the last checkpoint");
            }
            free.release(p, 1);
        }
    }

    /** {@return pages that the newest root reaches and the base does not} */
    long newerPages() {
        return newerPages;
    }

    private static int index(long pageId) {
        if (pageId > Integer.MAX_VALUE) {
            throw new CorruptStoreException(pageId, "page " + pageId + " lies outside the file");
        }
        return (int) pageId;
    }

    /** A run is not read by the walk, so that nothing else finds out where it lies. */
    private void requireInFile(long firstPage, long count) {
        long filePages = pages.mappedBytes() >>> pageSize.shift();
        if (count < 0 || firstPage > filePages - count) {
            throw new CorruptStoreException(
                    firstPage,
                    "a run of " + count + " pages from " + firstPage + " lies outside the file");
        }
    }

    /** Takes what was born after the base; remembers what is shared with it. */
    private final class Used implements RootWalk.Visitor {
        private final long base;
        private final BitSet shared;

        Used(long base, BitSet shared) {
            this.base = base;
            this.shared = shared;
        }

        @Override
        public boolean enter(long pageId, long birth) {
            if (birth <= base) {
                shared.set(index(pageId));
                return false;
            }
            return true;
        }

        @Override
        public boolean readsLeaves() {
            return false;
        }

        @Override
        public void page(long pageId, long birth) {
            take(pageId, 1);
        }

        @Override
        public void run(long firstPage, long birth, long runBytes) {
            if (birth <= base) {
                shared.set(index(firstPage));
            } else {
                take(firstPage, pageSize.runPages(runBytes));
            }
        }

        private void take(long page, long count) {
            for (long p = page; p < page + count; p++) {
                if (!free.isFree(p)) {
                    throw new CorruptStoreException(
                            p, "page " + p + " is reached, but not free in the last checkpoint");
                }
            }
            free.take(page, count);
            newerPages += count;
        }
    }

    /** Files what the newest root does not share with the base. */
    private final class Superseded implements RootWalk.Visitor {
        private final BitSet shared;
        private final long death;

        Superseded(BitSet shared, long death) {
            this.shared = shared;
            this.death = death;
        }

        @Override
        public boolean enter(long pageId, long birth) {
            return !shared.get(index(pageId));
        }

        @Override
        public boolean readsLeaves() {
            return false;
        }

        @Override
        public void page(long pageId, long birth) {
            pending.add(pageId, 1, birth, death);
        }

        @Override
        public void run(long firstPage, long birth, long runBytes) {
            if (!shared.get(index(firstPage))) {
                long count = pageSize.runPages(runBytes);
                requireInFile(firstPage, count);
                pending.add(firstPage, count, birth, death);
            }
        }
    }
}
