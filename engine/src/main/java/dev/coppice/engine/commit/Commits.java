package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The commit sequence: how the pages of a transaction become the root that readers see, and, under
 * FULL, the root that a power loss leaves.
 *
 * <p>Thread safety: methods say which role they need; those without any are for all threads.
 */
public final class Commits {
    /*
     * NORMAL: pages are stored; delivery point; publish; the deaths count.
     *
     * FULL: pages are written; the root is *prepared*, which makes it the base of the next writer,
     * and the writer role is let go. Then the first to get the slot lock leads: it writes one
     * durable slot for the newest prepared root, flushes once, publishes, and by that completes
     * every commit prepared before. The others find themselves done when they get the lock. The slot
     * says that everything born behind the last known tip must verify, so one flush covers the
     * group, and NORMAL commits before it too, once they are sealed.
     *
     * Nobody publishes while a prepared root is not published: a NORMAL commit leads first.
     */
    private static final long PAGES_PER_SCAN = 128;
    private static final int SCAN_ATTEMPTS = 100;

    private final Storage storage;
    private final LiveWords live;
    private final DurableSlots slots;
    private final ReaderTable readers;
    private final PageAllocator allocator;
    private final PageSealer sealer;

    /** Deaths that are published and not yet with the allocator. */
    private final ConcurrentLinkedQueue<Deaths> published = new ConcurrentLinkedQueue<>();

    // Guarded by the group's monitor.
    private final List<Prepared> group = new ArrayList<>();

    // Writer role only.
    private final StoreRoot newest;
    private long newestUnsealed;
    private long logSince;
    private long logPages;
    private long[][] roots = {new long[16]};
    private long nextScan = PAGES_PER_SCAN;

    // Checkpoint role; read by any thread.
    private volatile long capturedPages;

    // Slot lock.
    private volatile boolean hasPrepared;
    private boolean isEnded;

    private record Prepared(StoreRoot root, ExtentList deaths) {}

    private record Deaths(ExtentList extents, long death) {}

    Commits(
            Storage storage,
            PageSize pageSize,
            LiveWords live,
            DurableSlots slots,
            ReaderTable readers,
            PageAllocator allocator,
            StoreRoot newest,
            long logPages) {
        this.storage = storage;
        this.live = live;
        this.slots = slots;
        this.readers = readers;
        this.allocator = allocator;
        this.newest = newest.copy();
        this.newestUnsealed = newest.txn();
        this.logSince = slots.known().base().txn();
        this.logPages = logPages;
        this.sealer = new PageSealer(storage, pageSize);
    }

    /** {@return the root that the next transaction starts from; writer role} */
    public StoreRoot newest() {
        return newest;
    }

    /** {@return pages born since the last checkpoint began that the newest root reaches; about} */
    public long logPages() {
        return logPages;
    }

    /** {@return as {@link #logPages}, with those of a checkpoint that has not completed; about} */
    public long undurablePages() {
        return capturedPages + logPages;
    }

    void checkNotPoisoned() {
        if (live.isPoisoned()) {
            storage.processes().requireAttached();
            throw new StoreClosedException(
                    "a flush failed: the store takes no more changes until it is closed and opened"
                            + " again");
        }
    }

    void poison() {
        live.poison(true);
    }

    /** Commits under NORMAL or OFF. Writer role. */
    public void publish(WriteSet writes, StoreRoot work) {
        if (hasPrepared) {
            flushPreparedByOthers();
        }
        writes.writeOut();
        storage.deliveryPoint();
        checkNotPoisoned();
        live.publish(work, slots.known().sequence());
        try {
            storage.deliveryPoint();
            newest.copyFrom(work);
            newestUnsealed = work.txn();
            logPages += writes.livePages();
            apply(writes.superseded(), work.txn());
            writes.finish();
            reclaimWhenDue();
        } catch (InternalError e) {
            abandon(writes);
            throw new CommitInDoubtException(
                    "the live file could not be written: whether the commit survives is decided"
                            + " when the store is opened again",
                    e);
        } catch (RuntimeException | Error e) {
            abandon(writes);
            throw e;
        }
    }

    private void flushPreparedByOthers() {
        try {
            flushPrepared();
        } catch (CommitInDoubtException e) {
            throw new StoreIoException(
                    "rolled back: the flush of an earlier commit failed", e.getCause());
        }
    }

    /** What is published stays; nothing is handed out any more until recovery. */
    private void abandon(WriteSet writes) {
        poison();
        writes.forget();
    }

    /** First half of a commit under FULL: writes everything but the slot. Writer role. */
    public void prepare(WriteSet writes, StoreRoot work) {
        checkNotPoisoned();
        if (newestUnsealed > slots.known().tip().txn()) {
            sealer.seal(newest, slots.known().tip().txn());
            storage.deliveryPoint();
        }
        newestUnsealed = 0;
        writes.writeOut();
        storage.deliveryPoint();
        Prepared prepared = new Prepared(work.copy(), writes.superseded().copy());
        try {
            synchronized (group) {
                group.add(prepared);
                hasPrepared = true;
            }
            newest.copyFrom(work);
            logPages += writes.livePages();
            writes.finish();
        } catch (RuntimeException | Error e) {
            abandon(writes);
            throw e;
        }
    }

