package dev.coppice.engine;

import dev.coppice.engine.commit.OpenStore;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.error.StoreFullException;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Room for new pages: grows the file, ahead of need or when the free pages run out, gets superseded
 * pages back where it cannot grow, and faults in what the writer will store into next.
 *
 * <p>Thread safety: any thread, but for what needs the writer role.
 */
final class Room {
    /** A chunk of the mapping. */
    private static final long MAX_GROWTH_BYTES = Storage.CHUNK_BYTES;

    /** What is written in some milliseconds. */
    private static final long MAX_SLICE_BYTES = 8 << 20;

    private static final long BLOCK_BYTES = 4096;

    private static final long CHUNKS_OF_LARGE = 8;

    /** What the walks of recovery remember pages by is an int. */
    private static final long MAX_PAGES = Integer.MAX_VALUE;

    private final Storage storage;
    private final OpenStore store;
    private final Checkpoints checkpoints;
    private final Supplier<ExtentList> allocated;
    private final EngineObserver observer;
    private final PageSize pageSize;
    private final long growBytes;

    /** Held by who grows the file, or cuts it. */
    private final Object growth = new Object();

    /** Held by who touches free pages ahead of the writer, or cuts them off. */
    private final Object touching = new Object();

    // Writer role.
    private boolean isMakingRoom;

    /**
     * The newest root and the pages in use when the file was opened, or its tail was cut: as long
     * as nobody takes more, it does not grow for nothing.
     */
    private volatile long restingAt;

    private volatile long restingUsed;

    /**
     * How much the file should be grown ahead by once, in pages, since the image of a checkpoint
     * found no place among what was free; or 0.
     */
    private volatile long missedRun;

    /**
     * Creates the room of a store.
     *
     * @param growBytes bytes by which the file grows at least
     * @param allocated what the running transaction has allocated, null where none runs
     */
    Room(
            Storage storage,
            OpenStore store,
            Checkpoints checkpoints,
            long growBytes,
            Supplier<ExtentList> allocated,
            EngineObserver observer) {
        this.observer = observer;
        this.storage = storage;
        this.store = store;
        this.checkpoints = checkpoints;
        this.allocated = allocated;
        this.pageSize = store.pageSize();
        this.growBytes = growBytes;
        rest();
    }

    private void rest() {
        restingAt = store.latestTxn();
        restingUsed = used();
        missedRun = 0;
    }

    private boolean isResting() {
        return store.latestTxn() == restingAt && used() <= restingUsed;
    }

    private long used() {
        FreeMap free = store.allocator().freeMap();
        return free.pages() - free.free();
    }

    /** {@return free bytes, those that the file grew by since the writer last looked included} */
    long freeBytes() {
        return (store.allocator().freeMap().free() + notSeen()) << pageSize.shift();
    }

    /** {@return pages that the file grew by since the writer last looked} */
    private long notSeen() {
        return (storage.size() >>> pageSize.shift()) - store.allocator().freeMap().pages();
    }

    /** {@return bytes by which the file grows next} */
    private long step() {
        return Math.max(growBytes, Math.min(storage.size() / 4, MAX_GROWTH_BYTES));
    }

    /** {@return what a file grows by at once where others may wait for it, whole folios} */
    private long slice() {
        long share = step() / 8 / Storage.FOLIO_BYTES * Storage.FOLIO_BYTES;
        return Math.clamp(share, Storage.FOLIO_BYTES, MAX_SLICE_BYTES);
    }

    /** As {@link Engine#isGrowthDue}. */
    boolean isGrowthDue() {
        return (isLow() || notSeen() < missedRun) && !isResting();
    }

    private boolean isLow() {
        return freeBytes() < step() / 4;
    }

    /** {@return the size that the file should have} As {@link #growAhead}. */
    private long sizeAhead(boolean isStoredInto) {
        long size = storage.size();
        if (!isGrowthDue()) {
            return size;
        }
        return isLow() || !isStoredInto
                ? stepEnd(size + step(), MAX_GROWTH_BYTES)
                : stepEnd(size + (missedRun << pageSize.shift()), Storage.FOLIO_BYTES);
    }

    /**
     * Grows the file ahead of need, where {@link #isGrowthDue}.
     *
     * @param isStoredInto whether stores will go through the mapping: then what the file grows by
     *     is faulted in, most of which is not upcoming yet; and it grows slice by slice, so that a
     *     writer that needs room at once waits for no more than one
     */
    void growAhead(boolean isStoredInto) {
        long end = sizeAhead(isStoredInto);
        missedRun = 0;
        if (end > storage.maxSize()) {
            return;
        }
        long grown = storage.size();
        while (grown < end) {
            long from;
            synchronized (growth) {
                from = storage.size();
                if (from < grown || from >= end || store.isPoisoned()) {
                    return;
                }
                grown = isStoredInto ? Math.min(end, roundUp(from + 1, slice())) : end;
                try {
                    growTo(grown);
                } catch (StoreFullException e) {
                    // Who needs the room will find out, and say so.
                    return;
                }
            }
            if (isStoredInto) {
                touchFrom(from >>> pageSize.shift());
            }
        }
    }

    private void touchFrom(long first) {
        synchronized (touching) {
            PageMap pages = new PageMap(pageSize, storage.writableChunks(), null);
            long end = pages.mappedBytes() >>> pageSize.shift();
            for (long page = first; page < end; page++) {
                pages.touch(page);
            }
        }
    }

    /**
     * Faults the extents in that the writer will store into next, so that it does not have to: the
     * file system's bookkeeping for the first store since a flush costs microseconds.
     */
    void prefault() {
        synchronized (touching) {
            prefaultUpcoming();
        }
    }

