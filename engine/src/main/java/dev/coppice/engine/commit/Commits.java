package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreClosedException;
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
    private static final int ROOTS_PER_PAGE = 8;

    private final Storage storage;
    private final PageSize pageSize;
    private final LiveWords live;
    private final DurableSlots slots;
    private final ReaderTable readers;
    private final PageAllocator allocator;
    private final PageSealer sealer;

    /** Deaths that are published and not yet with the allocator. */
    private final ConcurrentLinkedQueue<ExtentList> published = new ConcurrentLinkedQueue<>();

    /** Free-space images that are those of the base no more; lists as above. */
    private final ConcurrentLinkedQueue<ExtentList> oldImages = new ConcurrentLinkedQueue<>();

    // Guarded by the group's monitor.
    private final List<Prepared> group = new ArrayList<>();

    // Writer role only.
    private final RetainedRoots retained;
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

    private record Prepared(StoreRoot root, ExtentList deaths, boolean dropsNames) {}

    Commits(
            Storage storage,
            PageSize pageSize,
            LiveWords live,
            DurableSlots slots,
            ReaderTable readers,
            PageAllocator allocator,
            RetainedRoots retained,
            StoreRoot newest,
            long logPages) {
        this.storage = storage;
        this.pageSize = pageSize;
        this.retained = retained;
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

    /** {@return the roots that names keep; writer role} */
    RetainedRoots retained() {
        return retained;
    }

    /**
     * Keeps what a root lists that is about to be the newest; returns whether it drops a name. What
     * is dropped stays for the time being, so nothing is lost if the commit fails.
     */
    private boolean retain(StoreRoot work) {
        return retained.update(new PageMap(pageSize, storage.chunks(), null), work);
    }

    /**
     * Commits under NORMAL or OFF. Writer role.
     *
     * @param changesNames whether it may have retained or dropped named snapshots
     */
    public void publish(WriteSet writes, StoreRoot work, boolean changesNames) {
        if (hasPrepared) {
            flushPreparedByOthers();
        }
        writes.writeOut();
        storage.deliveryPoint();
        checkNotPoisoned();
        boolean dropsNames = changesNames && retain(work);
        live.publish(work, slots.known().sequence());
        if (dropsNames) {
            live.raiseNamesEpoch();
        }
        try {
            storage.deliveryPoint();
            newest.copyFrom(work);
            newestUnsealed = work.txn();
            logPages += writes.livePages();
            apply(writes.superseded());
            writes.finish();
            reclaimWhenDue();
        } catch (RuntimeException | VirtualMachineError e) {
            abandon(writes);
            throw new CommitInDoubtException(
                    "the live file could not be written, or there was no memory: whether the commit"
                            + " survives is decided when the store is opened again",
                    e);
        } catch (Error e) {
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

    /**
     * First half of a commit under FULL: writes everything but the slot. Writer role.
     *
     * @param changesNames whether it may have retained or dropped named snapshots
     */
    public void prepare(WriteSet writes, StoreRoot work, boolean changesNames) {
        checkNotPoisoned();
        if (newestUnsealed > slots.known().tip().txn()) {
            sealer.seal(newest, slots.known().tip().txn());
            storage.deliveryPoint();
        }
        newestUnsealed = 0;
        writes.writeOut();
        storage.deliveryPoint();
        boolean dropsNames = changesNames && retain(work);
        Prepared prepared = new Prepared(work.copy(), writes.superseded().copy(), dropsNames);
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

    /**
     * Whatever goes wrong from here on, the commits of the group may have become durable, and may
     * have been published: nothing goes on from that.
     */
    private void flushGroup() {
        try {
            flushMembers();
        } catch (CommitInDoubtException e) {
            throw e;
        } catch (RuntimeException | VirtualMachineError e) {
            poison();
            throw new CommitInDoubtException(
                    "the flush of a commit failed: whether it survives is decided when the store is"
                            + " opened again",
                    e);
        }
    }

    private void flushMembers() {
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
        long end = Math.max(known.endPage(), tip.endPage());
        slots.write(tip, known.base(), known.image(), known.tip().txn(), end, true);
        if (live.isPoisoned()) {
            throw new CommitInDoubtException(
                    "another flush failed beside that of a commit: whether it survives is decided"
                            + " when the store is opened again");
        }
        live.publish(tip, slots.known().sequence());
        for (Prepared member : members) {
            if (member.dropsNames()) {
                live.raiseNamesEpoch();
            }
            published.add(member.deaths());
        }
        synchronized (group) {
            group.subList(0, members.size()).clear();
            hasPrepared = !group.isEmpty();
        }
    }

    /**
     * Adds an image that is not that of the base any more, from any thread.
     *
     * @param oldBase root that it belonged to
     * @param newBase root that a newer image belongs to
     */
    void addOldImage(ImageExtent image, long oldBase, long newBase) {
        ExtentList extents = new ExtentList();
        extents.add(image.firstPage(), image.pages(), oldBase, newBase);
        oldImages.add(extents);
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
        try {
            for (ExtentList each = published.poll(); each != null; each = published.poll()) {
                apply(each);
            }
            for (ExtentList each = oldImages.poll(); each != null; each = oldImages.poll()) {
                allocator
                        .pending()
                        .addImage(each.page(0), each.count(0), each.birth(0), each.death(0));
            }
        } catch (VirtualMachineError e) {
            // What is pending is not known any more: nothing is handed out until recovery.
            poison();
            throw e;
        }
    }

    private void apply(ExtentList superseded) {
        for (int i = 0; i < superseded.size(); i++) {
            long birth = superseded.birth(i);
            long count = superseded.count(i);
            if (birth > logSince) {
                logPages -= count;
            }
            allocator.pending().add(superseded.page(i), count, birth, superseded.death(i));
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
        // Where many roots are kept, a scan costs as much more as it finds: it comes less often.
        nextScan = Math.max(PAGES_PER_SCAN, retained.limit() / ROOTS_PER_PAGE);
        int limit = count + retained.limit() + 6;
        if (limit > roots[0].length) {
            roots[0] = Arrays.copyOf(roots[0], limit + 16);
        }
        long[] ids = roots[0];
        allocator.reclaimImages(ids, count);
        ids[count++] = live.inFlightTip();
        ids[count++] = live.inFlightBase();
        Known known = slots.known();
        count = retained.addDropped(ids, count, known.base().txn());
        ids[count++] = known.tip().txn();
        ids[count++] = known.base().txn();
        ids[count++] = newest.txn();
        Arrays.sort(ids, 0, count);
        try {
            count = retained.mergeListed(ids, count);
            allocator.reclaim(ids, count, known.tip().txn());
        } catch (VirtualMachineError e) {
            poison();
            throw e;
        }
    }
}
