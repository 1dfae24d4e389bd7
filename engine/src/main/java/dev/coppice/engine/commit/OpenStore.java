package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.BusyException;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Processes;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;
import java.util.List;

/**
 * A store that was created or recovered: the parts that commit, checkpoint and readers work with.
 *
 * <p>Thread safety: immutable; the parts say for themselves.
 */
public final class OpenStore {
    private static final System.Logger LOG = System.getLogger("dev.coppice");
    private static final long FIRST_EPOCH = 1;

    /** Pages that only deletes and checkpoints may use. */
    public static final long RESERVE_PAGES = 64;

    private final Storage storage;
    private final HeaderBlock header;
    private final LiveWords live;
    private final DurableSlots slots;
    private final ReaderTable readers;
    private final PageAllocator allocator;
    private final Commits commits;
    private final Checkpoint checkpoint;
    private final Processes processes;
    private final WriterWord writer;
    private final LockWord checkpointLock;
    private final LockWord slotLock;
    private final Succession succession;

    /** Whether this process only reads, and so starts from what others publish. */
    private final boolean follows;

    private final long openingsSeen;
    private final boolean wasClean;
    private final String lost;

    private volatile boolean isEnded;

    // Of a store that is open for reading, set at opening
    private String freeSpaceProblem;
    private long logPages;

    private OpenStore(Storage storage, HeaderBlock header, PageAllocator.Space space) {
        this.storage = storage;
        this.header = header;
        this.processes = storage.processes();
        this.follows = storage.isReadOnly();
        this.live = new LiveWords(storage, storage.liveChunk(0));
        MemorySegment words = storage.liveChunk(0);
        this.readers = new ReaderTable(storage, live, processes.self());
        this.writer = new WriterWord(storage, live, words, this::reapReaders);
        this.checkpointLock = new LockWord(storage, words, LiveWords.CHECKPOINT_OFFSET);
        this.slotLock = new LockWord(storage, words, LiveWords.SLOT_LOCK_OFFSET);
        boolean joins = follows ? !processes.isAlone() : !processes.isOnlyWriter();
        List<StoreRoot> pinned = meetOthers(joins);
        Recovery.Outcome outcome = joins ? join() : new Recovery(storage, header, live).run();
        if (follows && !joins) {
            long sequence = outcome.known().sequence();
            live.found(header, storage.identity(), outcome.latest(), sequence);
        }
        this.wasClean = outcome.wasClean();
        this.lost = outcome.lost();
        this.slots = durableSlots(outcome.known());
        this.openingsSeen = live.openings();
        this.allocator = joins ? unknownSpace(space) : allocator(outcome, pinned, space);
        RetainedRoots retained = retained(outcome, follows || joins);
        SpaceLedger ledger = new SpaceLedger(storage, words, allocator, retained, outcome.known());
        if (!follows && !joins) {
            live.base(outcome.known().base().txn());
            live.resetWriters();
            live.forgetOrphans();
            live.unclean(false);
            ledger.leave(outcome.known());
            writer.observed(false);
        }
        PageSize pageSize = header.pageSize();
        this.commits =
                new Commits(
                        storage,
                        pageSize,
                        live,
                        slots,
                        readers,
                        allocator,
                        ledger,
                        writer,
                        retained,
                        outcome.latest(),
                        logPages);
        this.checkpoint = new Checkpoint(storage, pageSize, commits, slots, readers, allocator);
        this.succession =
                new Succession(
                        storage,
                        header,
                        live,
                        slots,
                        readers,
                        allocator,
                        ledger,
                        commits,
                        writer,
                        checkpointLock,
                        slotLock,
                        this::reapReaders);
        if (!follows) {
            live.writers(processes.self(), true);
        }
        processes.admit();
    }

    private DurableSlots durableSlots(Known known) {
        return new DurableSlots(storage, header, live, known, slotLock, this::reapReaders);
    }

