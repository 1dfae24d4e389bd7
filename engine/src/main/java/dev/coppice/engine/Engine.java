package dev.coppice.engine;

import dev.coppice.engine.btree.TreeWriter;
import dev.coppice.engine.commit.Checkpoint;
import dev.coppice.engine.commit.Commits;
import dev.coppice.engine.commit.OpenStore;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.PageVerifier;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.error.BusyException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A store on a storage: any number of readers of pinned roots, one writer at a time, checkpoints
 * when somebody asks for them.
 *
 * <p>Thread safety: any thread, but for what needs the writer role.
 */
public final class Engine implements AutoCloseable {
    /** A chunk of the mapping: smaller steps would map the last one anew, and fault it in again. */
    private static final long MAX_GROWTH_BYTES = Storage.CHUNK_BYTES;

    /** What the walks of recovery remember pages by is an int. */
    private static final long MAX_PAGES = Integer.MAX_VALUE;

    private static final VarHandle FIRST_WORD = ValueLayout.JAVA_LONG.varHandle();

    /** How long to wait before looking again whether a checkpoint has let go of the writer role. */
    private static final long CAPTURE_NANOS = 20_000;

    private final Storage storage;
    private final EngineOptions options;
    private final OpenStore store;
    private final PageVerifier verifier;
    private final Arena arena = Arena.ofShared();
    private final Semaphore writerRole = new Semaphore(1, true);
    private final Object growth = new Object();
    private final Semaphore checkpointRole = new Semaphore(1);
    private final WriteView writer;
    private volatile boolean isClosed;
    private volatile boolean mayStoreThroughMapping;
    private volatile boolean isPositionalNow;

    /** Whether a transaction has the writer role; written by who has it. */
    private volatile boolean isRunning;

    // Writer role.
    private boolean isMakingRoom;

    /** A checkpoint makes room: another for its sake would wait for the role that it holds. */
    private boolean isCapturing;

    private Engine(Storage storage, EngineOptions options, long nowMillis) {
        this.storage = storage;
        this.options = options;
        this.store = OpenStore.open(storage, options.pageSize(), nowMillis, this::makeRoom);
        PageSize pageSize = store.pageSize();
        boolean isAlways = options.verify() == EngineOptions.Verify.ALWAYS;
        this.verifier =
                options.verify() == EngineOptions.Verify.NEVER
                        ? null
                        : new PageVerifier(isAlways, store.known().tip().txn(), pageSize.bytes());
        this.mayStoreThroughMapping = storage.canStoreThroughMapping();
        if (storage.isReadOnly()) {
            this.writer = null;
        } else {
            WriteSet writes = new WriteSet(storage, pageSize, store.allocator(), verifier, arena);
            PageBuilder builder = new PageBuilder(arena, pageSize);
            this.writer = new WriteView(this, writes, new TreeWriter(writes, builder));
        }
    }

