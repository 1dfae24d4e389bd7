package dev.coppice.engine.space;

import dev.coppice.engine.page.BufferedPages;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.PageVerifier;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The pages that one write transaction allocated and superseded, and the way in which they reach
 * the file: stored through the mapping in place, or buffered and written positionally.
 *
 * <p>A page that the transaction allocated under its current id is its own: it is changed in place,
 * and reusable at once when superseded. A page from before, or from before the newest savepoint, is
 * copied; its death counts when the transaction is published.
 *
 * <p>Thread safety: the holder of the writer role. Reused by the next transaction.
 */
public final class WriteSet {
    private static final int BUFFERED_BYTES = 1 << 22;
    private static final int MIN_BUFFERED_PAGES = 512;

    /** No single operation on a tree touches more pages than this. */
    private static final int PAGES_PER_OPERATION = 256;

    private final Storage storage;
    private final PageSize pageSize;
    private final PageAllocator allocator;
    private final PageMap mapped;
    private final Arena arena;
    private final PageVerifier verifier;
    private final Checksum checksum;
    private final ExtentList allocated = new ExtentList();
    private final ExtentList superseded = new ExtentList();
    private final ExtentList unused = new ExtentList();
    private final LoosePages loose = new LoosePages();
    private final RunWriter runs = new RunWriter(this);
    private BufferedPages buffer;
    private PageMap buffered;
    private MemorySegment staging;

    // Of the running transaction.
    private PageMap pages;
    private boolean isBuffered;
    private boolean mayUseReserve;
    private long id;

    public WriteSet(
            Storage storage,
            PageSize pageSize,
            PageAllocator allocator,
            PageVerifier verifier,
            Arena arena) {
        this.storage = storage;
        this.pageSize = pageSize;
        this.allocator = allocator;
        this.verifier = verifier;
        this.arena = arena;
        this.checksum = new Checksum(pageSize.bytes());
        this.mapped = new PageMap(pageSize, storage.writableChunks(), verifier);
    }

    /** Starts a transaction. */
    public void begin(long transactionId, boolean isPositional) {
        assert allocated.size() == 0 && superseded.size() == 0 && loose.pages() == 0;
        id = transactionId;
        isBuffered = isPositional;
        mayUseReserve = false;
        if (isPositional) {
            pages = buffered();
            pages.remap(storage.chunks());
        } else {
            pages = mapped;
            pages.remap(storage.writableChunks());
        }
    }

    private PageMap buffered() {
        if (buffered == null) {
            int capacity = Math.max(MIN_BUFFERED_PAGES, BUFFERED_BYTES >>> pageSize.shift());
            staging = arena.allocate(1 << 18, 64);
            buffer = new BufferedPages(arena, pageSize, capacity);
            buffered = new PageMap(pageSize, storage.chunks(), verifier, buffer);
        }
        return buffered;
    }

    /** {@return the pages as this transaction sees them} */
    public PageMap pages() {
        return pages;
    }

    public PageSize pageSize() {
        return pageSize;
    }

    /** {@return the id that new pages are born with} */
    public long id() {
        return id;
    }

    /** {@return whether a page of this birth may be changed in place} */
    public boolean isOwn(long birth) {
        return birth == id;
    }

    /** Lets the transaction use the pages that are kept for deletes. */
    public void mayUseReserve(boolean allowed) {
        mayUseReserve = allowed;
    }

    /**
     * Called before each operation on a tree: writes buffered pages out when few frames are left.
     *
     * @return whether own pages may be changed without another {@link #edit}
     */
    public boolean beginOperation() {
        if (isBuffered && buffer.free() < PAGES_PER_OPERATION) {
            writeOut();
            return false;
        }
        return true;
    }

    /** {@return a new page; its content is undefined} */
    public long allocate() {
        long page = loose.pop();
        if (page < 0) {
            allocated.makeRoom();
            page = allocator.allocate(mayUseReserve);
            allocated.add(page, 1);
        }
        remapFor(page + 1);
        if (isBuffered && !buffer.holds(page)) {
            buffer.add(page);
        }
        return page;
    }

    private void remapFor(long endPage) {
        if (endPage << pageSize.shift() > pages.mappedBytes()) {
            pages.remap(isBuffered ? storage.chunks() : storage.writableChunks());
        }
    }

    /** {@return a new page with the content of an old one, under its own name; the old one dies} */
    public long copyOnWrite(long oldPage, long oldBirth) {
        long page = allocate();
        MemorySegment target = pages.segment(page);
        long at = pages.position(page);
        SlottedPage.copy(
                pages.segment(oldPage), pages.position(oldPage), target, at, pageSize.bytes());
        PageHeader.rename(target, at, page, id);
        supersede(oldPage, oldBirth);
        return page;
    }

    /**
     * Makes an own page changeable: one that was written out already comes back into the buffer.
     */
    public void edit(long page) {
        if (isBuffered && !buffer.holds(page)) {
            MemorySegment from = pages.segment(page);
            long position = pages.position(page);
            buffer.add(page);
            MemorySegment.copy(
                    from, position, buffer.slab(), buffer.position(page), pageSize.bytes());
        }
    }

    /** Records that the transaction's roots do not reach a page any more. */
    public void supersede(long page, long birth) {
        if (isOwn(birth)) {
            loose.push(page);
        } else {
            superseded.add(page, 1, birth, id);
        }
    }

    /** As {@link #supersede} for an overflow run. */
    public void supersedeRun(long page, long birth, long runBytes) {
        long count = pageSize.runPages(runBytes);
        long filePages = pages.mappedBytes() >>> pageSize.shift();
        if (runBytes <= 0 || runBytes > pages.mappedBytes() || count > filePages - page) {
            throw new CorruptStoreException(
                    page, "length of an overflow run", "inside the file", runBytes);
        }
        if (isOwn(birth)) {
            loose.pushRun(page, count);
        } else {
            superseded.add(page, count, birth, id);
        }
    }

