package dev.coppice.engine.commit;

import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Sets the checksums of the pages of a pinned root that were stored through the mapping since the
 * tip that is known durable: the one change ever made to a committed page (rule R16). Idempotent,
 * so that a checkpoint and a durable commit may seal the same page.
 *
 * <p>Thread safety: one thread for each instance.
 */
final class PageSealer implements RootWalk.Visitor {
    /** Ranges are whole extents, which is what a store dirties at most. */
    private static final int EXTENT_BYTES = 1 << 21;

    private final Storage storage;
    private final PageSize pageSize;
    private final Checksum checksum;
    private final BitSet extents = new BitSet();
    private PageMap pages;
    private long after;
    private long sealed;

    /** Pages that were met, where several roots may share them; else null. */
    private BitSet seen;

    PageSealer(Storage storage, PageSize pageSize) {
        this.storage = storage;
        this.pageSize = pageSize;
        this.checksum = new Checksum(pageSize.bytes());
    }

    /**
     * Seals what a root reaches with a birth behind {@code knownTip}, and what those do that it
     * lists by name; returns pages looked at.
     */
    long seal(StoreRoot root, long knownTip) {
        pages = new PageMap(pageSize, storage.writableChunks(), null);
        after = knownTip;
        sealed = 0;
        extents.clear();
        seen = root.names() > 0 ? new BitSet() : null;
        new RootWalk(pages, this).walk(root);
        return sealed;
    }

    @Override
    public boolean enter(long pageId, long birth) {
        if (birth <= after || (seen != null && seen.get((int) pageId))) {
            return false;
        }
        if (seen != null) {
            seen.set((int) pageId);
        }
        return true;
    }

    @Override
    public boolean follows(StoreRoot root) {
        return true;
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
        touch(pageId, 1);
        if (PageHeader.crc(s, page) == 0) {
            PageHeader.crc(s, page, checksum.ofPage(s, page, pageSize.bytes()));
            storage.stored(pageId << pageSize.shift(), Integer.BYTES);
        }
    }

    @Override
    public void run(long firstPage, long birth, long runBytes) {
        // Runs carry their checksums from the start.
        if (birth > after) {
            long fileBytes = pages.mappedBytes();
            long filePages = fileBytes >>> pageSize.shift();
            boolean isInside =
                    runBytes > 0
                            && runBytes <= fileBytes
                            && firstPage <= filePages - pageSize.runPages(runBytes);
            if (!isInside) {
                throw new CorruptStoreException(
                        firstPage, "length of an overflow run", "inside the file", runBytes);
            }
            touch(firstPage, pageSize.runPages(runBytes));
        }
    }

    private void touch(long page, long count) {
        int first = (int) ((page << pageSize.shift()) / EXTENT_BYTES);
        int last = (int) ((((page + count) << pageSize.shift()) - 1) / EXTENT_BYTES);
        extents.set(first, last + 1);
    }

    /**
     * {@return the byte ranges of the file that the last root has pages in, which are to be
     * flushed: pairs of position and length}
     */
    long[] ranges() {
        long size = storage.size();
        long[] ranges = new long[2 * extents.cardinality()];
        int count = 0;
        for (int from = extents.nextSetBit(0); from >= 0; ) {
            int to = extents.nextClearBit(from);
            long position = (long) from * EXTENT_BYTES;
            ranges[count++] = position;
            ranges[count++] = Math.min((long) to * EXTENT_BYTES, size) - position;
            from = extents.nextSetBit(to);
        }
        return Arrays.copyOf(ranges, count);
    }
}
