package dev.coppice.engine.commit;

import dev.coppice.engine.page.Bytes;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.storage.Identity;
import dev.coppice.storage.Processes;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The words of the live file, among them the two published slots; docs/file-format.md#live-file.
 *
 * <p>Thread safety: {@link #latest} by any thread; {@link #publish} by one thread at a time; other
 * words by the holder of the role that owns them.
 */
final class LiveWords {
    static final int MAGIC_OFFSET = 0;
    static final int STORE_ID_OFFSET = 16;
    static final int BOOT_OFFSET = 32;
    static final int FILE_OFFSET = 48;
    static final int CLEAN_OFFSET = 64;
    static final int POISON_OFFSET = 4_096;
    static final int WRITER_OFFSET = 4_160;
    static final int WRITER_SINCE_OFFSET = 4_168;
    static final int SLOT_LOCK_OFFSET = 4_224;
    static final int NEXT_ID_OFFSET = 4_288;
    static final int KNOWN_OFFSET = 4_352;
    static final int BASE_OFFSET = 4_360;
    static final int IN_FLIGHT_OFFSET = 4_416;
    static final int NAMES_EPOCH_OFFSET = 4_480;
    static final int CHECKPOINT_OFFSET = 4_544;
    static final int WRITERS_OFFSET = 4_608;
    static final int UNCLEAN_OFFSET = 4_616;
    static final int SPACE_OFFSET = 4_624;
    static final int READERS_OFFSET = 4_672;
    static final int OPENINGS_OFFSET = 4_736;
    static final int WAITING_OFFSET = 4_800;
    static final int ORPHANS_OFFSET = 4_864;
    static final int LEDGER_OFFSET = 5_120;
    static final int PUBLISHED_OFFSET = 8_192;
    static final int V0_OFFSET = 8_448;
    static final int V1_OFFSET = 8_704;
    static final int FOLLOWED_OFFSET = 8_960;
    static final int FOUND_OFFSET = 9_216;

    private static final int SLOT_NUMBER = 0;
    private static final int SLOT_SEQUENCE_SEEN = 8;
    private static final int SLOT_ROOT = 16;
    private static final int SLOT_CHECK = SLOT_ROOT + StoreRoot.BYTES;
    private static final int SLOT_BYTES = SLOT_CHECK + Long.BYTES;

    /** What processes had in flight when they died, tip and base each. */
    private static final int ORPHANS = 16;

    private static final int FOUND_STORE_ID = 0;
    private static final int FOUND_FILE = FOUND_STORE_ID + 2 * Long.BYTES;
    private static final int FOUND_SEQUENCE = FOUND_FILE + 2 * Long.BYTES;
    private static final int FOUND_ROOT = FOUND_SEQUENCE + Long.BYTES;
    private static final int FOUND_BYTES = FOUND_ROOT + StoreRoot.BYTES;

    /** The low bits of a transaction id; the others are its epoch. */
    static final long COUNTER_MASK = (1L << 48) - 1;

    private static final long OWNER_MASK = 0xFF;

    /** The owner of a lock word, and of that of the writer whose turn it is. */
    private static final long OWNERS_MASK = 0x1FFFF;

    private static final long MAGIC = 0x01_45_56_49_4C_50_4F_43L;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final Storage storage;
    private final Processes processes;
    private final MemorySegment words;
    private final long selfBit;

    LiveWords(Storage storage, MemorySegment words) {
        this.storage = storage;
        this.processes = storage.processes();
        this.words = words;
        this.selfBit = processes == null ? 1 : 1L << processes.self();
    }

    private long get(int offset) {
        return (long) WORD.getVolatile(words, (long) offset);
    }

    private void set(int offset, long value) {
        WORD.setVolatile(words, (long) offset, value);
        storage.liveStored(offset, Long.BYTES);
    }

    // ---- processes that write

    /** {@return whether processes beside this one have the store open for writing} */
    boolean hasOtherWriters() {
        return ((long) WORD.getVolatile(words, (long) WRITERS_OFFSET) & ~selfBit) != 0;
    }

    /** {@return a bit for the row of each process that has the store open for writing} */
    long writers() {
        return get(WRITERS_OFFSET);
    }

    /** Says whether the process in a row has the store open for writing. */
    void writers(int row, boolean isThere) {
        bit(WRITERS_OFFSET, row, isThere);
    }

    /** {@return a bit for the row of each process that waits for the writer role} */
    long waiting() {
        return (long) WORD.getVolatile(words, (long) WAITING_OFFSET);
    }

    void waiting(int row, boolean isThere) {
        bit(WAITING_OFFSET, row, isThere);
    }

    private void bit(int offset, int row, boolean isSet) {
        long bit = 1L << row;
        if (isSet) {
            long _ = (long) WORD.getAndBitwiseOr(words, (long) offset, bit);
        } else {
            long _ = (long) WORD.getAndBitwiseAnd(words, (long) offset, ~bit);
        }
        storage.liveStored(offset, Long.BYTES);
    }

    /** {@return when the writer role was taken last beside others, milliseconds since 1970} */
    long writerSince() {
        return get(WRITER_SINCE_OFFSET);
    }

    void writerSince(long millis) {
        WORD.setVolatile(words, (long) WRITER_SINCE_OFFSET, millis);
    }

    /**
     * {@return whether a process died in a flush or in a checkpoint, and nobody recovered since}
     */
    boolean isUnclean() {
        return (long) WORD.getVolatile(words, (long) UNCLEAN_OFFSET) != 0;
    }

    void unclean(boolean isUnclean) {
        set(UNCLEAN_OFFSET, isUnclean ? 1 : 0);
    }

    /**
     * Keeps protected what a dead process had in flight, also when others have something in flight.
     *
     * @return false when there is no place left
     */
    boolean keepOrphan() {
        for (int i = 0; i < ORPHANS; i++) {
            int offset = ORPHANS_OFFSET + i * 2 * Long.BYTES;
            if (get(offset) == 0 && get(offset + Long.BYTES) == 0) {
                set(offset, inFlightTip());
                set(offset + Long.BYTES, inFlightBase());
                return true;
            }
        }
        return false;
    }

    /** Adds what dead processes had in flight to roots that must survive; returns the count. */
    int orphans(long[] ids, int count) {
        int end = count;
        for (int i = 0; i < 2 * ORPHANS; i++) {
            long id = get(ORPHANS_OFFSET + i * Long.BYTES);
            if (id != 0) {
                ids[end++] = id;
            }
        }
        return end;
    }

    /** How many ids {@link #orphans} may add. */
    static final int MAX_ORPHANS = 2 * ORPHANS;

    /** Forgets what dead processes had in flight: all of it is superseded on the medium. */
    void forgetOrphans() {
        for (int i = 0; i < 2 * ORPHANS; i++) {
            if (get(ORPHANS_OFFSET + i * Long.BYTES) != 0) {
                set(ORPHANS_OFFSET + i * Long.BYTES, 0);
            }
        }
    }

    /** {@return whether no process has died in the middle of something} */
    boolean isQuiet() {
        return !isUnclean()
                && (get(WRITER_OFFSET) & OWNER_MASK) == 0
                && (get(SLOT_LOCK_OFFSET) & OWNER_MASK) == 0
                && (get(CHECKPOINT_OFFSET) & OWNER_MASK) == 0;
    }

    /** Forgets all processes that write. Requires: none but this one is there. */
    void resetWriters() {
        set(WRITERS_OFFSET, 0);
        set(WAITING_OFFSET, 0);
        for (int offset : new int[] {WRITER_OFFSET, SLOT_LOCK_OFFSET, CHECKPOINT_OFFSET}) {
            set(offset, get(offset) & ~OWNERS_MASK);
        }
    }

    /** {@return whether the words were written for this store and file, in this boot} */
    boolean isOurs(HeaderBlock header, Identity identity) {
        return get(MAGIC_OFFSET) == MAGIC
                && get(STORE_ID_OFFSET) == header.storeHigh()
                && get(STORE_ID_OFFSET + Long.BYTES) == header.storeLow()
                && identity.isSameBoot(get(BOOT_OFFSET), get(BOOT_OFFSET + Long.BYTES))
                && identity.isSameFile(get(FILE_OFFSET), get(FILE_OFFSET + Long.BYTES));
    }

    /**
     * Prepares the words for this store in this boot; they count after {@link #claim} only.
     *
     * <p>The number of the last publication is kept where others read: they start from it still.
     *
     * @param id the newest transaction id handed out
     */
    void reset(HeaderBlock header, Identity identity, long id, boolean isAlone) {
        set(MAGIC_OFFSET, 0);
        if (isAlone) {
            set(PUBLISHED_OFFSET, 0);
        }
        set(STORE_ID_OFFSET, header.storeHigh());
        set(STORE_ID_OFFSET + Long.BYTES, header.storeLow());
        set(BOOT_OFFSET, identity.bootHigh());
        set(BOOT_OFFSET + Long.BYTES, identity.bootLow());
        set(FILE_OFFSET, identity.device());
        set(FILE_OFFSET + Long.BYTES, identity.inode());
        set(CLEAN_OFFSET, 0);
        set(NEXT_ID_OFFSET, id);
        inFlight(0, 0);
    }

    /** Makes the words count. */
    void claim() {
        set(MAGIC_OFFSET, MAGIC);
    }

    long clean() {
        return get(CLEAN_OFFSET);
    }

    void clean(long txn) {
        set(CLEAN_OFFSET, txn);
    }

    /**
     * {@return whether nothing may be published: a flush has failed, or the locks of this process
     * are gone and another one may be writing}
     */
    boolean isPoisoned() {
        return get(POISON_OFFSET) != 0 || !processes.isAttached();
    }

    /** The word is another process's where that one may be writing. */
    void poison(boolean isPoisoned) {
        if (processes.isAttached()) {
            set(POISON_OFFSET, isPoisoned ? 1 : 0);
        }
    }

    long nextId() {
        return get(NEXT_ID_OFFSET);
    }

    /** {@return the next transaction id; the writer role is held} */
    long takeId() {
        long id = (long) WORD.getOpaque(words, (long) NEXT_ID_OFFSET) + 1;
        if ((id & COUNTER_MASK) == 0) {
            throw new StoreFullException(
                    "no transaction id is left in this epoch: used="
                            + (id - 1 & COUNTER_MASK)
                            + ", max="
                            + COUNTER_MASK
                            + "; close the store in all processes and open it again");
        }
        WORD.setOpaque(words, (long) NEXT_ID_OFFSET, id);
        storage.liveStored(NEXT_ID_OFFSET, Long.BYTES);
        return id;
    }

    void nextId(long id) {
        set(NEXT_ID_OFFSET, id);
    }

    void known(long sequence) {
        set(KNOWN_OFFSET, sequence);
    }

    long known() {
        return get(KNOWN_OFFSET);
    }

    /**
     * {@return the root of the last checkpoint} A reader compares its root with it. Nobody recovers
     * from it, so it is no step that a crash could come before or after.
     */
    long base() {
        return (long) WORD.getOpaque(words, (long) BASE_OFFSET);
    }

    void base(long txn) {
        WORD.setVolatile(words, (long) BASE_OFFSET, txn);
    }

    void inFlight(long tip, long base) {
        set(IN_FLIGHT_OFFSET, tip);
        set(IN_FLIGHT_OFFSET + Long.BYTES, base);
    }

    long inFlightTip() {
        return get(IN_FLIGHT_OFFSET);
    }

    long inFlightBase() {
        return get(IN_FLIGHT_OFFSET + Long.BYTES);
    }

    /** Makes a root the one that readers start from. */
    void publish(StoreRoot root, long slotSequence) {
        long number = (long) WORD.getOpaque(words, (long) PUBLISHED_OFFSET) + 1;
        long slot = slot(number);
        VarHandle.storeStoreFence();
        words.set(Bytes.U64, slot + SLOT_NUMBER, number);
        words.set(Bytes.U64, slot + SLOT_SEQUENCE_SEEN, slotSequence);
        root.write(words, slot + SLOT_ROOT);
        words.set(Bytes.U64, slot + SLOT_CHECK, checkWord(slot));
        storage.liveStored(slot, SLOT_BYTES);
        WORD.setVolatile(words, (long) PUBLISHED_OFFSET, number);
        storage.liveStored(PUBLISHED_OFFSET, Long.BYTES);
    }

    private static long slot(long number) {
        return (number & 1) == 0 ? V0_OFFSET : V1_OFFSET;
    }

    private long checkWord(long slot) {
        long hash = 0x9E3779B97F4A7C15L;
        for (long at = slot; at < slot + SLOT_CHECK; at += Long.BYTES) {
            hash = (hash ^ words.get(Bytes.U64, at)) * 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 32;
        }
        return hash;
    }

    /** {@return number of the last publication} */
    long publication() {
        return (long) WORD.getVolatile(words, (long) PUBLISHED_OFFSET);
    }

    /** Reads the newest published root. */
    void latest(StoreRoot root) {
        while (true) {
            // Volatile: an acquire may be read before the claim of a slot that went ahead of it.
            long number = (long) WORD.getVolatile(words, (long) PUBLISHED_OFFSET);
            root.read(words, slot(number) + SLOT_ROOT);
            VarHandle.loadLoadFence();
            if ((long) WORD.getOpaque(words, (long) PUBLISHED_OFFSET) == number) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** {@return the id of the newest published root} */
    long latestTxn() {
        while (true) {
            long number = (long) WORD.getAcquire(words, (long) PUBLISHED_OFFSET);
            long txn = words.get(Bytes.U64, slot(number) + SLOT_ROOT + StoreRoot.TXN_OFFSET);
            VarHandle.loadLoadFence();
            if ((long) WORD.getOpaque(words, (long) PUBLISHED_OFFSET) == number) {
                return txn;
            }
        }
    }

    /**
     * {@return the root that was published last, or null where the words hold none that is whole}
     *
     * @param slotSequence newest sequence among the durable slots: a publication that has seen a
     *     newer one belongs to another copy of the file
     */
    StoreRoot survivor(long slotSequence) {
        long number = publication();
        long slot = slot(number);
        if (number == 0
                || words.get(Bytes.U64, slot + SLOT_NUMBER) != number
                || words.get(Bytes.U64, slot + SLOT_CHECK) != checkWord(slot)
                || words.get(Bytes.U64, slot + SLOT_SEQUENCE_SEEN) > slotSequence) {
            return null;
        }
        StoreRoot root = new StoreRoot();
        root.read(words, slot + SLOT_ROOT);
        return root;
    }

    // ---- what processes that only read start from

    /** {@return one past the highest reader slot that was ever claimed} */
    int readers() {
        return readerCount((long) WORD.getAcquire(words, (long) READERS_OFFSET));
    }

    /** So many slots may have to be mapped, which makes the live file that long. */
    private static int readerCount(long count) {
        if (count < 0 || count > ReaderTable.MAX_SLOTS) {
            throw new CorruptStoreException(
                    -1,
                    "the live file counts "
                            + count
                            + " reader slots, of at most "
                            + ReaderTable.MAX_SLOTS
                            + ": close the store everywhere and open it again");
        }
        return (int) count;
    }

    /** Raises {@link #readers}, which never falls while anybody is attached; returns it. */
    int readers(int limit) {
        long known = (long) WORD.getVolatile(words, (long) READERS_OFFSET);
        while (known < limit
                && !WORD.compareAndSet(words, (long) READERS_OFFSET, known, (long) limit)) {
            known = (long) WORD.getVolatile(words, (long) READERS_OFFSET);
        }
        return readerCount(Math.max(known, limit));
    }

    /** Starts the count of reader slots anew. Requires: nobody else is attached. */
    void resetReaders() {
        WORD.setVolatile(words, (long) READERS_OFFSET, 0L);
    }

    /** {@return how often a writer has looked which roots are pinned, to find what is free} */
    long openings() {
        return (long) WORD.getVolatile(words, (long) OPENINGS_OFFSET);
    }

    /**
     * Tells readers that the slots are about to be looked at by a writer that opens the store or
     * looks for what is free. What a reader has not pinned by now it must pin again.
     */
    void raiseOpenings() {
        set(OPENINGS_OFFSET, openings() + 1);
        VarHandle.fullFence();
    }

    /** {@return how often names have been dropped} */
    long namesEpoch() {
        return get(NAMES_EPOCH_OFFSET);
    }

    /**
     * Tells readers that a name is gone which they may be about to open. Follows the publication,
     * and goes ahead of the scan that may free what the name kept.
     */
    void raiseNamesEpoch() {
        set(NAMES_EPOCH_OFFSET, namesEpoch() + 1);
    }

    private boolean isFound() {
        return (long) WORD.getVolatile(words, (long) FOLLOWED_OFFSET) != 0;
    }

    /**
     * Leaves the root that a reader has found for those that come after it. It and they start from
     * it until a writer opens the store. Requires: nobody else is attached.
     */
    void found(HeaderBlock header, Identity identity, StoreRoot root, long slotSequence) {
        words.set(Bytes.U64, FOUND_OFFSET + FOUND_STORE_ID, header.storeHigh());
        words.set(Bytes.U64, FOUND_OFFSET + FOUND_STORE_ID + Long.BYTES, header.storeLow());
        words.set(Bytes.U64, FOUND_OFFSET + FOUND_FILE, identity.device());
        words.set(Bytes.U64, FOUND_OFFSET + FOUND_FILE + Long.BYTES, identity.inode());
        words.set(Bytes.U64, FOUND_OFFSET + FOUND_SEQUENCE, slotSequence);
        root.write(words, FOUND_OFFSET + FOUND_ROOT);
        storage.liveStored(FOUND_OFFSET, FOUND_BYTES);
        set(FOLLOWED_OFFSET, 1);
    }

    /** Lets readers start from the published root. */
    void followPublished() {
        if (isFound()) {
            set(FOLLOWED_OFFSET, 0);
        }
    }

    /**
     * {@return whether what the others attached read is this store and this file} They are
     * attached, so the words are of this boot, and the magic number, which a writer that dies while
     * it recovers may leave away, does not matter.
     */
    boolean isFollowed(HeaderBlock header, Identity identity) {
        long store = isFound() ? FOUND_OFFSET + FOUND_STORE_ID : STORE_ID_OFFSET;
        long file = isFound() ? FOUND_OFFSET + FOUND_FILE : FILE_OFFSET;
        return words.get(Bytes.U64, store) == header.storeHigh()
                && words.get(Bytes.U64, store + Long.BYTES) == header.storeLow()
                && words.get(Bytes.U64, file) == identity.device()
                && words.get(Bytes.U64, file + Long.BYTES) == identity.inode();
    }

    /** Reads the root that readers start from. */
    void followed(StoreRoot root) {
        while (isFound()) {
            root.read(words, FOUND_OFFSET + FOUND_ROOT);
            VarHandle.loadLoadFence();
            if (isFound()) {
                return;
            }
        }
        latest(root);
    }

    /** {@return the id of the root that readers start from} */
    long followedTxn() {
        return isFound()
                ? words.get(Bytes.U64, FOUND_OFFSET + FOUND_ROOT + StoreRoot.TXN_OFFSET)
                : latestTxn();
    }

    /** {@return the sequence of the newest durable slot that readers know to be one} */
    long followedSequence() {
        return isFound() ? words.get(Bytes.U64, FOUND_OFFSET + FOUND_SEQUENCE) : known();
    }
}
