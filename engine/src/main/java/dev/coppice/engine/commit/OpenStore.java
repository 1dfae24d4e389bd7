package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
    private final boolean wasClean;
    private final String lost;

    // Of a store that is open for reading, set at opening
    private String freeSpaceProblem;
    private long logPages;

    private OpenStore(Storage storage, HeaderBlock header, PageAllocator.Space space) {
        this.storage = storage;
        this.header = header;
        LiveWords shared = new LiveWords(storage, storage.liveChunk(0));
        Recovery.Outcome outcome = new Recovery(storage, header, shared).run();
        this.wasClean = outcome.wasClean();
        this.lost = outcome.lost();
        this.live = storage.isReadOnly() ? privateWords(outcome) : shared;
        this.slots = new DurableSlots(storage, header, live, outcome.known());
        this.readers = new ReaderTable(storage);
        readers.reset();
        this.allocator = allocator(outcome, space);
        PageSize pageSize = header.pageSize();
        this.commits =
                new Commits(
                        storage,
                        pageSize,
                        live,
                        slots,
                        readers,
                        allocator,
                        outcome.latest(),
                        logPages);
        this.checkpoint = new Checkpoint(storage, pageSize, commits, slots, readers, allocator);
    }

    /** Words for a reader alone, so that those of the store stay as its last writer left them. */
    private LiveWords privateWords(Recovery.Outcome outcome) {
        MemorySegment words = Arena.ofAuto().allocate(Storage.LIVE_CHUNK_BYTES, 64);
        LiveWords own = new LiveWords(storage, words);
        own.publish(outcome.latest(), outcome.known().sequence());
        return own;
    }

    private PageAllocator allocator(Recovery.Outcome outcome, PageAllocator.Space space) {
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
        return new PageAllocator(
                free, pending, RESERVE_PAGES, Storage.CHUNK_BYTES, pageSize.bytes(), space);
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
        return new OpenStore(storage, header, space);
    }

    private static void create(Storage storage, PageSize pageSize, long nowMillis) {
        SecureRandom random = new SecureRandom();
        HeaderBlock header =
                new HeaderBlock(pageSize, random.nextLong(), random.nextLong(), nowMillis);
        try (Arena arena = Arena.ofConfined()) {
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

    /** {@return the durable slot that a flush has confirmed} */
    public Known known() {
        return slots.known();
    }

    /** {@return the id of the newest published root} */
    public long latestTxn() {
        return live.latestTxn();
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
        live.latest(target);
        readers.pin(slot, target.txn(), target.defaultFamily().pageId(), nowMillis);
    }

    /** Lets go of a pinned root and keeps the slot. */
    public void parkSlot(int slot) {
        readers.park(slot);
    }

    /** Lets go of a slot and what it pins. */
    public void releaseSlot(int slot) {
        readers.release(slot);
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
     * @param cutsTail whether the free tail of the file is cut off: nobody may be reading any more
     */
    public void finish(boolean cutsTail) {
        if (cutsTail) {
            long end = header.fileBytes(slots.known().endPage());
            if (end < storage.size()) {
                cut(end);
            }
        }
        live.clean(commits.newest().txn());
    }
}
