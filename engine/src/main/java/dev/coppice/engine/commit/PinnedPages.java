package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import java.util.List;

/**
 * Keeps the pages that readers in other processes have pinned, when a store is opened for writing
 * beside them: what is free but for them becomes pending.
 *
 * <p>Thread safety: one thread.
 */
final class PinnedPages implements RootWalk.Visitor {
    /*
     * While a root is pinned none of its pages is used for anything else. So one that is not free is
     * the very page that the newest root or the base reaches, or that the walk has met before, and
     * then so is everything below it: the walk costs what only the pins keep.
     *
     * What cannot be read by the walk cannot be read by the reader either.
     */
    private final PageMap pages;
    private final PageSize pageSize;
    private final FreeMap free;
    private final PendingFrees pending;
    private long death;

    PinnedPages(PageMap pages, PageSize pageSize, FreeMap free, PendingFrees pending) {
        this.pages = pages;
        this.pageSize = pageSize;
        this.free = free;
        this.pending = pending;
    }

    /**
     * Takes the pages of the pinned roots.
     *
     * @param latest the newest root
     */
    void keep(List<StoreRoot> pinned, StoreRoot latest) {
        // A late death is on the safe side. Where commits were lost, pins are newer than the root,
        // and a page that several of them share is filed once: until the newest of them has gone.
        death = latest.txn();
        for (StoreRoot root : pinned) {
            death = Math.max(death, root.txn() + 1);
        }
        for (StoreRoot root : pinned) {
            new RootWalk(pages, this).walk(root);
        }
    }

    @Override
    public boolean enter(long pageId, long birth) {
        return birth < death && free.isFree(pageId);
    }

    @Override
    public boolean readsLeaves() {
        return false;
    }

    @Override
    public boolean passesDamage() {
        return true;
    }

    @Override
    public void page(long pageId, long birth) {
        free.take(pageId, 1);
        pending.add(pageId, 1, birth, death);
    }

    @Override
    public void run(long firstPage, long birth, long runBytes) {
        long limit = Math.min(firstPage + pageSize.runPages(runBytes), free.pages());
        for (long page = firstPage; page < limit; page++) {
            if (enter(page, birth)) {
                page(page, birth);
            }
        }
    }
}