    /**
     * Frees the slots of processes that are no more.
     *
     * @param joins whether what others have made of the store is taken as it is
     * @return the roots that those keep which are still there, for a writer that recovers
     */
    private List<StoreRoot> meetOthers(boolean joins) {
        if (processes.isAlone()) {
            readers.reset();
            return List.of();
        }
        died(processes.self());
        reapReaders();
        if (!live.isFollowed(header, storage.identity())) {
            throw new StoreIoException(
                    "The file was replaced while other processes have the old one open: have them"
                            + " close it first.");
        }
        if (joins && !follows && live.isPoisoned()) {
            throw new BusyException(
                    "A flush failed, and other processes still have the store open: have them close"
                            + " it first.");
        }
        if (follows || joins) {
            return List.of();
        }
        live.raiseOpenings();
        StoreRoot followed = new StoreRoot();
        live.followed(followed);
        List<StoreRoot> pinned = readers.pinned(0);
        pinned.add(followed);
        return pinned;
    }

    /**
     * Lets go of what a process has that is dead. Its row is held meanwhile, so that nobody can
     * have it before that is done.
     */
    private void died(int row) {
        readers.releaseAll(row);
        if (slotLock.owner() == row && live.keepOrphan()) {
            live.unclean(true);
            slotLock.free(row);
        }
        if (checkpointLock.owner() == row) {
            live.unclean(true);
            checkpointLock.free(row);
        }
        writer.free(row);
        live.waiting(row, false);
        live.writers(row, false);
    }

    /** {@return what the processes that have the store open read, which is left as it is} */
    private Recovery.Outcome join() {
        StoreRoot latest = new StoreRoot();
        live.followed(latest);
        DurableSlots found = durableSlots(null);
        Known known = follows ? found.followed() : found.known();
        if (known == null) {
            throw new CorruptStoreException(
                    -1, "neither durable slot is intact, though the store is open elsewhere");
        }
        return new Recovery.Outcome(known, latest, false, null);
    }

    /** Only the process that writes knows the free space. */
    private PageAllocator unknownSpace(PageAllocator.Space space) {
        return allocator(new FreeMap(), new PendingFrees(), space);
    }

    private PageAllocator allocator(
            Recovery.Outcome outcome, List<StoreRoot> pinned, PageAllocator.Space space) {
        PageSize pageSize = header.pageSize();
        PageMap pages = new PageMap(pageSize, storage.chunks(), null);
        PendingFrees pending = new PendingFrees();
        FreeSpaceRebuild rebuild = new FreeSpaceRebuild(pages, pageSize, header, pending);
        FreeMap free;
        try {
            free = rebuild.rebuild(outcome.known().slot(), outcome.latest());
            logPages = rebuild.newerPages();
        } catch (CorruptStoreException e) {
            if (!storage.isReadOnly()) {
                throw e;
            }
            freeSpaceProblem = e.getMessage();
            free = new FreeMap();
        }
        new PinnedPages(pages, pageSize, free, pending).keep(pinned, outcome.latest());
        return allocator(free, pending, space);
    }

    /** {@return what names keep, or nothing as long as another process knows} */
    private RetainedRoots retained(Recovery.Outcome outcome, boolean isUnknown) {
        StoreRoot none = new StoreRoot();
        StoreRoot latest = isUnknown ? none : outcome.latest();
        StoreRoot base = isUnknown ? none : outcome.known().base();
        return new RetainedRoots(
                new PageMap(header.pageSize(), storage.chunks(), null), latest, base);
    }

    private PageAllocator allocator(FreeMap free, PendingFrees pending, PageAllocator.Space space) {
        return new PageAllocator(
                free,
                pending,
                RESERVE_PAGES,
                Storage.CHUNK_BYTES,
                header.pageSize().bytes(),
                space);
    }

    /**
     * Creates a store where there is none yet, and opens it.
     *
     * @param pageSize page size of a new store
     * @param nowMillis wall clock
     * @param space makes room when the free pages run out
     */
    public static OpenStore open(
            Storage storage, PageSize pageSize, long nowMillis, PageAllocator.Space space) {
        if (storage.size() == 0) {
            if (storage.isReadOnly()) {
                throw new StoreIoException("there is no store to read: it was never created");
            }
            create(storage, pageSize, nowMillis);
        }
        MemorySegment[] chunks = storage.chunks();
        MemorySegment file = chunks.length == 0 ? null : chunks[0];
        HeaderBlock header = HeaderBlock.read(file, storage.isReadOnly());
        if (storage.size() < header.endBytes()) {
            throw new CorruptStoreException(
                    -1,
                    "length of the file: min="
                            + header.endBytes()
                            + ", found="
                            + storage.size()
                            + ": it was cut");
        }
        return new OpenStore(storage, header, space);
    }