    private void prefaultUpcoming() {
        PageAllocator allocator = store.allocator();
        MemorySegment[] chunks = storage.writableChunks();
        PageMap pages = new PageMap(pageSize, chunks, null);
        long filePages = pages.mappedBytes() >>> pageSize.shift();
        for (long extent : allocator.upcoming()) {
            long limit = Math.min(extent + allocator.extentPages(), filePages);
            for (long page = extent; page < limit; page++) {
                if (allocator.freeMap().isFree(page)) {
                    pages.touch(page);
                }
            }
        }
    }

    /**
     * {@return the size to grow to for at least {@code size}: by whole folios, large files by whole
     * chunks where the unit may be as large}
     */
    private static long stepEnd(long size, long maxUnit) {
        if (size < Storage.FOLIO_BYTES) {
            return roundUp(size, BLOCK_BYTES);
        }
        boolean isLarge = size >= CHUNKS_OF_LARGE * Storage.CHUNK_BYTES;
        return roundUp(size, isLarge ? maxUnit : Storage.FOLIO_BYTES);
    }

    private static long roundUp(long bytes, long unit) {
        return (bytes + unit - 1) / unit * unit;
    }

    /**
     * Called by the allocator when it has no free pages left. Writer role.
     *
     * @param isStoredInto whether stores will go through the mapping: then the file grows by a
     *     slice, a folio for the image of a checkpoint, and {@link #growAhead} does the rest
     */
    void make(long pages, boolean isStoredInto) {
        boolean isForImage = checkpoints.isCapturing();
        if (isForImage && pages > 1) {
            // The next image is to find its place, and it may be longer.
            missedRun = pages + pages / 4;
        }
        if (hasRoom(pages)) {
            return;
        }
        long step = isForImage ? Storage.FOLIO_BYTES : slice();
        try {
            grow(pages, isStoredInto ? step : MAX_GROWTH_BYTES);
        } catch (StoreFullException full) {
            if (isMakingRoom || isForImage || !relieve(pages)) {
                throw full;
            }
        }
        extendToFile();
    }

    /** Runs what compares the free pages with the file, which does not grow meanwhile. */
    <T> T atFixedSize(Supplier<T> operation) {
        synchronized (growth) {
            extendToFile();
            return operation.get();
        }
    }

    /**
     * Cuts the free tail off the file; as {@link OpenStore#cutTail}.
     *
     * @param isStep whether so much stays that the file does not grow again at once, and no more
     *     than a chunk is cut, since that takes its time
     */
    boolean cutTail(boolean isStep) {
        synchronized (growth) {
            extendToFile();
            FreeMap free = store.allocator().freeMap();
            long used = used();
            long step = MAX_GROWTH_BYTES >>> pageSize.shift();
            long kept = isStep ? Math.max(used + slackPages(used), free.pages() - step) : 0;
            // Before the size changes, which has growth seem due.
            rest();
            synchronized (touching) {
                return store.cutTail(kept);
            }
        }
    }

    /**
     * {@return pages to leave free behind so many used ones, so that the file does not grow again
     * at once}
     */
    long slackPages(long usedPages) {
        long used = usedPages << pageSize.shift();
        long step = Math.max(growBytes, Math.min(used / 4, MAX_GROWTH_BYTES));
        return ((step / 4) >>> pageSize.shift()) + OpenStore.RESERVE_PAGES + 32 + usedPages / 64;
    }

    private void growTo(long bytes) {
        long before = storage.size();
        Object begun = observer.begins(EngineObserver.Work.GROWTH);
        boolean isDone = false;
        try {
            storage.grow(bytes);
            isDone = true;
        } finally {
            observer.ended(EngineObserver.Work.GROWTH, begun, isDone, before, storage.size());
        }
    }

    /** Takes what the file has grown by; returns how many pages. */
    private long extendToFile() {
        storage.reach(Long.MAX_VALUE);
        long filePages = storage.size() >>> pageSize.shift();
        long grown = filePages - store.allocator().freeMap().pages();
        store.commits().extend(filePages);
        return grown;
    }

    /** {@return whether the file has grown by enough, or pages that were given back are enough} */
    private boolean hasRoom(long pages) {
        boolean isLonger = extendToFile() >= pages;
        return (isLonger || isMakingRoom) && store.allocator().freeMap().free() >= pages;
    }

    private void grow(long pages, long maxStep) {
        synchronized (growth) {
            if (hasRoom(pages)) {
                return;
            }
            long size = storage.size();
            long least = roundUp(size + (pages << pageSize.shift()), BLOCK_BYTES);
            long step = Math.max(growBytes, Math.min(step(), maxStep));
            long wanted = stepEnd(Math.max(least, size + step), maxStep);
            long max = Math.min(storage.maxSize(), MAX_PAGES << pageSize.shift());
            if (wanted > max) {
                wanted = max / BLOCK_BYTES * BLOCK_BYTES;
                if (wanted <= size) {
                    throw new StoreFullException(
                            "the store has reached its maximum size: size="
                                    + size
                                    + ", max="
                                    + max);
                }
            }
            try {
                growTo(wanted);
            } catch (StoreFullException e) {
                if (least >= wanted) {
                    throw e;
                }
                if (storage.size() < least) {
                    growTo(least);
                }
            }
        }
    }

    /** Gives superseded pages back early; returns whether that made room. */
    private boolean relieve(long pages) {
        isMakingRoom = true;
        try {
            store.reapReaders();
            store.commits().reclaim();
            if (store.allocator().freeMap().free() < pages) {
                checkpoints.runForWriter(allocated.get());
                store.commits().reclaim();
            }
            return store.allocator().freeMap().free() >= pages;
        } catch (StoreFullException e) {
            return false;
        } finally {
            isMakingRoom = false;
        }
    }
}