    /**
     * Opens a store, creating it where there is none; recovers it where it was not closed in order.
     *
     * @param storage belongs to the engine from here on, and is closed with it or when this throws
     * @param nowMillis wall clock, for the creation time of a new store
     */
    public static Engine open(Storage storage, EngineOptions options, long nowMillis) {
        try {
            return new Engine(storage, options, nowMillis);
        } catch (RuntimeException | Error e) {
            try {
                storage.close();
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** {@return the parts of the open store, for checks and statistics} */
    public OpenStore store() {
        return store;
    }

    public Storage storage() {
        return storage;
    }

    public PageSize pageSize() {
        return store.pageSize();
    }

    /**
     * Pins the newest committed root.
     *
     * @param nowMillis wall clock, shown as the age of the pin
     */
    public ReadView read(long nowMillis) {
        checkOpen();
        StoreRoot root = new StoreRoot();
        int slot = store.pinLatest(root, nowMillis);
        return new ReadView(slot, root, new PageMap(pageSize(), storage.chunks(), verifier));
    }

    /** Lets go of a pinned root; its pages may be used again at once. */
    public void release(ReadView view) {
        store.unpin(view.slot());
    }

    /** {@return the id of the newest committed transaction} */
    public long latestTxn() {
        return store.latestTxn();
    }

    /** {@return the id of the newest transaction that is known to be on the medium} */
    public long durableTxn() {
        return store.known().tip().txn();
    }

    /**
     * Takes the writer role and starts a transaction.
     *
     * @param waitsForMedium whether commit is to return only when the medium has it (FULL)
     * @param timeoutNanos how long to wait for the role; 0 fails at once
     * @throws BusyException when another transaction holds the role all that time
     * @throws InterruptedException when interrupted while waiting
     */
    public WriteView begin(boolean waitsForMedium, long timeoutNanos) throws InterruptedException {
        checkOpen();
        if (writer == null) {
            throw new ReadOnlyException("the store is open for reading only");
        }
        takeRole(timeoutNanos);
        try {
            checkOpen();
            if (store.isPoisoned()) {
                throw new StoreClosedException(
                        "a flush failed: the store takes no more changes until it is closed and"
                                + " opened again");
            }
            Commits commits = store.commits();
            commits.prepareForWriter();
            if (store.allocator().available() == 0) {
                makeRoomForDeletes();
            }
            boolean isPositional = waitsForMedium || !mayStoreThroughMapping;
            writer.begin(commits.newest(), waitsForMedium, isPositional, store.takeId());
            isPositionalNow = isPositional;
            isRunning = true;
            return writer;
        } catch (RuntimeException | Error e) {
            writerRole.release();
            throw e;
        }
    }

    /**
     * Deletes in a full store use the pages that are kept for them; a checkpoint, which makes them
     * count, needs some of those too and so has to come before they are used up.
     */
    private void makeRoomForDeletes() {
        try {
            makeRoom(OpenStore.RESERVE_PAGES + 1);
        } catch (StoreFullException e) {
            // What can be done without more room is up to the transaction.
            return;
        }
    }

    /** An interrupt or a timeout ends the wait for a transaction, not that for a checkpoint. */
    private void takeRole(long timeoutNanos) throws InterruptedException {
        while (!writerRole.tryAcquire()) {
            checkOpen();
            if (isRunning) {
                awaitRole(timeoutNanos);
                return;
            }
            LockSupport.parkNanos(this, CAPTURE_NANOS);
        }
    }

    private void awaitRole(long timeoutNanos) throws InterruptedException {
        if (timeoutNanos <= 0 || !writerRole.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS)) {
            throw new BusyException(
                    "another write transaction is open: waited "
                            + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                            + " ms; commit or roll it back, or wait longer");
        }
    }

    long takeId() {
        return store.takeId();
    }

    void stopMappedStores() {
        mayStoreThroughMapping = false;
    }

    /**
     * Commits the running transaction and gives the writer role back. When it throws, the
     * transaction is rolled back, unless it throws {@link
     * dev.coppice.error.CommitInDoubtException}.
     *
     * @param nowMillis wall clock of the commit
     * @return its id
     */
    public long commit(WriteView view, long nowMillis) {
        long txn;
        boolean isFull = view.isFull();
        try {
            view.finishWork();
            if (view.isUnchanged()) {
                txn = store.commits().newest().txn();
                endTransaction();
            } else {
                txn = writeAndPublish(view, nowMillis);
            }
        } catch (InternalError fault) {
            rollbackIfRunning(view);
            stopMappedStores();
            throw new StoreIoException("a mapped page could not be written", fault);
        } catch (RuntimeException | Error e) {
            rollbackIfRunning(view);
            throw e;
        }
        if (isFull) {
            store.commits().awaitFlushed(txn);
        }
        return txn;
    }

    private long writeAndPublish(WriteView view, long nowMillis) {
        StoreRoot work = view.work();
        long txn = view.writes().id();
        work.stamp(txn, nowMillis, store.allocator().usedEnd());
        if (view.isFull()) {
            store.commits().prepare(view.writes(), work);
        } else {
            store.commits().publish(view.writes(), work);
        }
        endTransaction();
        return txn;
    }

    private void rollbackIfRunning(WriteView view) {
        if (isRunning) {
            rollback(view);
        }
    }

    /** Undoes the running transaction and gives the writer role back. */
    public void rollback(WriteView view) {
        view.writes().abort();
        endTransaction();
    }

    private void endTransaction() {
        isRunning = false;
        writer.end();
        writerRole.release();
    }

    /**
     * Makes the newest committed root the base of recovery and gives superseded pages back, without
     * waiting for readers (PASSIVE).
     *
     * @param timeoutNanos how long to wait for a running transaction; 0 not at all
     * @return false when a transaction is open or another checkpoint is running: nothing was done
     */
    public boolean checkpoint(long timeoutNanos) {
        checkOpen();
        if (writer == null) {
            throw new ReadOnlyException("the store is open for reading only");
        }
        if (!tryWriterRole(timeoutNanos)) {
            return false;
        }
        if (!checkpointRole.tryAcquire()) {
            writerRole.release();
            return false;
        }
        checkpointHoldingRoles();
        return true;
    }

    private boolean tryWriterRole(long timeoutNanos) {
        if (timeoutNanos <= 0) {
            return writerRole.tryAcquire();
        }
        try {
            return writerRole.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The writer role comes first, and is not kept while somebody else completes. */
    private void takeBothRoles() {
        while (true) {
            writerRole.acquireUninterruptibly();
            if (checkpointRole.tryAcquire()) {
                return;
            }
            writerRole.release();
            checkpointRole.acquireUninterruptibly();
            checkpointRole.release();
        }
    }

    /** Captures, lets the writer role go, completes, and lets the checkpoint role go. */
    private void checkpointHoldingRoles() {
        try {
            Checkpoint.Captured captured;
            isCapturing = true;
            try {
                captured = store.checkpoint().capture(null);
            } finally {
                isCapturing = false;
                writerRole.release();
            }
            complete(captured);
        } finally {
            checkpointRole.release();
        }
    }

    private void complete(Checkpoint.Captured captured) {
        if (captured != null) {
            store.checkpoint().complete(captured);
            if (verifier != null) {
                verifier.sealedUpTo(durableTxn());
            }
        }
    }

    /**
     * Captures the newest root together with the free space that belongs to it, for a check. Waits
     * for the running transaction and checkpoint, but does not hold them up afterwards.
     *
     * @return to be closed
     */
    public Inspection inspect(long nowMillis) {
        checkOpen();
        if (writer == null) {
            return capture(nowMillis);
        }
        takeBothRoles();
        try {
            store.commits().settle();
            synchronized (growth) {
                extendToFile();
                return capture(nowMillis);
            }
        } finally {
            checkpointRole.release();
            writerRole.release();
        }
    }

    private Inspection capture(long nowMillis) {
        return new Inspection(
                this,
                read(nowMillis),
                store.allocator().freeMap().copy(),
                store.allocator().pending().copy(),
                store.known());
    }

    /** {@return bytes that the newest root reaches and the last checkpoint does not, about} */
    public long logBytes() {
        return store.commits().logPages() << pageSize().shift();
    }

    /** {@return free bytes, those that the file grew by since the writer last looked included} */
    public long freeBytes() {
        FreeMap free = store.allocator().freeMap();
        long notSeen = (storage.size() >>> pageSize().shift()) - free.pages();
        return (free.free() + notSeen) << pageSize().shift();
    }

    /** {@return bytes by which the file grows next} */
    private long growthStep() {
        return Math.max(options.growBytes(), Math.min(storage.size() / 4, MAX_GROWTH_BYTES));
    }

    /** {@return whether so little is free that the file should grow before a writer has to wait} */
    public boolean isGrowthDue() {
        return freeBytes() < growthStep() / 4;
    }

    /** Grows the file ahead of need, where {@link #isGrowthDue}. */
    public void growAhead() {
        synchronized (growth) {
            long bytes = growthStep();
            long size = storage.size();
            if (isGrowthDue() && size + bytes <= storage.maxSize()) {
                try {
                    storage.grow(stepEnd(size + bytes));
                } catch (StoreFullException e) {
                    // The writer that needs the room will find out, and say so.
                    return;
                }
            }
        }
    }

    /**
     * Faults the extents in that the writer will store into next, so that it does not have to: the
     * file system's bookkeeping for the first store since a flush costs microseconds.
     *
     * <p>An atomic addition of nothing counts as a store and cannot undo one of the writer.
     */
    public void prefault() {
        if (!mayStoreThroughMapping || isPositionalNow) {
            return;
        }
        PageAllocator allocator = store.allocator();
        MemorySegment[] chunks = storage.writableChunks();
        PageMap pages = new PageMap(pageSize(), chunks, null);
        long filePages = pages.mappedBytes() >>> pageSize().shift();
        for (long extent : allocator.upcoming()) {
            long limit = Math.min(extent + allocator.extentPages(), filePages);
            for (long page = extent; page < limit; page++) {
                if (allocator.freeMap().isFree(page)) {
                    FIRST_WORD.getAndAdd(pages.segment(page), pages.position(page), 0L);
                }
            }
        }
    }

    /** {@return the size to grow to for at least {@code size}: large files grow by whole chunks} */
    private static long stepEnd(long size) {
        long unit = size >= 8L * Storage.CHUNK_BYTES ? Storage.CHUNK_BYTES : 4096;
        return (size + unit - 1) / unit * unit;
    }

    private static long roundUp(long bytes) {
        return (bytes + 4095) / 4096 * 4096;
    }

    /** Writer role: called by the allocator when it has no free pages left. */
    private void makeRoom(long pages) {
        if (extendToFile() || isMakingRoom) {
            if (store.allocator().freeMap().free() >= pages) {
                return;
            }
        }
        try {
            grow(pages);
        } catch (StoreFullException full) {
            if (isMakingRoom || isCapturing || !relieve(pages)) {
                throw full;
            }
        }
        extendToFile();
    }

    private boolean extendToFile() {
        long filePages = storage.size() >>> pageSize().shift();
        boolean isLonger = filePages > store.allocator().freeMap().pages();
        store.allocator().extend(filePages);
        return isLonger;
    }

    private void grow(long pages) {
        synchronized (growth) {
            long size = storage.size();
            long needed = pages << pageSize().shift();
            long step = growthStep();
            long wanted = stepEnd(size + Math.max(needed, step));
            long max = Math.min(storage.maxSize(), MAX_PAGES << pageSize().shift());
            if (wanted > max) {
                wanted = max / 4096 * 4096;
                if (wanted <= size) {
                    throw new StoreFullException(
                            "the store has reached its maximum size: size="
                                    + size
                                    + ", max="
                                    + max);
                }
            }
            try {
                storage.grow(wanted);
            } catch (StoreFullException e) {
                if (roundUp(size + needed) >= wanted) {
                    throw e;
                }
                storage.grow(roundUp(size + needed));
            }
        }
    }

    /** Gives superseded pages back early; returns whether that made room. */
    private boolean relieve(long pages) {
        isMakingRoom = true;
        try {
            store.commits().reclaim();
            if (store.allocator().freeMap().free() < pages) {
                checkpointRole.acquireUninterruptibly();
                try {
                    complete(
                            store.checkpoint()
                                    .capture(isRunning ? writer.writes().allocated() : null));
                } finally {
                    checkpointRole.release();
                }
                store.commits().reclaim();
            }
            return store.allocator().freeMap().free() >= pages;
        } catch (StoreFullException e) {
            return false;
        } finally {
            isMakingRoom = false;
        }
    }

    private void checkOpen() {
        if (isClosed) {
            throw new StoreClosedException("the store is closed");
        }
    }

    /**
     * Closes the store: waits for the running transaction, makes the newest root the base, and lets
     * go of the storage. Open read views are invalid from here on.
     */
    @Override
    public void close() {
        close(true);
    }

    /**
     * As {@link #close()}.
     *
     * @param cutsTail whether the free tail of the file is cut off; a reader that is still inside a
     *     read could touch it
     */
    public void close(boolean cutsTail) {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        try (arena;
                storage) {
            if (writer != null) {
                takeBothRoles();
                if (store.isPoisoned()) {
                    return;
                }
                try {
                    checkpointHoldingRoles();
                    store.finish(cutsTail);
                } catch (StoreFullException e) {
                    if (store.isPoisoned()) {
                        throw e;
                    }
                    store.checkpoint().saveTip();
                }
            }
        }
    }
}