    private static void create(Storage storage, PageSize pageSize, long nowMillis) {
        SecureRandom random = new SecureRandom();
        HeaderBlock header =
                new HeaderBlock(pageSize, random.nextLong(), random.nextLong(), nowMillis);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment content = arena.allocate(header.endBytes(), Block.BYTES);
            header.write(content, 0);
            header.write(content, HeaderBlock.COPY_POSITION);
            StoreRoot empty = new StoreRoot();
            empty.stamp(FIRST_EPOCH << 48, nowMillis, 0);
            DurableSlot slot =
                    new DurableSlot(
                            1, FIRST_EPOCH, 0, 0, empty.txn(), empty, empty, ImageExtent.NONE, 0);
            MemorySegment first = content.asSlice(DurableSlot.position(0), Block.BYTES);
            slot.write(header, first);
            storage.create(content);
        }
    }

    public HeaderBlock header() {
        return header;
    }

    public PageSize pageSize() {
        return header.pageSize();
    }

    public PageAllocator allocator() {
        return allocator;
    }

    public Commits commits() {
        return commits;
    }

    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** {@return whether the store had been closed in order, in this boot} */
    public boolean wasClean() {
        return wasClean;
    }

    /** {@return why commits that were published but not durable are gone, or null} */
    public String lost() {
        return lost;
    }

    /** {@return what is wrong with the two copies of the header} */
    public List<String> headerProblems() {
        return HeaderBlock.problems(storage.chunks()[0]);
    }

    /** {@return why the free space of a store open for reading is unknown, or null} */
    public String freeSpaceProblem() {
        return freeSpaceProblem;
    }

    /**
     * {@return whether the free space is known: to a process that only reads, until another writes}
     */
    public boolean isFreeSpaceKnown() {
        return !follows || (allocator.freeMap().pages() > 0 && live.openings() == openingsSeen);
    }

    /** {@return the durable slot that a flush has confirmed} */
    public Known known() {
        return follows ? slots.followed() : slots.known();
    }

    /** Stays with what is known: the memory shared with other processes is about to go. */
    public void end() {
        isEnded = true;
        commits.end();
        if (!follows && processes.isAttached()) {
            int self = processes.self();
            slotLock.free(self);
            checkpointLock.free(self);
            writer.free(self);
            live.waiting(self, false);
            live.writers(self, false);
        }
    }

    /** {@return the id of the newest published root} */
    public long latestTxn() {
        return follows ? live.followedTxn() : live.latestTxn();
    }

    /** {@return the next transaction id; writer role} */
    public long takeId() {
        return live.takeId();
    }

    /** {@return whether a flush has failed} */
    public boolean isPoisoned() {
        return live.isPoisoned();
    }

    /** {@return a reader slot that pins everything until {@link #pinLatest}} */
    public int claimSlot() {
        return readers.claim();
    }

    /** Makes a slot that pins a root, or is parked, pin everything until {@link #pinLatest}. */
    public void claimSlotAgain(int slot) {
        readers.claimAgain(slot);
    }

    /**
     * Reads the newest root and pins it in a claimed slot.
     *
     * @param target receives the root
     */
    public void pinLatest(int slot, StoreRoot target, long nowMillis) {
        if (follows) {
            pinFollowed(slot, target, nowMillis);
        } else {
            live.latest(target);
            readers.pin(slot, target, nowMillis);
            storage.reach(header.fileBytes(target.endPage()));
        }
    }

    /**
     * A writer that opens the store beside this process raises the count of openings and then looks
     * which roots are pinned; it keeps those, and the one that readers start from. So a pin of
     * which it may have seen only the claim must be of a root that was read after the count was
     * raised.
     */
    private void pinFollowed(int slot, StoreRoot target, long nowMillis) {
        processes.requireAttached();
        long openings = live.openings();
        live.followed(target);
        readers.pin(slot, target, nowMillis);
        VarHandle.fullFence();
        while (live.openings() != openings) {
            readers.claimAgain(slot);
            openings = live.openings();
            live.followed(target);
            readers.pin(slot, target, nowMillis);
            VarHandle.fullFence();
        }
        storage.reach(header.fileBytes(target.endPage()));
    }

    /**
     * Pins the root that the newest one lists by a name in a claimed slot.
     *
     * <p>Between the look into the catalogue and the pin the name may be dropped and what it kept
     * be used again. Who drops one publishes, raises the epoch of the names, and only then looks
     * which roots are pinned: so an epoch that has not moved behind the pin says that the pin will
     * be seen, or that there was none to be seen yet.
     *
     * @param target receives the root
     * @param pages of the view that is pinned
     * @return false where there is no such name; the slot pins the newest root then
     */
    public boolean pinNamed(
            int slot, String name, StoreRoot target, PageMap pages, long nowMillis) {
        while (true) {
            long names = live.namesEpoch();
            long openings = live.openings();
            pinLatest(slot, target, nowMillis);
            pages.remap(storage.chunks());
            NamedRoot named = NamedRoot.find(pages, target, name);
            if (named == null) {
                return false;
            }
            target.copyFrom(named.root());
            readers.pin(slot, target, nowMillis);
            VarHandle.fullFence();
            if (live.namesEpoch() == names && live.openings() == openings) {
                return true;
            }
            readers.claimAgain(slot);
        }
    }

    /** {@return the reader slots that pin a root or are parked, of all processes} */
    public List<ReaderSlot> readerSlots() {
        return readers.taken();
    }

    /** Lets go of what processes kept that ended without closing the store. */
    public void reapReaders() {
        processes.reap(this::died);
    }

    /** {@return how the writer role goes from one process to the next} */
    public Succession succession() {
        return succession;
    }

    /** {@return whether other processes may commit, or make what is committed durable} */
    public boolean isMovedByOthers() {
        return follows || (!isEnded && live.hasOtherWriters());
    }

    /**
     * {@return whether somebody reads another root than the newest one, or may be about to} Writer
     * role.
     *
     * @param countsLog whether those count, too, that read the newest root and pinned it before a
     *     checkpoint had come to it
     */
    public boolean areReadersBehind(boolean countsLog) {
        return readers.isBehind(commits.newest().txn(), countsLog);
    }

    /** {@return whether somebody reads another root than this, or may be about to} */
    public boolean areReadersOffRoot(long txn) {
        return readers.isBehind(txn, false);
    }

    /** {@return whether this process only reads} */
    public boolean isFollower() {
        return follows;
    }

    /** Lets go of a pinned root and keeps the slot. */
    public void parkSlot(int slot) {
        readers.park(slot);
    }

    /** Lets go of a slot and what it pins. */
    public void releaseSlot(int slot) {
        readers.release(slot);
    }

    /**
     * Cuts the free tail off the file while the store is open. Nothing happens while other
     * processes have it open, whose mappings would reach beyond the file. Writer role, and nobody
     * grows the file meanwhile.
     *
     * <p>Requires: the newest root is the base, so that the slot which says where the file ends is
     * known to be on the medium.
     *
     * @param pages so many pages stay, used or not
     * @return false when there is something to cut and other processes have the store open
     */
    public boolean cutTail(long pages) {
        long endPage = Math.max(slots.known().endPage(), allocator.freeMap().usedEnd());
        long end = header.fileBytes(Math.max(endPage, pages));
        if (end >= storage.size()) {
            return true;
        }
        if (!processes.keepOthersOut()) {
            return false;
        }
        try {
            allocator.shrink(end >>> header.pageSize().shift());
            commits.goOnAlone();
            commits.newestEndsAt(endPage);
            cut(end);
            return true;
        } finally {
            processes.admit();
        }
    }

    private void cut(long end) {
        try {
            storage.truncate(end);
        } catch (StoreIoException e) {
            // Some systems do not cut a mapped file: it stays longer, which harms nothing.
            LOG.log(System.Logger.Level.DEBUG, "the free tail of the file stays", e);
        }
    }

    /**
     * Marks the store as closed in order.
     *
     * @param cutsTail whether the free tail of the file is cut off: nobody of this process may be
     *     reading any more; while other processes are there it stays
     */
    public void finish(boolean cutsTail) {
        if (cutsTail && processes.keepOthersOut()) {
            long end = header.fileBytes(slots.known().endPage());
            if (end < storage.size()) {
                cut(end);
            }
        }
        live.clean(commits.newest().txn());
    }
}
