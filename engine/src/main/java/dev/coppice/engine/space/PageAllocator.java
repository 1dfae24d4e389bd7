package dev.coppice.engine.space;

import dev.coppice.error.StoreFullException;

/**
 * Hands out free pages. Pages freed a moment ago go first, last in first out, so that a stream of
 * small commits circulates through pages that are in the cache; then runs of adjacent free pages, in
 * the order of the file.
 *
 * <p>Thread safety: the holder of the writer role.
 */
public final class PageAllocator {
    /*
     * The bitmap alone says what is free. The stack of hot pages and the current run are hints: a
     * page taken from them is checked against the bitmap first, so nothing has to be kept in step.
     */
    private static final int HOT_PAGES = 512;
    private static final int WORTHWHILE_RUN = 16;
    private static final int EXTENTS_PER_SEARCH = 32;

    /** The first attempt may find enough room that is not in one piece, the next one grows. */
    private static final int ROOM_ATTEMPTS = 3;

    private final Space space;
    private final long reservePages;
    private final long boundaryPages;
    private final FreeMap free;
    private final PendingFrees pending;
    private final long[] hot = new long[HOT_PAGES];
    private int hotSize;
    private long runNext;
    private long runLimit;
    private long searchFrom;
    private long usedEnd;

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
     * @param boundaryPages a run of fewer pages does not cross a multiple of this
     */
    public PageAllocator(
            FreeMap free,
            PendingFrees pending,
            long reservePages,
            long boundaryPages,
            Space space) {
        this.free = free;
        this.pending = pending;
        this.reservePages = reservePages;
        this.boundaryPages = boundaryPages;
        this.space = space;
        this.usedEnd = free.usedEnd();
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
            if (free.isFree(page)) {
                return take(page, 1);
            }
        }
        if (runNext >= runLimit || !free.isFree(runNext)) {
            findWorthwhileRun();
        }
        return take(runNext++, 1);
    }

    private long tryAllocateRun(long count, boolean mayUseReserve) {
        if (free.free() < count + (mayUseReserve ? 0 : reservePages)) {
            return -1;
        }
        long boundary = count < boundaryPages ? boundaryPages : 0;
        long page = free.findRun(searchFrom, free.pages(), count, boundary);
        if (page < 0 && searchFrom > 0) {
            page = free.findRun(0, free.pages(), count, boundary);
        }
        if (page >= 0) {
            searchFrom = page + count;
            take(page, count);
        }
        return page;
    }

    /** Requires: a page is free. */
    private void findWorthwhileRun() {
        long at = runNext;
        long best = -1;
        long bestLength = 0;
        for (int i = 0; i < EXTENTS_PER_SEARCH && bestLength < WORTHWHILE_RUN; i++) {
            long start = free.nextFree(at);
            if (start < 0) {
                start = free.nextFree(0);
            }
            at = free.nextUsed(start);
            if (at - start > bestLength) {
                best = start;
                bestLength = at - start;
            }
        }
        runNext = best;
        runLimit = best + bestLength;
    }

    private long take(long page, long count) {
        free.take(page, count);
        usedEnd = Math.max(usedEnd, page + count);
        return page;
    }

    private StoreFullException full(long count) {
        return new StoreFullException(
                "no free pages: wanted="
                        + count
                        + ", free="
                        + free.free()
                        + ", reserved for deletes and checkpoints="
                        + reservePages
                        + ", pinned by snapshots and the last checkpoint="
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
        pending.reclaim(
                roots,
                count,
                (page, n, birth) -> {
                    if (birth > hotAfter) {
                        release(page, n);
                    } else {
                        free.release(page, n);
                    }
                });
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
