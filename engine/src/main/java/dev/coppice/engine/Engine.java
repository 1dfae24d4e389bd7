package dev.coppice.engine;

import dev.coppice.engine.btree.TreeWriter;
import dev.coppice.engine.commit.Commits;
import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.commit.Known;
import dev.coppice.engine.commit.OpenStore;
import dev.coppice.engine.commit.ReaderSlot;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.PageVerifier;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.PinnedPages;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.error.BusyException;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * A store on a storage: any number of readers of pinned roots, one writer at a time, checkpoints
 * when somebody asks for them.
 *
 * <p>Thread safety: any thread, but for what needs the writer role.
 */
public final class Engine implements AutoCloseable {
    /** What {@link #requireFormat} has to see of a file. */
    public static final int HEAD_BYTES = (int) HeaderBlock.END;

    /** So long the end of a store waits for a transaction of another process. */
    private static final long CLOSE_NANOS = 1_000_000_000;

    /** A checkpoint of another process may be long; who was stopped inside one never ends it. */
    private static final long LEAVE_NANOS = 30_000_000_000L;

    private final Storage storage;
    private final OpenStore store;
    private final PageVerifier verifier;
    private final Arena arena = Arena.ofShared();
    private final Roles roles;
    private final Checkpoints checkpoints;
    private final Room room;
    private final CheckpointModes modes;
    private final TailSpace tail;
    private final WriteView writer;
    private final TxnGate published;
    private final TxnGate durable;
    private volatile boolean isClosed;

    /** Guarded by this: whether somebody has begun to close. */
    private boolean isClosing;

    /** Whether closing has come to its end, so that nothing will become durable any more. */
    private volatile boolean isFinished;

    private volatile boolean mayStoreThroughMapping;
    private volatile boolean isPositionalNow;

    private Engine(
            Storage storage, EngineOptions options, long nowMillis, EngineObserver observer) {
        this.storage = storage;
        this.store = OpenStore.open(storage, options.pageSize(), nowMillis, this::makeRoom);
        this.published = new TxnGate(this::publishedTxn, this::isClosed, store::isMovedByOthers);
        this.durable = new TxnGate(this::durableTxn, this::isDurableFinal, store::isMovedByOthers);
        this.roles = new Roles(store.succession(), this::checkOpen, observer);
        PageSize pageSize = store.pageSize();
        long sealed = store.known().tip().txn();
        this.verifier =
                switch (options.verify()) {
                    case NEVER -> new PageVerifier(false, PageVerifier.NEVER, pageSize.bytes());
                    case FIRST_TOUCH -> new PageVerifier(false, sealed, pageSize.bytes());
                    case ALWAYS -> new PageVerifier(true, sealed, pageSize.bytes());
                };
        this.checkpoints = new Checkpoints(roles, store, verifier, observer);
        long growBytes = options.growBytes();
        this.room = new Room(storage, store, checkpoints, growBytes, this::allocated, observer);
        this.modes =
                new CheckpointModes(roles, store, checkpoints, room, this::checkOpen, this::moved);
        this.tail = new TailSpace(roles, store, room, this::pinnedPages);
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
        return open(storage, options, nowMillis, EngineObserver.NONE);
    }

