package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.CorruptStoreException;
import java.util.BitSet;

/**
 * Finds the free pages of a store at a root L that is newer than the last checkpoint B: those that
 * are free in the image of B, less the pages born since that L reaches or a root that it lists by
 * name, and with the pages of B that L does not reach any more pending.
 *
 * <p>Nobody else writes the store, so a page of B that L does not reach is needed by B alone, by
 * named roots, or by readers of other processes: {@link PinnedPages} finds those.
 *
 * <p>All are found by walks that skip what is shared, so that the cost is that of the differences.
 * Thread safety: one thread.
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
            image.read(pages, slot.image(), imageEnd, free, pending);
            free.release(imageEnd, filePages - imageEnd);
            pending.forEach((page, count, _, _) -> requireNotFree(page, count));
        }
        header.reserve(free);
        if (latest.txn() != slot.base().txn()) {
            Reached reached = new Reached(slot.base().txn(), latest.txn());
            new RootWalk(pages, reached).walk(latest);
            new RootWalk(pages, new Superseded(reached)).walk(slot.base());
        }
        return free;
    }

    /** What is pending in the image is kept by names that the base lists, and nothing else. */
    private void requireNotFree(long page, long count) {
        long firstFree = free.nextFree(page);
        if (firstFree >= 0 && firstFree < page + count) {
            throw new CorruptStoreException(
                    firstFree,
                    "page " + firstFree + " is both free and pending in the last checkpoint");
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

    /**
     * Takes what was born after the base; remembers what is shared with it. What only named roots
     * reach is pending.
     */
    private final class Reached implements RootWalk.Visitor {
        /*
         * Named roots come newest first. What one of them reaches and no newer root does has died
         * before the next newer one, which is the death that it is filed with: so that it is free
         * when the last of those that see it is dropped.
         */
        private final long base;
        private final BitSet shared = new BitSet();

        /** The oldest root so far that is newer than the base. */
        private long oldest;

        /** The named root that is being walked, else 0, and the next newer root. */
        private long named;

        private long newer;

        Reached(long base, long latest) {
            this.base = base;
            this.oldest = latest;
        }

        @Override
        public boolean follows(StoreRoot root) {
            newer = named == 0 ? oldest : named;
            named = root.txn();
            if (named > base) {
                oldest = named;
            }
            return true;
        }

        @Override
        public boolean enter(long pageId, long birth) {
            if (named != 0) {
                return isKept(pageId, birth);
            }
            if (birth <= base) {
                shared.set(index(pageId));
                return false;
            }
            return true;
        }

        /** {@return whether the named root reaches the page and no newer root does} */
        private boolean isKept(long pageId, long birth) {
            boolean isOfBase = birth <= base && named > base;
            return isOfBase ? !shared.get(index(pageId)) : free.isFree(pageId);
        }

        @Override
        public boolean readsLeaves() {
            return false;
        }

        @Override
        public void page(long pageId, long birth) {
            reach(pageId, 1, birth);
        }

        @Override
        public void run(long firstPage, long birth, long runBytes) {
            if (named == 0 && birth <= base) {
                shared.set(index(firstPage));
            } else if (named == 0 || isKept(firstPage, birth)) {
                long count = pageSize.runPages(runBytes);
                requireInFile(firstPage, count);
                reach(firstPage, count, birth);
            }
        }

        private void reach(long page, long count, long birth) {
            if (named == 0) {
                take(page, count);
                newerPages += count;
                return;
            }
            if (birth <= base && named > base) {
                shared.set(index(page));
            } else {
                take(page, count);
            }
            pending.add(page, count, birth, newer);
        }

        private void take(long page, long count) {
            for (long p = page; p < page + count; p++) {
                if (!free.isFree(p)) {
                    throw new CorruptStoreException(
                            p, "page " + p + " is reached, but not free in the last checkpoint");
                }
            }
            free.take(page, count);
        }
    }

    /** Files what no newer root shares with the base. */
    private final class Superseded implements RootWalk.Visitor {
        private final BitSet shared;
        private final long death;

        Superseded(Reached reached) {
            this.shared = reached.shared;
            this.death = reached.oldest;
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
