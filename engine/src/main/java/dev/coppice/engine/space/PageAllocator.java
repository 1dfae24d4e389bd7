package dev.coppice.engine.space;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.storage.Storage;
import java.util.Arrays;

/**
 * Hands out free pages. Pages freed a moment ago go first, last in first out, so that a stream of
 * small commits circulates through pages that are in the cache; then the free pages of one extent
 * after the other, those with the most of them first.
 *
 * <p>Thread safety: the holder of the writer role; {@link #upcoming} any thread.
 */
public final class PageAllocator {
    /*
     * The bitmap alone says what is free. The stack of hot pages and the granted extents are hints: a
     * page taken from them is checked against the bitmap first, so nothing has to be kept in step.
     *
     * An extent is as large as a folio of the page cache can be, and aligned like one: a store
     * through the mapping dirties a whole folio, so that what is flushed for a page shrinks with the
     * share of the folio's pages that are new. Extents are granted a few at a time, and one batch
     * ahead, so that the maintenance thread can fault them in before the writer comes to them.
     */
    private static final int HOT_PAGES = 512;
    private static final int EXTENT_BYTES = Storage.FOLIO_BYTES;
    private static final int GRANTED_EXTENTS = 8;
    private static final int EXTENTS_PER_SEARCH = 2048;
    private static final long[] NONE = {};
    private static final long NO_CEILING = Long.MAX_VALUE;

    /** The first attempt may find enough room that is not in one piece, the next one grows. */
    private static final int ROOM_ATTEMPTS = 3;

    private final Space space;
    private final long reservePages;
    private final long boundaryPages;
    private final int extentPages;
    private final FreeMap free;
    private final PendingFrees pending;
    private final long[] hot = new long[HOT_PAGES];
    private int hotSize;
    private long runNext;
    private long runLimit;
    private long[] granted = NONE;
    private int nextGranted;
    private long searchExtent;
    private long searchFrom;
    private long usedEnd;

    /** Pages from here on are handed out only when there are no others. */
    private volatile long ceiling = NO_CEILING;

    private volatile long[] upcoming = NONE;
    private volatile int batch;
    private int batches;
    private final PendingFrees.Sink reclaimed = this::reclaimed;
    private Runnable whenGranted = () -> {};
    private long reclaimHotAfter;

    /** Finds more room when the free pages run out. */
    @FunctionalInterface
    public interface Space {
        /**
         * Makes at least {@code pages} more pages free, if need be adjacent ones at the file's end.
         *
         * @throws StoreFullException when that is impossible
         */
        void makeRoom(long pages);
    }

    /**
     * Creates an allocator.
     *
     * @param free the free pages, shared with nobody
     * @param pending superseded pages that may still be needed
     * @param reservePages free pages that only deletes and checkpoints may use
     * @param chunkBytes length of a chunk of the mapping, which a shorter run does not cross
     * @param pageBytes page size
     */
    public PageAllocator(
            FreeMap free,
            PendingFrees pending,
            long reservePages,
            long chunkBytes,
            int pageBytes,
            Space space) {
        this.free = free;
        this.pending = pending;
        this.reservePages = reservePages;
        this.boundaryPages = chunkBytes / pageBytes;
        this.extentPages = EXTENT_BYTES / pageBytes;
        this.space = space;
        this.usedEnd = free.usedEnd();
    }

    /**
     * Sets what is called by the holder of the writer role when pages come from another extent, so
     * that growth and faulting in keep ahead of a long transaction. It must not wait.
     */
    public void whenGranted(Runnable action) {
        whenGranted = action;
    }

    public FreeMap freeMap() {
        return free;
    }

    public PendingFrees pending() {
        return pending;
    }

    /** {@return one past the highest page handed out} */
    public long usedEnd() {
        return usedEnd;
    }

    /** {@return free pages beyond the reserve} */
    public long available() {
        return Math.max(0, free.free() - reservePages);
    }

    /**
     * {@return a free page, taken}
     *
     * @param mayUseReserve for deletes and checkpoints
     */
    public long allocate(boolean mayUseReserve) {
        long page = tryAllocate(mayUseReserve);
        if (page < 0) {
            makeRoom(1, mayUseReserve);
            page = tryAllocate(mayUseReserve);
            if (page < 0) {
                throw full(1);
            }
        }
        return page;
    }

