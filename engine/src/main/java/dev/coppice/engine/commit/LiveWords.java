package dev.coppice.engine.commit;

import dev.coppice.engine.page.Bytes;
import dev.coppice.storage.Identity;
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
    static final int NEXT_ID_OFFSET = 4_288;
    static final int KNOWN_OFFSET = 4_352;
    static final int IN_FLIGHT_OFFSET = 4_416;
    static final int PUBLISHED_OFFSET = 8_192;
    static final int V0_OFFSET = 8_448;
    static final int V1_OFFSET = 8_704;

    private static final int SLOT_NUMBER = 0;
    private static final int SLOT_SEQUENCE_SEEN = 8;
    private static final int SLOT_ROOT = 16;
    private static final int SLOT_CHECK = SLOT_ROOT + StoreRoot.BYTES;
    private static final int SLOT_BYTES = SLOT_CHECK + Long.BYTES;

    /** The low bits of a transaction id; the others are its epoch. */
    static final long COUNTER_MASK = (1L << 48) - 1;

    private static final long MAGIC = 0x01_45_56_49_4C_50_4F_43L;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final Storage storage;
    private final MemorySegment words;

    LiveWords(Storage storage, MemorySegment words) {
        this.storage = storage;
        this.words = words;
    }

    private long get(int offset) {
        return (long) WORD.getVolatile(words, (long) offset);
    }

    private void set(int offset, long value) {
        WORD.setVolatile(words, (long) offset, value);
        storage.liveStored(offset, Long.BYTES);
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
     * @param id the newest transaction id handed out
     */
    void reset(HeaderBlock header, Identity identity, long id) {
        set(MAGIC_OFFSET, 0);
        set(PUBLISHED_OFFSET, 0);
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

    boolean isPoisoned() {
        return get(POISON_OFFSET) != 0;
    }

    void poison(boolean isPoisoned) {
        set(POISON_OFFSET, isPoisoned ? 1 : 0);
    }

    long nextId() {
        return get(NEXT_ID_OFFSET);
    }

    /** {@return the next transaction id; the writer role is held} */
    long takeId() {
        long id = (long) WORD.getOpaque(words, (long) NEXT_ID_OFFSET) + 1;
        if ((id & COUNTER_MASK) == 0) {
            throw new IllegalStateException(
                    "transaction ids of this epoch are used up: close the store and open it again");
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
            long number = (long) WORD.getAcquire(words, (long) PUBLISHED_OFFSET);
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
}
