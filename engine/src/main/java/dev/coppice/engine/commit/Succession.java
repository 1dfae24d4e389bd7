package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.BusyException;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreException;
import dev.coppice.storage.Storage;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The writer role as it goes from one process to the next: what who takes it has to take up, and
 * what who gives it back has to leave behind.
 *
 * <p>Thread safety: {@link #isHeld} and {@link #isUnsettled} any thread; the rest who has the
 * writer role inside this process.
 */
public final class Succession {
    private static final long CLAIM_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final Storage storage;
    private final HeaderBlock header;
    private final LiveWords live;
    private final DurableSlots slots;
    private final ReaderTable readers;
    private final PageAllocator allocator;
    private final SpaceLedger ledger;
    private final Commits commits;
    private final WriterWord writer;
    private final LockWord checkpoint;
    private final LockWord slotLock;
    private final Runnable reap;

    Succession(
            Storage storage,
            HeaderBlock header,
            LiveWords live,
            DurableSlots slots,
            ReaderTable readers,
            PageAllocator allocator,
            SpaceLedger ledger,
            Commits commits,
            WriterWord writer,
            LockWord checkpoint,
            LockWord slotLock,
            Runnable reap) {
        this.storage = storage;
        this.header = header;
        this.live = live;
        this.slots = slots;
        this.readers = readers;
        this.allocator = allocator;
        this.ledger = ledger;
        this.commits = commits;
        this.writer = writer;
        this.checkpoint = checkpoint;
        this.slotLock = slotLock;
        this.reap = reap;
    }

    /** {@return whether this process has the role} */
    public boolean isHeld() {
        return writer.isHeld();
    }

    /** {@return whether the role cannot be given back yet} */
    public boolean isUnsettled() {
        return commits.isUnsettled();
    }

    /** Gives the role to others who wait for it, where it was kept for roots that are prepared. */
    public void makeWay() {
        if (writer.isHeld() && writer.isWanted()) {
            try {
                commits.flushPrepared();
            } catch (CommitInDoubtException e) {
                // The store is poisoned, as whoever waits for the commit will say.
                return;
            }
            letGo();
        }
    }

    /** As {@link WriterWord#take}, with {@link #isBehind} to follow. */
    public boolean take(long timeoutNanos, boolean forTransaction) throws InterruptedException {
        return writer.take(timeoutNanos, forTransaction);
    }

    /** Says whether the role, which is held, is that of a transaction. */
    public void transaction(boolean isOpen) {
        writer.transaction(isOpen);
    }

    /** {@return why a transaction could not begin} */
    public BusyException refusal(long timeoutNanos) {
        return writer.refusal(timeoutNanos);
    }

    /** Gives the role back. Requires: not {@link #isUnsettled} */
    public void letGo() {
        try {
            commits.handOver();
        } finally {
            writer.release();
        }
    }

    /**
     * Takes up what other processes have done since this one had the role last.
     *
     * @return whether that is not enough: the free space has to be found anew, with {@link
     *     #recover}
     */
    public boolean isBehind() {
        boolean isAlone = !live.hasOtherWriters();
        if (isAlone && ledger.isKnown() && !ledger.isLive() && !live.isUnclean()) {
            return false;
        }
        if (live.isPoisoned()) {
            return false;
        }
        if (isUnfinished() || !(ledger.isKnown() || ledger.isLive())) {
            return true;
        }
        boolean wasUnknown = false;
        if (ledger.isLive()) {
            wasUnknown = ledger.read();
            commits.log(ledger.logPages(), ledger.logSince());
        }
        commits.follow(wasUnknown);
        share();
        return false;
    }

    /** {@return whether somebody died in the middle of something that must be repeated} */
    private boolean isUnfinished() {
        return live.isUnclean()
                || (ledger.isLive() && ledger.stamp() != live.latestTxn())
                || slots.known().tip().txn() > live.latestTxn();
    }

    private void share() {
        boolean isAlone = !live.hasOtherWriters();
        writer.observed(!isAlone);
        if (isAlone) {
            ledger.leave();
        } else if (ledger.isLive()) {
            ledger.join();
        } else {
            ledger.share();
        }
        storage.reach(allocator.freeMap().pages() << header.pageSize().shift());
    }

    /** Takes the lock on checkpoints among processes, if nobody who lives has it. */
    public boolean tryCheckpoint() {
        if (checkpoint.tryTake()) {
            return true;
        }
        reap.run();
        return checkpoint.tryTake();
    }

    /**
     * Takes the lock on checkpoints among processes, waiting so long for who has it; returns
     * whether this process has it now.
     */
    public boolean takeCheckpoint(long timeoutNanos) {
        return checkpoint.take(reap, timeoutNanos);
    }

    /** Gives the lock on checkpoints back. */
    public void releaseCheckpoint() {
        checkpoint.release();
    }

    /**
     * {@return whether a process died in the middle of something: nothing may go to the medium
     * before the writer role was taken and that is repeated}
     */
    public boolean isUnclean() {
        return live.isUnclean();
    }

    /**
     * Does what an opening does, beside others: brings everything to the medium that no checkpoint
     * has, and finds the free space anew. Checkpoint role, and nothing is prepared.
     */
    public void recover() {
        storage.reach(Long.MAX_VALUE);
        StoreRoot published = new StoreRoot();
        live.latest(published);
        takeOver();
        StoreRoot latest = new StoreRoot();
        live.latest(latest);
        Known known = slots.known();
        live.raiseOpenings();
        List<StoreRoot> kept = pinned();
        kept.add(published);
        kept.removeIf(root -> root.txn() == latest.txn());
        long newer = rebuild(known, latest, kept);
        ledger.leave(known);
        commits.follow(true);
        commits.log(newer, known.base().txn());
        live.forgetOrphans();
        live.unclean(false);
        share();
    }

    private void takeOver() {
        // Nobody else can be flushing: that takes one of the roles.
        slotLock.free(slotLock.owner());
        try {
            new Recovery(storage, header, live).takeOver();
        } catch (StoreException e) {
            live.poison(true);
            throw e;
        }
    }

    private List<StoreRoot> pinned() {
        LockWord.Patience patience = new LockWord.Patience(reap);
        long start = System.nanoTime();
        try {
            List<StoreRoot> roots = readers.pinned(live.writers());
            while (roots == null) {
                if (System.nanoTime() - start > CLAIM_NANOS) {
                    throw new BusyException(
                            "a process was stopped while it opened a snapshot: have it go on, or"
                                    + " end it");
                }
                patience.pause();
                roots = readers.pinned(live.writers());
            }
            return roots;
        } finally {
            patience.end();
        }
    }

    private long rebuild(Known known, StoreRoot latest, List<StoreRoot> kept) {
        PageMap pages = new PageMap(header.pageSize(), storage.chunks(), null);
        PendingFrees pending = new PendingFrees();
        FreeSpaceRebuild rebuild = new FreeSpaceRebuild(pages, header.pageSize(), header, pending);
        FreeMap free = rebuild.rebuild(known.slot(), latest);
        new PinnedPages(pages, header.pageSize(), free, pending).keep(kept, latest);
        allocator.become(free, pending);
        RetainedRoots retained = new RetainedRoots(pages, latest, known.base());
        commits.retained().become(retained.listed(), retained.dropped());
        return rebuild.newerPages();
    }
}