    /** As {@link #open(Storage, EngineOptions, long)}, with somebody who learns what takes long. */
    public static Engine open(
            Storage storage, EngineOptions options, long nowMillis, EngineObserver observer) {
        try {
            return new Engine(storage, options, nowMillis, observer);
        } catch (RuntimeException | Error e) {
            try {
                storage.close();
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /**
     * Looks at the first {@link #HEAD_BYTES} of a file, or as many as it has, for what says that it
     * is a store.
     *
     * @throws dev.coppice.error.UnsupportedFormatException when it is none, or not one that this
     *     version opens
     */
    public static void requireFormat(MemorySegment head, boolean isReadOnly) {
        HeaderBlock.read(head, isReadOnly);
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
        ReadView view = viewOf(claimSlot());
        try {
            pin(view, nowMillis);
            return view;
        } catch (RuntimeException | Error e) {
            release(view);
            throw e;
        }
    }

    /**
     * {@return a reader slot of the caller's, which holds up all reclamation until {@link #pin}}
     */
    public int claimSlot() {
        checkOpen();
        return store.claimSlot();
    }

    /** {@return a view for a slot, to be pinned as often as the slot is claimed} */
    public ReadView viewOf(int slot) {
        return new ReadView(slot, new PageMap(pageSize(), storage.chunks(), verifier));
    }

    /**
     * Pins the newest committed root in a claimed slot, which stays claimed when this throws.
     *
     * @param nowMillis wall clock, shown as the age of the pin
     */
    public void pin(ReadView view, long nowMillis) {
        store.pinLatest(view.slot(), view.root(), nowMillis);
        view.pages().remap(storage.chunks());
    }

    /**
     * Pins the root that a name keeps in a claimed slot, which stays claimed when this throws.
     *
     * @return whether the newest committed root lists the name; if not, that one is pinned
     */
    public boolean pinNamed(ReadView view, String name, long nowMillis) {
        return store.pinNamed(view.slot(), name, view.root(), view.pages(), nowMillis);
    }

    /** Moves a view that pins a root, or is parked, to the newest committed root. */
    public void pinAgain(ReadView view, long nowMillis) {
        store.claimSlotAgain(view.slot());
        pin(view, nowMillis);
    }

    /** Lets go of a pinned root and keeps the slot; its pages may be used again at once. */
    public void park(ReadView view) {
        store.parkSlot(view.slot());
    }

    /** Lets go of a slot and the root in it; its pages may be used again at once. */
    public void release(ReadView view) {
        store.releaseSlot(view.slot());
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
     * Waits until transaction {@code txn}, or a later one, is committed.
     *
     * @return whether it is; false after the timeout
     * @throws InterruptedException when interrupted while it has to wait
     */
    public boolean awaitPublished(long txn, long timeoutNanos) throws InterruptedException {
        checkOpen();
        boolean isReached = published.await(txn, timeoutNanos);
        if (!isReached) {
            checkOpen();
        }
        return isReached;
    }

    private long publishedTxn() {
        return isClosed ? Long.MIN_VALUE : store.latestTxn();
    }

    private boolean isClosed() {
        return isClosed;
    }

    /**
     * Waits until transaction {@code txn} is known to be on the medium. Asks nobody to bring it
     * there.
     *
     * @return whether it is; false after the timeout
     * @throws CommitInDoubtException when a flush has failed
     * @throws InterruptedException when interrupted while it has to wait
     */
    public boolean awaitDurable(long txn, long timeoutNanos) throws InterruptedException {
        boolean isReached = durable.await(txn, timeoutNanos);
        if (!isReached && isFinished) {
            checkOpen();
        }
        if (!isReached && isDurableFinal()) {
            throw new CommitInDoubtException(
                    "a flush failed: whether transaction "
                            + txn
                            + " survives a power loss is decided when the store is opened again");
        }
        return isReached;
    }

    private boolean isDurableFinal() {
        return isFinished || store.isPoisoned();
    }

    /**
     * {@return bytes that a power loss would take now, about: those of pages that the newest root
     * reaches and no checkpoint has completed for; 0 when the newest root is durable}
     */
    public long undurableBytes() {
        boolean isDurable = durableTxn() >= latestTxn();
        return isDurable ? 0 : store.commits().undurablePages() << pageSize().shift();
    }

    /** Lets those go on who wait for what a commit or a checkpoint has brought. */
    private void moved() {
        published.moved();
        durable.moved();
    }

    /**
     * Takes the writer role and starts a transaction.
     *
     * @param waitsForMedium whether commit is to return only when the medium has it (FULL)
     * @param timeoutNanos how long to wait for the role; 0 fails at once
     * @throws dev.coppice.error.BusyException when another transaction holds the role all that time
     * @throws InterruptedException when interrupted while waiting
     */
    public WriteView begin(boolean waitsForMedium, long timeoutNanos) throws InterruptedException {
        checkOpen();
        if (writer == null) {
            throw new ReadOnlyException("the store is open for reading only");
        }
        roles.takeWriter(timeoutNanos);
        try {
            checkOpen();
            if (store.isPoisoned()) {
                storage.processes().requireAttached();
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
            roles.running(true);
            return writer;
        } catch (RuntimeException | Error e) {
            roles.releaseWriter();
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

    /**
     * {@return the view that every transaction of this engine uses, whether one is running or not}
     *
     * @throws ReadOnlyException when the store is open for reading only
     */
    public WriteView writeView() {
        if (writer == null) {
            throw new ReadOnlyException("the store is open for reading only");
        }
        return writer;
    }

    /** Sets who tells the time to transactions, in milliseconds, when entries expire. */
    public void clock(LongSupplier clock) {
        if (writer != null) {
            writer.clock(clock);
        }
    }

    long takeId() {
        return store.takeId();
    }

    /** {@return one past the highest page handed out; writer role} */
    long usedEnd() {
        return store.allocator().usedEnd();
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
            if (view.isUnchanged() && !(isFull && isNewestInMemoryOnly())) {
                txn = store.commits().newest().txn();
                endCommitted();
            } else {
                txn = writeAndPublish(view, nowMillis);
            }
        } catch (InternalError fault) {
            rollbackIfRunning(view);
            stopMappedStores();
            throw new StoreIoException("a mapped page could not be written", fault);
        } catch (RuntimeException | Error e) {
            rollbackIfRunning(view);
            moved();
            throw e;
        }
        try {
            if (isFull) {
                store.commits().awaitFlushed(txn);
            }
        } finally {
            roles.settled();
            moved();
        }
        return txn;
    }

    /**
     * {@return whether a power loss would take the newest commit} A commit under FULL that changes
     * nothing is one of its own then: what it has seen is to be on the medium when it returns.
     */
    private boolean isNewestInMemoryOnly() {
        return durableTxn() < store.commits().newest().txn();
    }

    /** The part of a commit that needs the writer role, which is given back. */
    long writeAndPublish(WriteView view, long nowMillis) {
        StoreRoot work = view.work();
        long txn = view.writes().id();
        work.stamp(txn, nowMillis, store.allocator().usedEnd());
        if (view.isFull()) {
            store.commits().prepare(view.writes(), work, view.hasChangedNames());
        } else {
            store.commits().publish(view.writes(), work, view.hasChangedNames());
        }
        endCommitted();
        return txn;
    }

    /**
     * {@return whether a thread of this process has the writer role, for a transaction or in
     * between}
     */
    public boolean isWriterTaken() {
        return roles.isWriterTaken();
    }

    private void rollbackIfRunning(WriteView view) {
        if (roles.isRunning()) {
            rollback(view);
        }
    }

    /** Undoes the running transaction and gives the writer role back. */
    public void rollback(WriteView view) {
        view.writes().abort();
        roles.running(false);
        writer.rolledBack();
        roles.releaseWriter();
    }

    private void endCommitted() {
        roles.running(false);
        writer.committed();
        roles.releaseWriter();
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
        try {
            return checkpoints.run(timeoutNanos);
        } finally {
            moved();
        }
    }

    /** {@return the end of the file, for a vacuum} */
    public TailSpace tail() {
        return tail;
    }

    /** {@return the other ways to make a checkpoint} */
    public CheckpointModes modes() {
        return modes;
    }

    /**
     * Frees what nobody needs any more, and counts anew what pinned roots keep, unless somebody is
     * writing, who does both now and then.
     */
    public void reclaim() {
        if (writer != null && !isClosed && roles.tryWriter(0)) {
            try {
                store.commits().reclaim();
            } finally {
                roles.releaseWriter();
            }
        }
    }

    /**
     * {@return bytes that snapshots keep, named ones and those of all processes, as {@link
     * #pinnedBytes(long)}}
     */
    public long pinnedBytes() {
        return pinnedPages() << pageSize().shift();
    }

    private long pinnedPages() {
        Known known = store.known();
        long base = known.base().txn();
        long tip = known.tip().txn();
        Set<Long> readers =
                store.readerSlots().stream().map(ReaderSlot::txn).collect(Collectors.toSet());
        PinnedPages pinned = store.allocator().pending().pinned();
        return pinned.keptBy(txn -> readers.contains(txn) || (txn != base && txn != tip));
    }

    /** {@return bytes that a pinned root keeps, see {@link PinnedPages#keptBy}} */
    public long pinnedBytes(long txn) {
        return store.allocator().pending().pinned().keptBy(txn) << pageSize().shift();
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
        roles.takeBoth();
        try {
            store.commits().settle();
            return room.atFixedSize(() -> capture(nowMillis));
        } finally {
            roles.releaseCheckpoint();
            roles.releaseWriter();
        }
    }

    /** Where another process writes, the durable slot must not be newer than the root. */
    private Inspection capture(long nowMillis) {
        Known known = store.known();
        return new Inspection(
                this,
                read(nowMillis),
                store.allocator().freeMap().copy(),
                store.allocator().pending().copy(),
                known);
    }

    /** {@return bytes that the newest root reaches and the last checkpoint does not, about} */
    public long logBytes() {
        return store.commits().logPages() << pageSize().shift();
    }

    /** {@return free bytes, those that the file grew by since the writer last looked included} */
    public long freeBytes() {
        return room.freeBytes();
    }

    /**
     * {@return whether the file should grow before a writer has to wait: since little is free, or
     * since it is in so many pieces that the image of the last checkpoint found no place}
     */
    public boolean isGrowthDue() {
        return room.isGrowthDue();
    }

    /** Grows the file ahead of need, where {@link #isGrowthDue}. */
    public void growAhead() {
        room.growAhead(storesThroughMapping());
    }

    /** Faults the extents in that the writer will store into next, so that it does not have to. */
    public void prefault() {
        if (storesThroughMapping()) {
            room.prefault();
        }
    }

    private boolean storesThroughMapping() {
        return mayStoreThroughMapping && !isPositionalNow;
    }

    /** Writer role: called by the allocator when it has no free pages left. */
    private void makeRoom(long pages) {
        room.make(pages, storesThroughMapping());
    }

    private ExtentList allocated() {
        return roles.isRunning() ? writer.writes().allocated() : null;
    }

    private void checkOpen() {
        if (isClosed) {
            throw new StoreClosedException("the store is closed");
        }
    }

    /** Refuses new work. What runs may end; {@link #close()} is still to come. */
    public void refuse() {
        isClosed = true;
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
            if (isClosing) {
                return;
            }
            isClosing = true;
            isClosed = true;
        }
        try (arena;
                storage) {
            try {
                makeDurable(cutsTail);
            } finally {
                store.end();
                isFinished = true;
                moved();
            }
        }
    }

    /** A process that writes has the store open, and a transaction: the base stays where it is. */
    private void leaveToOthers() {
        if (!roles.takeCheckpoint(LEAVE_NANOS)) {
            throw new BusyException(
                    "another process has been in a checkpoint for "
                            + TimeUnit.NANOSECONDS.toSeconds(LEAVE_NANOS)
                            + " s: the store is closed and what is committed stays, but the newest"
                            + " commits become durable with the next checkpoint of a process that"
                            + " has the store open; have that process go on, or end it");
        }
        try {
            if (!store.isPoisoned()) {
                modes.saveNewest();
            }
        } finally {
            roles.releaseCheckpoint();
        }
    }

    private void makeDurable(boolean cutsTail) {
        if (writer == null || !storage.processes().isAttached()) {
            return;
        }
        if (!roles.takeBothToClose(CLOSE_NANOS)) {
            leaveToOthers();
            return;
        }
        if (store.isPoisoned()) {
            return;
        }
        try {
            checkpoints.runHoldingRoles();
            store.finish(cutsTail);
        } catch (StoreFullException e) {
            if (store.isPoisoned()) {
                throw e;
            }
            store.checkpoint().saveTip();
        }
    }
}