    /** {@return the first of {@code count} adjacent free pages, taken} */
    public long allocateRun(long count, boolean mayUseReserve) {
        if (count == 1) {
            return allocate(mayUseReserve);
        }
        long page = tryAllocateRun(count, mayUseReserve);
        for (int attempt = 0; page < 0 && attempt < ROOM_ATTEMPTS; attempt++) {
            makeRoom(count + boundaryWaste(count), mayUseReserve);
            page = tryAllocateRun(count, mayUseReserve);
        }
        if (page < 0) {
            throw full(count);
        }
        return page;
    }

    /** {@return what a run of so many pages may not cross, or 0; see {@link FreeMap#findRun}} */
    long boundary(long count) {
        return count < boundaryPages ? boundaryPages : 0;
    }

    private void makeRoom(long count, boolean mayUseReserve) {
        try {
            space.makeRoom(count + (mayUseReserve ? 0 : reservePages));
        } catch (StoreFullException e) {
            if (!mayUseReserve || free.free() < count) {
                throw e;
            }
        }
    }

    private long boundaryWaste(long count) {
        return count < boundaryPages ? count : 0;
    }

    private long tryAllocate(boolean mayUseReserve) {
        if (free.free() <= (mayUseReserve ? 0 : reservePages)) {
            return -1;
        }
        while (hotSize > 0) {
            long page = hot[--hotSize];
            if (page < ceiling && free.isFree(page)) {
                return take(page, 1);
            }
        }
        long page = free.nextFree(runNext);
        while (page < 0 || page >= runLimit || page >= ceiling) {
            grantNext();
            page = free.nextFree(runNext);
        }
        runNext = page + 1;
        return take(page, 1);
    }

    private long tryAllocateRun(long count, boolean mayUseReserve) {
        if (free.free() < count + (mayUseReserve ? 0 : reservePages)) {
            return -1;
        }
        long boundary = boundary(count);
        long limit = Math.min(ceiling, free.pages());
        long page = free.findRun(searchFrom, limit, count, boundary);
        if (page < 0 && searchFrom > 0) {
            page = free.findRun(0, limit, count, boundary);
        }
        if (page < 0 && limit < free.pages()) {
            page = free.findRun(0, free.pages(), count, boundary);
        }
        if (page >= 0) {
            searchFrom = page + count;
            take(page, count);
        }
        return page;
    }

    /** Turns to the next granted extent. Requires: a page is free. */
    private void grantNext() {
        if (nextGranted == granted.length) {
            granted = upcoming.length > 0 ? upcoming : fullestExtents(NONE);
            if (granted.length == 0) {
                ceiling = NO_CEILING;
                granted = fullestExtents(NONE);
            }
            nextGranted = 0;
            upcoming = fullestExtents(granted);
            batches++;
            batch = batches;
        }
        runNext = granted[nextGranted++];
        runLimit = runNext + extentPages;
        whenGranted.run();
    }

    /** {@return the first pages of the extents with the most free pages, the best one first} */
    private long[] fullestExtents(long[] except) {
        long end = Math.min(ceiling, free.pages());
        long extents = (end + extentPages - 1) / extentPages;
        long searched = Math.min(extents, EXTENTS_PER_SEARCH);
        long[] best = new long[GRANTED_EXTENTS];
        int[] counts = new int[GRANTED_EXTENTS];
        int found = 0;
        for (long i = 0; i < extents && (i < searched || found == 0); i++) {
            long extent = (searchExtent + i) % extents;
            long first = extent * extentPages;
            int count = free.freeIn(first, (int) Math.min(extentPages, end - first));
            boolean isWanted = count > 0 && !contains(except, extent * extentPages);
            if (isWanted && (found < best.length || count > counts[found - 1])) {
                found = Math.min(found + 1, best.length);
                insert(best, counts, found, extent * extentPages, count);
            }
        }
        searchExtent = extents > searched ? (searchExtent + searched) % extents : 0;
        return Arrays.copyOf(best, found);
    }

    private static boolean contains(long[] pages, long page) {
        for (long other : pages) {
            if (other == page) {
                return true;
            }
        }
        return false;
    }

    private static void insert(long[] best, int[] counts, int size, long page, int count) {
        int at = size - 1;
        while (at > 0 && counts[at - 1] < count) {
            best[at] = best[at - 1];
            counts[at] = counts[at - 1];
            at--;
        }
        best[at] = page;
        counts[at] = count;
    }