    /** {@return free pages that a vacuum may use} */
    public long freeBelowCeiling() {
        return allocator.freeBelowCeiling();
    }

    /** {@return whether a run of this length has a place that a vacuum may use} */
    public boolean hasRunBelowCeiling(long runBytes) {
        return allocator.hasRunBelowCeiling(pageSize.runPages(runBytes));
    }

    /**
     * Writes bytes to an overflow run of their own, checksums included.
     *
     * @return the first page of the run
     */
    public long writeRun(ValueSource bytes) {
        startRun(runs, bytes.length());
        runs.add(bytes);
        runs.finish();
        return runs.page();
    }

    /** {@return what writes an overflow run of so many bytes, whose pages are taken} */
    public RunWriter startRun(int length) {
        RunWriter run = new RunWriter(this);
        startRun(run, length);
        return run;
    }

    private void startRun(RunWriter run, int length) {
        long count = pageSize.runPages(length);
        long page = allocateRun(count);
        remapFor(page + count);
        run.start(page, length);
    }

    private long allocateRun(long count) {
        long page = loose.popRun(count, allocator.boundary(count));
        if (page < 0) {
            allocated.makeRoom();
            page = allocator.allocateRun(count, mayUseReserve);
            allocated.add(page, count);
        }
        return page;
    }

    /** Copies bytes into pages of a run. */
    void put(long position, byte[] bytes, int length) {
        int done = 0;
        while (done < length) {
            long at = position + done;
            int piece;
            if (isBuffered) {
                piece = (int) Math.min(length - done, staging.byteSize());
                MemorySegment.copy(bytes, done, staging, Bytes.U8, 0, piece);
                storage.write(at, staging, 0, piece);
            } else {
                long inChunk = at % Storage.CHUNK_BYTES;
                MemorySegment chunk = pages.chunks()[(int) (at / Storage.CHUNK_BYTES)];
                piece = (int) Math.min(length - done, Storage.CHUNK_BYTES - inChunk);
                MemorySegment.copy(bytes, done, chunk, Bytes.U8, inChunk, piece);
            }
            done += piece;
        }
    }

    /**
     * Brings the transaction's pages to the file: announces the stored ones, or seals and writes
     * the buffered ones. Does not wait for the medium.
     */
    public void writeOut() {
        if (isBuffered) {
            writeBuffered();
            return;
        }
        for (int i = 0; i < allocated.size(); i++) {
            storage.stored(
                    allocated.page(i) << pageSize.shift(), allocated.count(i) << pageSize.shift());
        }
    }

    private void writeBuffered() {
        long[] ids = buffer.sortedPageIds();
        int count = buffer.size();
        int pageBytes = pageSize.bytes();
        int staged = 0;
        for (int i = 0; i < count; i++) {
            long frame = buffer.position(ids[i]);
            int crc = checksum.ofPage(buffer.slab(), frame, pageBytes);
            PageHeader.crc(buffer.slab(), frame, crc);
            MemorySegment.copy(buffer.slab(), frame, staging, staged, pageBytes);
            staged += pageBytes;
            boolean isEnd = i + 1 == count || ids[i + 1] != ids[i] + 1;
            if (isEnd || staged + pageBytes > staging.byteSize()) {
                long first = ids[i] + 1 - staged / pageBytes;
                storage.write(first << pageSize.shift(), staging, 0, staged);
                staged = 0;
            }
        }
        buffer.clear();
    }

    /** {@return all pages the transaction took from the free ones} */
    public ExtentList allocated() {
        return allocated;
    }

    /**
     * {@return the pages that die with the transaction's publication} Their death is the id that it
     * had then: a named snapshot that it takes later does not see them.
     */
    public ExtentList superseded() {
        return superseded;
    }

    /** {@return pages that the transaction took and its roots do not reach, before it ends} */
    public ExtentList unused() {
        loose.drainTo(unused);
        return unused;
    }

    /** {@return pages that the transaction holds and its roots reach} */
    public long livePages() {
        return allocated.pages() - loose.pages() - unused.pages();
    }

    /** A point in the transaction to which its pages can return. */
    public record Mark(int allocated, int superseded, int unused) {}

    /** Takes a savepoint: pages of before are not the transaction's own any more. */
    public Mark mark(long newId) {
        loose.drainTo(unused);
        id = newId;
        return new Mark(allocated.mark(), superseded.mark(), unused.mark());
    }

    /** Returns to a savepoint: what was allocated since is free again, what died since lives. */
    public void rollback(Mark mark, long newId) {
        if (isBuffered) {
            writeBuffered();
        }
        loose.clear();
        for (int i = mark.allocated; i < allocated.size(); i++) {
            allocator.release(allocated.page(i), allocated.count(i));
        }
        allocated.truncate(mark.allocated);
        superseded.truncate(mark.superseded);
        unused.truncate(mark.unused);
        id = newId;
    }

    /** After publication: gives back what the roots do not reach. The deaths are the caller's. */
    public void finish() {
        loose.drainTo(unused);
        allocator.release(unused);
        clear();
    }

    /** Gives everything back: nothing of the transaction was published. */
    public void abort() {
        allocator.release(allocated);
        clear();
    }

    /** Forgets everything and gives nothing back. */
    public void forget() {
        clear();
    }

    private void clear() {
        allocated.clear();
        superseded.clear();
        unused.clear();
        loose.clear();
        if (buffer != null) {
            buffer.clear();
        }
    }
}
