package dev.coppice.engine.page;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Where pages lie in memory: the chunks of the file's mapping and, for a transaction that collects
 * its pages before it writes them, the buffered pages that stand before them.
 *
 * <p>Thread safety: immutable but for {@link #remap}; a map over a snapshot's chunks may be read by
 * any thread, a map with buffered pages by its writer only.
 */
public final class PageMap {
    /** Compared with what was loaded ahead, so that the loads stay; no page has a negative id. */
    private static final int NO_SUM = 0x5EED_1E55;

    private static final VarHandle FIRST_WORD = ValueLayout.JAVA_LONG.varHandle();

    private final int pageShift;
    private final int chunkShift;
    private final long chunkMask;

    /** Where it is null, no page is compared, and each run that is read. */
    private final PageVerifier verifier;

    private final BufferedPages buffered;

    // Writer only, where it changes at all.
    private MemorySegment[] chunks;

    public PageMap(PageSize pageSize, MemorySegment[] chunks, PageVerifier verifier) {
        this(pageSize, chunks, verifier, null);
    }

    public PageMap(
            PageSize pageSize,
            MemorySegment[] chunks,
            PageVerifier verifier,
            BufferedPages buffered) {
        this.pageShift = pageSize.shift();
        this.chunkShift = Integer.numberOfTrailingZeros(Storage.CHUNK_BYTES) - pageShift;
        this.chunkMask = (1L << chunkShift) - 1;
        this.chunks = chunks;
        this.verifier = verifier;
        this.buffered = buffered;
    }

    /** Continues on a longer mapping of the same file. */
    public void remap(MemorySegment[] newChunks) {
        chunks = newChunks;
    }

    /** {@return the chunks that this map reads} */
    public MemorySegment[] chunks() {
        return chunks;
    }

    /** {@return bytes of the file that the chunks cover} */
    public long mappedBytes() {
        int last = chunks.length - 1;
        return last < 0 ? 0 : (long) last * Storage.CHUNK_BYTES + chunks[last].byteSize();
    }

    public int pageBytes() {
        return 1 << pageShift;
    }

    /** {@return the segment that holds a page; the page starts at {@link #position}} */
    public MemorySegment segment(long pageId) {
        if (buffered != null && buffered.holds(pageId)) {
            return buffered.slab();
        }
        long chunk = pageId >>> chunkShift;
        MemorySegment[] all = chunks;
        if (chunk >= all.length) {
            throw outsideFile(pageId);
        }
        return all[(int) chunk];
    }

    /** {@return where the page starts in its {@link #segment}} */
    public long position(long pageId) {
        if (buffered != null && buffered.holds(pageId)) {
            return buffered.position(pageId);
        }
        return (pageId & chunkMask) << pageShift;
    }

    /**
     * Stores nothing into a page of a writable mapping, so that a later store does not fault.
     *
     * <p>An atomic addition of nothing counts as a store and cannot undo one of the writer.
     */
    public void touch(long pageId) {
        FIRST_WORD.getAndAdd(segment(pageId), position(pageId), 0L);
    }

    /**
     * Finds the page that a reference names and checks that it is that page.
     *
     * @param level the level that the parent implies, or -1 for a root
     * @return the page's segment
     * @throws CorruptStoreException when it is another page, an older one, or damaged
     */
    public MemorySegment visit(long pageId, long birth, int level) {
        MemorySegment segment = segmentWithAll(pageId);
        long page = position(pageId);
        int ahead = load(segment, page, level);
        check(segment, page, pageId, birth, level);
        if (!isLoaded(pageId, ahead)) {
            throw outsideFile(pageId);
        }
        return segment;
    }

    /** Loads what a search of a page will read. {@return a number without meaning} */
    public int load(long pageId, int level) {
        MemorySegment segment = segmentWithAll(pageId);
        long page = position(pageId);
        return PageHeader.shape(segment, page) + load(segment, page, level);
    }

    private static int load(MemorySegment segment, long page, int level) {
        return switch (level) {
            case 0 -> SlottedPage.touch(segment, page);
            case 1 -> SlottedPage.touch(segment, page) + SlottedPage.touchMore(segment, page);
            // So few that they lie in the caches.
            default -> 0;
        };
    }

    /** As {@link #visit}, for a page whose lines were loaded before. */
    public MemorySegment visitLoaded(long pageId, long birth, int level) {
        MemorySegment segment = segmentWithAll(pageId);
        check(segment, position(pageId), pageId, birth, level);
        return segment;
    }

    /** {@return as {@link #segment} for a page that it holds to its end} */
    private MemorySegment segmentWithAll(long pageId) {
        MemorySegment segment = segment(pageId);
        if (position(pageId) + pageBytes() > segment.byteSize()) {
            throw outsideFile(pageId);
        }
        return segment;
    }

    private void check(MemorySegment segment, long page, long pageId, long birth, int level) {
        if (PageHeader.pageId(segment, page) != pageId
                || PageHeader.birth(segment, page) != birth) {
            throw wrongPage(pageId, birth, segment, page);
        }
        int found = PageHeader.typeAndLevel(segment, page);
        boolean isExpected =
                level < 0 ? PageHeader.isRoot(found) : found == PageHeader.typeAndLevel(level);
        if (!isExpected) {
            throw wrongLevel(pageId, level, found);
        }
        if (verifier != null && verifier.isDue(pageId, birth)) {
            verifier.verify(segment, page, pageId, pageBytes());
        }
    }

    /** {@return true; it depends on what was loaded ahead, so that the loads are not left out} */
    public static boolean isLoaded(long pageId, int ahead) {
        return ahead != NO_SUM || pageId >= 0;
    }

    /** Compares the checksums of an overflow run where those of a page born then would be. */
    public void verifyRun(long firstPage, long birth, long runBytes) {
        if (isRunDue(firstPage, birth)) {
            OverflowRun.verify(this, firstPage, birth, runBytes);
            runVerified(firstPage);
        }
    }

    boolean isRunDue(long firstPage, long birth) {
        return verifier == null || verifier.isDue(firstPage, birth);
    }

    /** Requires: {@link #isRunDue}, and all checksums of the run agreed. */
    void runVerified(long firstPage) {
        if (verifier != null) {
            verifier.verified(firstPage);
        }
    }

    /** Copies bytes of an overflow run, which may cross chunks of the mapping. */
    void copyOut(long firstPage, long offset, byte[] target, int at, int length) {
        long from = (firstPage << pageShift) + offset;
        int done = 0;
        while (done < length) {
            long position = from + done;
            long inChunk = position % Storage.CHUNK_BYTES;
            int piece = (int) Math.min(length - done, Storage.CHUNK_BYTES - inChunk);
            MemorySegment chunk = chunkWith(firstPage, position, piece);
            MemorySegment.copy(chunk, Bytes.U8, inChunk, target, at + done, piece);
            done += piece;
        }
    }

    /** As {@link #copyOut(long, long, byte[], int, int)}, a whole run. */
    void copyOut(long firstPage, MemorySegment target, long at, long length) {
        long from = firstPage << pageShift;
        long done = 0;
        while (done < length) {
            long position = from + done;
            long inChunk = position % Storage.CHUNK_BYTES;
            long piece = Math.min(length - done, Storage.CHUNK_BYTES - inChunk);
            MemorySegment chunk = chunkWith(firstPage, position, piece);
            MemorySegment.copy(chunk, inChunk, target, at + done, piece);
            done += piece;
        }
    }

    /** {@return the chunk that holds so many bytes of a run from a position of the file on} */
    private MemorySegment chunkWith(long firstPage, long position, long bytes) {
        long chunk = position / Storage.CHUNK_BYTES;
        if (chunk >= chunks.length
                || position % Storage.CHUNK_BYTES + bytes > chunks[(int) chunk].byteSize()) {
            throw outsideFile(firstPage);
        }
        return chunks[(int) chunk];
    }

    private static CorruptStoreException wrongPage(
            long pageId, long birth, MemorySegment segment, long page) {
        return new CorruptStoreException(
                pageId,
                "identity",
                "page " + pageId + " born " + birth,
                "page "
                        + PageHeader.pageId(segment, page)
                        + " born "
                        + PageHeader.birth(segment, page));
    }

    private static CorruptStoreException wrongLevel(long pageId, int level, int found) {
        return new CorruptStoreException(
                pageId,
                "type and level",
                "level " + (level < 0 ? "of a root" : level),
                "type " + (found & 0xFF) + " level " + (found >>> 8));
    }

    private static CorruptStoreException outsideFile(long pageId) {
        return new CorruptStoreException(pageId, "page " + pageId + " lies outside the file");
    }
}