    /**
     * Second half: returns when the transaction is durable and published.
     *
     * @throws CommitInDoubtException when the flush failed
     */
    public void awaitFlushed(long txn) {
        slots.lock().lock();
        try {
            if (slots.known().tip().txn() < txn) {
                if (isEnded) {
                    throw new CommitInDoubtException(
                            "the store was closed after a flush had failed: whether the commit"
                                    + " survives is decided when the store is opened again");
                }
                flushGroup();
            }
        } finally {
            slots.lock().unlock();
        }
    }

    /**
     * Ends all commits: those that still wait learn what they have to without the memory that they
     * would look at, which is about to go.
     */
    public void end() {
        slots.lock().lock();
        try {
            isEnded = true;
        } finally {
            slots.lock().unlock();
        }
    }

    /** Publishes what is prepared. Writer role. */
    void flushPrepared() {
        if (hasPrepared) {
            slots.lock().lock();
            try {
                flushGroup();
            } finally {
                slots.lock().unlock();
            }
        }
    }

    private void flushGroup() {
        List<Prepared> members;
        synchronized (group) {
            members = List.copyOf(group);
        }
        if (live.isPoisoned()) {
            throw new CommitInDoubtException(
                    "the flush of an earlier commit failed: whether this one survives is decided"
                            + " when the store is opened again");
        }
        if (members.isEmpty()) {
            return;
        }
        StoreRoot tip = members.getLast().root();
        Known known = slots.known();
        try {
            long end = Math.max(known.endPage(), tip.endPage());
            slots.write(tip, known.base(), known.image(), known.tip().txn(), end, true);
        } catch (StoreException e) {
            poison();
            throw new CommitInDoubtException(
                    "the flush of a commit failed: whether it survives is decided when the store is"
                            + " opened again",
                    e);
        }
        if (live.isPoisoned()) {
            throw new CommitInDoubtException(
                    "another flush failed beside that of a commit: whether it survives is decided"
                            + " when the store is opened again");
        }
        live.publish(tip, slots.known().sequence());
        for (Prepared member : members) {
            published.add(new Deaths(member.deaths(), member.root().txn()));
        }
        synchronized (group) {
            group.subList(0, members.size()).clear();
            hasPrepared = !group.isEmpty();
        }
    }

    /** Adds pages that die with a root already published, from any thread. */
    void addDeath(long page, long count, long birth, long death) {
        ExtentList extents = new ExtentList();
        extents.add(page, count, birth, 0);
        published.add(new Deaths(extents, death));
    }

    /** Gives a writer what was freed since the last one. Writer role. */
    public void prepareForWriter() {
        drain();
        reclaimWhenDue();
    }

    /** Publishes what is prepared and brings all deaths to the allocator. Writer role. */
    public void settle() {
        if (!live.isPoisoned()) {
            flushPrepared();
        }
        drain();
    }

    /** Brings published deaths to the allocator. */
    private void drain() {
        Deaths deaths = published.poll();
        while (deaths != null) {
            apply(deaths.extents(), deaths.death());
            deaths = published.poll();
        }
    }

    private void apply(ExtentList superseded, long death) {
        for (int i = 0; i < superseded.size(); i++) {
            long birth = superseded.birth(i);
            long count = superseded.count(i);
            if (birth > logSince) {
                logPages -= count;
            }
            allocator.pending().add(superseded.page(i), count, birth, death);
        }
    }

    /**
     * Publishes the newest root again, with the end of the file that it has now. Writer role.
     *
     * @param endPage one past the highest page that anybody needs
     */
    void newestEndsAt(long endPage) {
        newest.stamp(newest.txn(), newest.commitMillis(), endPage);
        live.publish(newest, slots.known().sequence());
    }

    /** Starts to count the log anew: a checkpoint of the newest root begins. Writer role. */
    void beginLog() {
        long captured = capturedPages;
        capturedPages = captured + logPages;
        logSince = newest.txn();
        logPages = 0;
    }

    /** Counts the log before {@link #beginLog} no more: it is durable. Checkpoint role. */
    void endLog() {
        capturedPages = 0;
    }

    private void reclaimWhenDue() {
        if (allocator.pending().freshPages() >= nextScan) {
            reclaim();
        }
    }

    /** A reader is between claim and pin for nanoseconds, unless it is suspended just there. */
    private int scanReaders() {
        int count = readers.scan(roots);
        for (int i = 0; i < SCAN_ATTEMPTS && count == ReaderTable.UNKNOWN; i++) {
            Thread.onSpinWait();
            count = readers.scan(roots);
        }
        return count;
    }

    /** Frees what nobody needs any more. Writer role. */
    public void reclaim() {
        if (live.isPoisoned()) {
            return;
        }
        drain();
        int count = scanReaders();
        if (count == ReaderTable.UNKNOWN) {
            // A reader that was stopped just there may stay so: not every commit shall look again.
            nextScan = allocator.pending().freshPages() + PAGES_PER_SCAN;
            return;
        }
        nextScan = PAGES_PER_SCAN;
        if (count + 6 > roots[0].length) {
            roots[0] = Arrays.copyOf(roots[0], count + 16);
        }
        long[] ids = roots[0];
        ids[count++] = live.inFlightTip();
        ids[count++] = live.inFlightBase();
        Known known = slots.known();
        ids[count++] = known.tip().txn();
        ids[count++] = known.base().txn();
        ids[count++] = newest.txn();
        Arrays.sort(ids, 0, count);
        allocator.reclaim(ids, count, known.tip().txn());
    }
}
