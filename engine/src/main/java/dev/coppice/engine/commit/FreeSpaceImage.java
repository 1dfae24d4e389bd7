package dev.coppice.engine.commit;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The free space of a base root on disk; docs/file-format.md#free-space-image.
 *
 * <p>Thread safety: one thread.
 */
final class FreeSpaceImage {
    private static final int LENGTH_BYTES = Long.BYTES;

    private final PageSize pageSize;

    FreeSpaceImage(PageSize pageSize) {
        this.pageSize = pageSize;
    }

    /**
     * {@return pages that suffice for an image of this map, less the pages of the image itself, and
     * of these pending extents}
     */
    long pagesFor(FreeMap free, ExtentList pending) {
        // The image cuts an extent in two at most, and the file may grow by one for it.
        long extents = free.extents() + 2;
        int numberBytes = Bytes.varintBytes(free.pages()) + 1;
        long bytes = LENGTH_BYTES + 2 * Bytes.MAX_VARINT_BYTES + extents * 2 * numberBytes;
        bytes += (long) pending.size() * (2 * numberBytes + 2 * Long.BYTES);
        int payload = pageSize.bytes() - PageHeader.BYTES;
        return (bytes + payload - 1) / payload;
    }

    /** Encodes free and pending extents into the payload of image pages. */
    MemorySegment encode(Arena arena, FreeMap free, ExtentList pending, long pages, long endPage) {
        MemorySegment payload =
                arena.allocate(pages * (pageSize.bytes() - PageHeader.BYTES), Long.BYTES);
        long at = LENGTH_BYTES;
        at = Bytes.putVarint(payload, at, freeExtents(free, endPage));
        at = Bytes.putVarint(payload, at, pending.size());
        long end = 0;
        for (long page = free.nextFree(0); page >= 0 && page < endPage; page = free.nextFree(end)) {
            long next = Math.min(free.nextUsed(page), endPage);
            at = Bytes.putVarint(payload, at, page - end);
            at = Bytes.putVarint(payload, at, next - page);
            end = next;
        }
        for (int i = 0; i < pending.size(); i++) {
            at = Bytes.putVarint(payload, at, pending.page(i));
            at = Bytes.putVarint(payload, at, pending.count(i));
            payload.set(Bytes.U64, at, pending.birth(i));
            payload.set(Bytes.U64, at + Long.BYTES, pending.death(i));
            at += 2 * Long.BYTES;
        }
        payload.set(Bytes.U64, 0, at - LENGTH_BYTES);
        return payload;
    }

    private static long freeExtents(FreeMap free, long endPage) {
        long count = 0;
        long page = free.nextFree(0);
        while (page >= 0 && page < endPage) {
            count++;
            page = free.nextFree(free.nextUsed(page));
        }
        return count;
    }

    /** Writes a payload to its pages, sealed, without waiting for the medium. */
    void write(Storage storage, ImageExtent extent, MemorySegment payload) {
        int pageBytes = pageSize.bytes();
        int payloadBytes = pageBytes - PageHeader.BYTES;
        Checksum checksum = new Checksum(pageBytes);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment page = arena.allocate(pageBytes, Long.BYTES);
            for (long i = 0; i < extent.pages(); i++) {
                long id = extent.firstPage() + i;
                PageHeader.init(page, 0, PageHeader.IMAGE, 0, 0, id, extent.birth(), 0, 0);
                MemorySegment.copy(payload, i * payloadBytes, page, PageHeader.BYTES, payloadBytes);
                PageHeader.crc(page, 0, checksum.ofPage(page, 0, pageBytes));
                storage.write(id << pageSize.shift(), page, 0, pageBytes);
            }
        }
    }

    /**
     * Reads an image into a map that covers the file and into pending extents.
     *
     * @throws CorruptStoreException when a page of it is damaged
     */
    void read(PageMap pages, ImageExtent extent, long endPage, FreeMap free, PendingFrees pending) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment payload = load(arena, pages, extent);
            long limit = LENGTH_BYTES + payload.get(Bytes.U64, 0);
            if (limit < LENGTH_BYTES || limit > payload.byteSize()) {
                throw new CorruptStoreException(
                        extent.firstPage(), "length of the free-space image", "inside it", limit);
            }
            Reader reader = new Reader(payload, LENGTH_BYTES, limit, extent.firstPage());
            long freeExtents = reader.varint();
            long pendingExtents = reader.varint();
            long page = 0;
            for (long i = 0; i < freeExtents; i++) {
                page += reader.varint();
                long count = reader.varint();
                reader.require(page, count, endPage);
                free.release(page, count);
                page += count;
            }
            for (long i = 0; i < pendingExtents; i++) {
                long first = reader.varint();
                long count = reader.varint();
                long birth = reader.u64();
                long death = reader.u64();
                reader.require(first, count, Long.MAX_VALUE);
                if (first + count <= endPage) {
                    pending.add(first, count, birth, death);
                } else if (first < endPage) {
                    pending.add(first, endPage - first, birth, death);
                }
            }
        }
    }

    private MemorySegment load(Arena arena, PageMap pages, ImageExtent extent) {
        int pageBytes = pageSize.bytes();
        int payloadBytes = pageBytes - PageHeader.BYTES;
        if (extent.pages() <= 0
                || extent.firstPage() + extent.pages() > pages.mappedBytes() >>> pageSize.shift()) {
            throw new CorruptStoreException(
                    extent.firstPage(), "end of the free-space image", "inside the file", extent);
        }
        Checksum checksum = new Checksum(pageBytes);
        MemorySegment payload = arena.allocate(extent.pages() * payloadBytes, Long.BYTES);
        for (long i = 0; i < extent.pages(); i++) {
            long id = extent.firstPage() + i;
            MemorySegment s = pages.segment(id);
            long page = pages.position(id);
            if (PageHeader.type(s, page) != PageHeader.IMAGE
                    || PageHeader.pageId(s, page) != id
                    || PageHeader.birth(s, page) != extent.birth()
                    || PageHeader.crc(s, page) != checksum.ofPage(s, page, pageBytes)) {
                throw new CorruptStoreException(id, "page " + id + ": not the free-space image");
            }
            MemorySegment.copy(s, page + PageHeader.BYTES, payload, i * payloadBytes, payloadBytes);
        }
        return payload;
    }

    /** Reads numbers up to a limit. */
    private static final class Reader {
        private final MemorySegment payload;
        private final long limit;
        private final long imagePage;
        private long at;

        Reader(MemorySegment payload, long at, long limit, long imagePage) {
            this.payload = payload;
            this.at = at;
            this.limit = limit;
            this.imagePage = imagePage;
        }

        long varint() {
            checkBelowLimit();
            long value = Bytes.varint(payload, at);
            at = Bytes.skipVarint(payload, at);
            return value;
        }

        long u64() {
            checkBelowLimit();
            long value = payload.get(Bytes.U64, at);
            at += Long.BYTES;
            return value;
        }

        private void checkBelowLimit() {
            if (at >= limit) {
                throw new CorruptStoreException(imagePage, "free-space image ends early");
            }
        }

        void require(long page, long count, long endPage) {
            if (page < 0 || count <= 0 || page + count > endPage || page + count < page) {
                throw new CorruptStoreException(
                        imagePage, "extent", "below page " + endPage, page + "+" + count);
            }
        }
    }
}