    /** {@return the first pages of the extents that pages are handed out from next} */
    public long[] upcoming() {
        return upcoming;
    }

    /** {@return a number that changes with {@link #upcoming}} */
    public int batch() {
        return batch;
    }

    /** {@return pages in an extent} */
    public int extentPages() {
        return extentPages;
    }

    /** Forgets where pages came from last: the next ones are those of the lowest free extent. */
    public void startOver() {
        hotSize = 0;
        granted = NONE;
        nextGranted = 0;
        upcoming = NONE;
        searchExtent = 0;
        searchFrom = 0;
        usedEnd = free.usedEnd();
        runNext = Math.max(0, free.nextFree(0));
        runLimit = (runNext / extentPages + 1) * extentPages;
    }

    /**
     * Has pages below a limit handed out first, so that those behind become free one after the
     * other. It is lifted when there are none. Any thread.
     */
    public void ceiling(long limit) {
        ceiling = limit;
    }

    /** Has all pages handed out alike. Any thread. */
    public void liftCeiling() {
        ceiling = NO_CEILING;
    }

    /** {@return free pages below the ceiling, beyond the reserve} */
    long freeBelowCeiling() {
        return free.freeBelow(Math.min(ceiling, free.pages())) - reservePages;
    }

    /** {@return whether there are so many adjacent free pages below the ceiling} */
    boolean hasRunBelowCeiling(long count) {
        long limit = Math.min(ceiling, free.pages());
        return freeBelowCeiling() >= count && free.findRun(0, limit, count, boundary(count)) >= 0;
    }

    /** Takes over what is free and pending, in place of what it has. */
    public void become(FreeMap newFree, PendingFrees newPending) {
        free.become(newFree);
        pending.reset();
        newPending.forEachDead(pending::add);
        newPending.forEachImage(pending::addImage);
        startOver();
    }

    /** Covers fewer pages, as the file is about to have. Requires: those behind are free. */
    public void shrink(long pages) {
        free.shrink(pages);
        startOver();
    }

    private long take(long page, long count) {
        free.take(page, count);
        usedEnd = Math.max(usedEnd, page + count);
        return page;
    }

    /**
     * Takes pages that another process has taken.
     *
     * @throws CorruptStoreException when they are not free
     */
    public void retake(long page, long count) {
        if (page + count > free.pages() || free.freeIn(page, (int) count) != count) {
            throw new CorruptStoreException(
                    page, "page " + page + " or one of the next was taken twice");
        }
        take(page, count);
    }

    private StoreFullException full(long count) {
        return new StoreFullException(
                "no free pages: wanted="
                        + count
                        + ", free="
                        + free.free()
                        + ", reserved for deletes and checkpoints="
                        + reservePages
                        + ", kept by snapshots, names and the last checkpoint="
                        + pending.pages()
                        + "; delete data, close old snapshots or raise the maximum size");
    }

    /** Gives pages back that no published root ever held, or none needs any more. */
    public void release(long page, long count) {
        free.release(page, count);
        if (count == 1 && hotSize < HOT_PAGES) {
            hot[hotSize++] = page;
        }
    }

    /** Gives all extents of a list back. */
    public void release(ExtentList extents) {
        for (int i = 0; i < extents.size(); i++) {
            release(extents.page(i), extents.count(i));
        }
    }

    /**
     * Frees pending pages that no root needs.
     *
     * @param roots ids of the roots that must survive, ascending
     * @param hotAfter pages born later are likely in the cache and go to the front
     */
    public void reclaim(long[] roots, int count, long hotAfter) {
        reclaimHotAfter = hotAfter;
        pending.reclaim(roots, count, reclaimed);
    }

    /** Frees images that are not those of the base any more and that no check can be reading. */
    public void reclaimImages(long[] pins, int count) {
        pending.reclaimImages(pins, count, reclaimed);
    }

    private void reclaimed(long page, long count, long birth) {
        if (birth > reclaimHotAfter) {
            release(page, count);
        } else {
            free.release(page, count);
        }
    }

    /** Makes the pages up to {@code newPages} free, after the file grew. */
    public void extend(long newPages) {
        long old = free.pages();
        if (newPages > old) {
            free.extend(newPages);
            free.release(old, newPages - old);
        }
    }
}
