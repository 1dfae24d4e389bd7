package dev.coppice.engine.commit;

import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;

/**
 * Sets the checksums of the pages of a pinned root that were stored through the mapping since the
 * tip that is known durable: the one change ever made to a committed page (rule R16). Idempotent,
 * so that a checkpoint and a durable commit may seal the same page.
 *
 * <p>Thread safety: one thread for each instance.
 */
final class PageSealer implements RootWalk.Visitor {
    private final Storage storage;
    private final PageSize pageSize;
    private final Checksum checksum;
    private PageMap pages;
    private long after;
    private long sealed;

    PageSealer(Storage storage, PageSize pageSize) {
        this.storage = storage;
        this.pageSize = pageSize;
        this.checksum = new Checksum(pageSize.bytes());
    }

    /** Seals what a root reaches with a birth behind {@code knownTip}; returns pages looked at. */
    long seal(StoreRoot root, long knownTip) {
        pages = new PageMap(pageSize, storage.writableChunks(), null);
        after = knownTip;
        sealed = 0;
        new RootWalk(pages, this).walk(root);
        return sealed;
    }

    @Override
    public boolean enter(long pageId, long birth) {
        return birth > after;
    }

    @Override
    public boolean readsLeaves() {
        return true;
    }

    @Override
    public void page(long pageId, long birth) {
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        sealed++;
        if (PageHeader.crc(s, page) == 0) {
            PageHeader.crc(s, page, checksum.ofPage(s, page, pageSize.bytes()));
            storage.stored(pageId << pageSize.shift(), Integer.BYTES);
        }
    }

    @Override
    public void run(long firstPage, long birth, long runBytes) {
        // Runs carry their checksums from the start.
    }
}
