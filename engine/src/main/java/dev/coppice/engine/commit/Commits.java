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
     * every commit prepared before. The others are woken, and do not need the lock. The slot
     * says that everything born behind the last known tip must verify, so one flush covers the
     * group, and NORMAL commits before it too, once they are sealed.
     *
     * Nobody publishes while a prepared root is not published: a NORMAL commit leads first, and
     * the process keeps the writer role.
     *
     * What changes the free space is written down in the ledger once it is published, where other
     * processes write, too.
     */

    /** Few, so that pages come back into use while they are in the processor's caches. */
    private static final long PAGES_PER_SCAN = 32;

    /** A scan reads a line of each slot that a reader ever had. */
    private static final int SLOTS_PER_PAGE = 4;

    /** Slots are not given back: those of long ago shall not let the file grow. */
    private static final long MAX_PAGES_FOR_SLOTS = 128;

    private static final int SCAN_ATTEMPTS = 100;
    private static final int ROOTS_PER_PAGE = 8;

    private final Storage storage;
    private final PageSize pageSize;
    private final LiveWords live;
    private final DurableSlots slots;
    private final ReaderTable readers;
    private final PageAllocator allocator;
    private final PageSealer sealer;
    private final SpaceLedger ledger;
    private final WriterWord writer;

    /** Deaths that are published and not yet with the allocator. */
    private final ConcurrentLinkedQueue<Deaths> published = new ConcurrentLinkedQueue<>();

    /** Free-space images that never became those of the base. */
    private final ConcurrentLinkedQueue<ImageExtent> unusedImages = new ConcurrentLinkedQueue<>();

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
    private long publicationSeen;

    /** Whether names were retained or dropped since the role was taken. */
    private boolean areNamesNew;

    // Checkpoint role; read by any thread.
    private volatile long capturedPages;

    // Slot lock.
    private volatile boolean hasPrepared;
    private boolean isEnded;

    /** What a root took and gave back is null where nobody has to be told. */
    private record Prepared(
            StoreRoot root,
            ExtentList deaths,
            ExtentList taken,
            ExtentList unused,
            boolean dropsNames) {}

    private record Deaths(ExtentList extents, ExtentList taken, ExtentList unused) {}

    Commits(
            Storage storage,
            PageSize pageSize,
            LiveWords live,
            DurableSlots slots,
            ReaderTable readers,
            PageAllocator allocator,
            SpaceLedger ledger,
            WriterWord writer,
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
        this.ledger = ledger;
        this.writer = writer;
        this.publicationSeen = -1;
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

    /** {@return whether processes beside this one have the store open for writing} */
    boolean isShared() {
        return live.hasOtherWriters();
    }

    /** {@return whether roots are prepared and not published, so that the writer role is kept} */
    boolean isUnsettled() {
        return hasPrepared && !live.isPoisoned();
    }

    /** Somebody else may be writing, who has taken this process for dead. */
    private void checkOwner() {
        if (!writer.isOwned()) {
            storage.processes().requireAttached();
            throw new StoreIoException(
                    "another process has taken the writer role from this one: close the store and"
                            + " open it again");
        }
    }

    /**
     * Takes up what other processes have published. Writer role.
     *
     * @param isRebuilt whether the free space was found anew, with all that has died by now
     */
    void follow(boolean isRebuilt) {
        if (isRebuilt) {
            published.clear();
            unusedImages.clear();
        }
        long publication = live.publication();
        if (publication != publicationSeen) {
            live.latest(newest);
            newestUnsealed = newest.txn();
            publicationSeen = publication;
        }
    }

    /** Takes up how much is in the log. Writer role. */
    void log(long pages, long since) {
        logPages = pages;
        logSince = since;
    }

    /** Leaves everything to the process that comes next. Writer role. */
    void handOver() {
        publicationSeen = live.publication();
        if (ledger.isShared() && !live.isPoisoned()) {
            drain();
            if (areNamesNew) {
                ledger.named();
            }
            ledger.finish(newest.txn(), logPages, logSince);
        }
        areNamesNew = false;
    }

    /** What is free changes in a way that nobody else has to know. Writer role. */
    void goOnAlone() {
        ledger.leave();
    }

    /** Pages were taken that no transaction has. Writer role. */
    void took(long page, long count) {
        ledger.took(page, count);
    }

    /** Makes the pages free by which the file has grown. Writer role. */
    public void extend(long pages) {
        if (pages > allocator.freeMap().pages()) {
            allocator.extend(pages);
            ledger.extended(pages);
        }
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
        areNamesNew = true;
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
        checkOwner();
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
            if (ledger.isShared()) {
                // What came before is written down before.
                drain();
                ledger.took(writes.allocated(), writes.unused());
            }
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
        checkOwner();
        if (newestUnsealed > slots.known().tip().txn()) {
            sealer.seal(newest, slots.known().tip().txn());
            storage.deliveryPoint();
        }
        newestUnsealed = 0;
        writes.writeOut();
        storage.deliveryPoint();
        boolean dropsNames = changesNames && retain(work);
        boolean isTold = ledger.isShared();
        Prepared prepared =
                new Prepared(
                        work.copy(),
                        writes.superseded().copy(),
                        isTold ? writes.allocated().copy() : null,
                        isTold ? writes.unused().copy() : null,
                        dropsNames);
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
        if (!slots.lock().lockUnlessFlushed(txn)) {
            return;
        }
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
            slots.end();
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
        slots.keepOthersOut();
        try {
            flush(members);
        } finally {
            slots.admitOthers();
        }
    }

    private void flush(List<Prepared> members) {
        StoreRoot tip = members.getLast().root();
        Known known = slots.known();
        long end = Math.max(known.endPage(), tip.endPage());
        slots.write(tip, known.base(), known.image(), known.tip().txn(), end, true);
        if (live.isPoisoned()) {
            throw new CommitInDoubtException(
                    "another flush failed beside that of a commit: whether it survives is decided"
                            + " when the store is opened again");
        }
        if (!writer.isOwned()) {
            throw new CommitInDoubtException(
                    "other processes have taken this one for dead: whether the commit survives is"
                            + " decided when the store is opened again");
        }
        live.publish(tip, slots.known().sequence());
        for (Prepared member : members) {
            if (member.dropsNames()) {
                live.raiseNamesEpoch();
            }
            published.add(new Deaths(member.deaths(), member.taken(), member.unused()));
        }
        synchronized (group) {
            group.subList(0, members.size()).clear();
            hasPrepared = !group.isEmpty();
        }
        slots.lock().flushed(tip.txn());
    }

    /** Adds an image that was not written, from any thread. */
    void addUnusedImage(ImageExtent image) {
        unusedImages.add(image);
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
            for (Deaths each = published.poll(); each != null; each = published.poll()) {
                if (each.taken() != null && each.unused() != null) {
                    ledger.took(each.taken(), each.unused());
                }
                apply(each.extents());
            }
            for (ImageExtent each = unusedImages.poll(); each != null; each = unusedImages.poll()) {
                ledger.unusedImage(each);
            }
            ledger.follow(slots.known());
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
        ledger.died(superseded);
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

    /**
     * Where many roots are kept, or slots are to be looked at, a scan costs more: it comes later.
     */
    private long pagesPerScan() {
        long forSlots = Math.min(MAX_PAGES_FOR_SLOTS, live.readers() / SLOTS_PER_PAGE);
        return Math.max(PAGES_PER_SCAN, retained.limit() / ROOTS_PER_PAGE + forSlots);
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
            nextScan = allocator.pending().freshPages() + pagesPerScan();
            return;
        }
        nextScan = pagesPerScan();
        int limit = count + retained.limit() + LiveWords.MAX_ORPHANS + 6;
        if (limit > roots[0].length) {
            roots[0] = Arrays.copyOf(roots[0], limit + 16);
        }
        long[] ids = roots[0];
        ledger.reclaimImages(ids, count);
        ids[count++] = live.inFlightTip();
        ids[count++] = live.inFlightBase();
        count = live.orphans(ids, count);
        Known known = slots.known();
        count = retained.addDropped(ids, count, known.base().txn());
        ids[count++] = known.tip().txn();
        ids[count++] = known.base().txn();
        ids[count++] = newest.txn();
        Arrays.sort(ids, 0, count);
        try {
            count = retained.mergeListed(ids, count);
            allocator.reclaim(ids, count, known.tip().txn());
            ledger.reclaimed(ids, count);
        } catch (VirtualMachineError e) {
            poison();
            throw e;
        }
    }
}
