package dev.coppice.engine.commit;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which roots are pinned: one slot of 64 bytes in the live file for each open snapshot or reader,
 * of whatever process. The table grows; slots belong to handles, not to threads.
 *
 * <p>Thread safety: any thread.
 */
final class ReaderTable {
    /*
     * A reader claims a slot by exchanging FREE for its process's claim, which pins everything, reads
     * the newest root, and narrows the slot to it. The exchange is a full fence. The writer
     * publishes, and scans behind a full fence: either it sees the claim and reclaims nothing, or
     * the reader's exchange comes later and then reads a root at least as new as the writer's. So no
     * retry loop is needed that a fast writer could starve.
     *
     * A reader that moves on exchanges the pin it has for the claim in the same way; the old pin goes
     * away only when the new one stands, so that no scan finds the slot without a pin in between. A
     * parked slot pins nothing and stays the reader's: only FREE can be claimed by others. To wake
     * it up is the same exchange again. PARKED is below all transaction ids.
     *
     * A claim names the process, since the process may die before it has written anything else;
     * a pin has the process beside it, written before the pin. So whoever finds the process
     * dead can tell its slots from all others.
     *
     * The chunks of the live file with odd numbers are those of the table. The count of slots and
     * the chunks that hold them are shared: the scan maps what other
     * processes have appended. The count is raised before the claim: a process can die between the
     * two, and nobody would look for a claim behind the count when its slots are freed.
     */
    private static final int SLOT_BYTES = 64;
    private static final int SLOTS_PER_CHUNK = Storage.LIVE_CHUNK_BYTES / SLOT_BYTES;

    /** How many roots can be pinned at once. */
    static final int MAX_SLOTS = (Storage.MAX_LIVE_CHUNKS - 1) / 2 * SLOTS_PER_CHUNK;

    private static final long FREE = 0;
    private static final long PARKED = 2;
    private static final int CATALOGUE_OFFSET = 8;
    private static final int OPENED_OFFSET = 16;
    private static final int PROCESS_BITS = 8;
    private static final int PROCESS_MASK = (1 << (PROCESS_BITS - 1)) - 1;

    /** Beside the process: the root was not that of the last checkpoint when it was pinned. */
    private static final long LOG_BIT = 1L << (PROCESS_BITS - 1);

    private static final int CATALOGUE_BIRTH_OFFSET = 24;
    private static final int DEFAULT_OFFSET = 32;
    private static final int DEFAULT_BIRTH_OFFSET = 40;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    /** What {@link #scan} returns while a reader is between its claim and its pin. */
    static final int UNKNOWN = -1;

    private final Storage storage;
    private final LiveWords live;
    private final long self;
    private final long claimed;

    /**
     * The shared limit is at least this: it never falls while this process is attached. Volatile,
     * so that a thread which finds it high enough reads its root behind the raise of another one.
     */
    private volatile int limitSeen;

    private volatile MemorySegment[] chunks = {};

    /**
     * The table as a process sees it.
     *
     * @param self the row of the process
     */
    ReaderTable(Storage storage, LiveWords live, int self) {
        this.storage = storage;
        this.live = live;
        this.self = self;
        this.claimed = claimOf(self);
        addChunk(0);
    }

    /** {@return a slot's word while it pins everything for a process; roots are positive} */
    private static long claimOf(long process) {
        return -1 - process;
    }

    /** Frees all slots. Requires: nobody else is attached. */
    void reset() {
        mapSlots(storage.liveChunkCount() / 2 * SLOTS_PER_CHUNK);
        for (MemorySegment chunk : chunks) {
            for (long at = 0; at < chunk.byteSize(); at += SLOT_BYTES) {
                if ((long) WORD.getOpaque(chunk, at) != FREE) {
                    WORD.setOpaque(chunk, at, FREE);
                }
            }
        }
        live.resetReaders();
    }

    /** Frees the slots of a process. Requires: it is dead, and its row is held. */
    void releaseAll(int process) {
        int slots = live.readers();
        MemorySegment[] all = mapSlots(slots);
        for (int slot = 0; slot < slots; slot++) {
            MemorySegment chunk = all[slot / SLOTS_PER_CHUNK];
            long at = position(slot);
            long word = (long) WORD.getAcquire(chunk, at);
            boolean isPin = word > FREE && owner(chunk, at) == process;
            if (isPin || word == claimOf(process)) {
                WORD.compareAndSet(chunk, at, word, FREE);
            }
        }
    }

    private static long owner(MemorySegment chunk, long at) {
        return (long) WORD.getOpaque(chunk, at + OPENED_OFFSET) & PROCESS_MASK;
    }

    private static long position(int slot) {
        return (long) (slot % SLOTS_PER_CHUNK) * SLOT_BYTES;
    }

    /** {@return a slot that pins everything until {@link #pin} narrows it} */
    int claim() {
        int start = (int) (Thread.currentThread().threadId() & 7);
        while (true) {
            MemorySegment[] all = chunks;
            int slots = all.length * SLOTS_PER_CHUNK;
            for (int slot = start; slot < slots; slot++) {
                MemorySegment chunk = all[slot / SLOTS_PER_CHUNK];
                long at = position(slot);
                if ((long) WORD.getOpaque(chunk, at) == FREE) {
                    if (slot >= limitSeen) {
                        limitSeen = live.readers(slot + 1);
                    }
                    if (WORD.compareAndSet(chunk, at, FREE, claimed)) {
                        return slot;
                    }
                }
            }
            if (slots == MAX_SLOTS && start == 0) {
                throw new BusyException(
                        "all " + MAX_SLOTS + " places for snapshots and readers are taken");
            }
            if (slots < MAX_SLOTS) {
                addChunk(all.length);
            }
            start = 0;
        }
    }

    private synchronized void addChunk(int expected) {
        if (chunks.length == expected) {
            MemorySegment[] longer = Arrays.copyOf(chunks, expected + 1);
            longer[expected] = storage.liveChunk(2 * expected + 1);
            chunks = longer;
        }
    }

    /** {@return chunks that hold at least so many slots} */
    private MemorySegment[] mapSlots(int slots) {
        while (chunks.length * SLOTS_PER_CHUNK < slots) {
            addChunk(chunks.length);
        }
        return chunks;
    }

    /**
     * Pins a root in a claimed slot, with what a process needs that looks for free pages: where the
     * root's pages are.
     */
    void pin(int slot, StoreRoot root, long openedMillis) {
        MemorySegment chunk = chunks[slot / SLOTS_PER_CHUNK];
        long at = position(slot);
        long log = root.txn() == live.base() ? 0 : LOG_BIT;
        WORD.setOpaque(chunk, at + CATALOGUE_OFFSET, root.catalogue().word());
        WORD.setOpaque(chunk, at + CATALOGUE_BIRTH_OFFSET, root.catalogue().birth());
        WORD.setOpaque(chunk, at + DEFAULT_OFFSET, root.defaultFamily().word());
        WORD.setOpaque(chunk, at + DEFAULT_BIRTH_OFFSET, root.defaultFamily().birth());
        WORD.setOpaque(chunk, at + OPENED_OFFSET, openedMillis << PROCESS_BITS | log | self);
        WORD.setRelease(chunk, at, root.txn());
    }

    /** Makes a pinned or parked slot pin everything until {@link #pin} narrows it. */
    void claimAgain(int slot) {
        WORD.getAndSet(chunks[slot / SLOTS_PER_CHUNK], position(slot), claimed);
    }

    /** Lets go of what the slot pins, and keeps the slot. */
    void park(int slot) {
        MemorySegment chunk = chunks[slot / SLOTS_PER_CHUNK];
        long at = position(slot);
        WORD.setOpaque(chunk, at + OPENED_OFFSET, self);
        WORD.setRelease(chunk, at, PARKED);
    }

    /** Lets go of what the slot pins. */
    void release(int slot) {
        MemorySegment chunk = chunks[slot / SLOTS_PER_CHUNK];
        WORD.setRelease(chunk, position(slot), FREE);
    }

    /**
     * Collects the ids of all pinned roots.
     *
     * @param target receives them; may be replaced by a longer array
     * @return how many, or {@link #UNKNOWN}
     */
    int scan(long[][] target) {
        VarHandle.fullFence();
        int slots = live.readers();
        MemorySegment[] all = chunks;
        if (slots > all.length * SLOTS_PER_CHUNK) {
            all = mapForScan(slots);
            slots = all == null ? 0 : slots;
        }
        int count = all == null ? UNKNOWN : 0;
        for (int slot = 0; slot < slots; slot++) {
            MemorySegment chunk = all[slot / SLOTS_PER_CHUNK];
            long pin = (long) WORD.getAcquire(chunk, position(slot));
            if (pin < FREE) {
                return UNKNOWN;
            }
            if (pin != FREE && pin != PARKED) {
                if (count == target[0].length) {
                    target[0] = Arrays.copyOf(target[0], count * 2);
                }
                target[0][count++] = pin;
            }
        }
        return count;
    }

    /**
     * {@return whether somebody reads another root than the newest one, or may be about to}
     *
     * @param countsLog whether those count, too, that read the newest root and pinned it before a
     *     checkpoint had come to it
     */
    boolean isBehind(long newest, boolean countsLog) {
        VarHandle.fullFence();
        int slots = live.readers();
        MemorySegment[] all = mapSlots(slots);
        for (int slot = 0; slot < slots; slot++) {
            MemorySegment chunk = all[slot / SLOTS_PER_CHUNK];
            long at = position(slot);
            long word = (long) WORD.getAcquire(chunk, at);
            boolean isTaken = word != FREE && word != PARKED;
            if (isTaken && (word != newest || (countsLog && sawLog(chunk, at)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean sawLog(MemorySegment chunk, long at) {
        return ((long) WORD.getOpaque(chunk, at + OPENED_OFFSET) & LOG_BIT) != 0;
    }

    /** {@return null where the system refuses more mappings: then nothing is known} */
    private MemorySegment[] mapForScan(int slots) {
        try {
            return mapSlots(slots);
        } catch (StoreIoException e) {
            return null;
        }
    }

    /**
     * {@return the roots that processes have pinned, with their trees; null while a process that
     * writes is between claim and pin}
     *
     * <p>A pin that changes while it is looked at is left out, as is the claim of a process that
     * only reads: see {@link OpenStore#pinLatest}.
     *
     * @param writers a bit for the row of each process that writes
     */
    List<StoreRoot> pinned(long writers) {
        List<StoreRoot> roots = new ArrayList<>();
        int slots = live.readers();
        MemorySegment[] all = mapSlots(slots);
        for (int slot = 0; slot < slots; slot++) {
            MemorySegment chunk = all[slot / SLOTS_PER_CHUNK];
            long at = position(slot);
            long pin = (long) WORD.getAcquire(chunk, at);
            if (pin > PARKED) {
                StoreRoot root = rootIn(chunk, at, pin);
                VarHandle.loadLoadFence();
                if ((long) WORD.getOpaque(chunk, at) == pin) {
                    roots.add(root);
                    continue;
                }
                pin = (long) WORD.getAcquire(chunk, at);
            }
            boolean isUnclear = pin < FREE ? (writers & 1L << (-1 - pin)) != 0 : pin > PARKED;
            if (isUnclear && writers != 0) {
                return null;
            }
        }
        return roots;
    }

    /** {@return the slots that pin a root or are parked, of all processes} */
    List<ReaderSlot> taken() {
        List<ReaderSlot> taken = new ArrayList<>();
        int slots = live.readers();
        MemorySegment[] all = mapSlots(slots);
        for (int slot = 0; slot < slots; slot++) {
            MemorySegment chunk = all[slot / SLOTS_PER_CHUNK];
            long at = position(slot);
            long word = (long) WORD.getAcquire(chunk, at);
            if (word > FREE) {
                long opened = (long) WORD.getOpaque(chunk, at + OPENED_OFFSET) >>> PROCESS_BITS;
                int process = (int) owner(chunk, at);
                taken.add(new ReaderSlot(word == PARKED ? 0 : word, process, opened));
            }
        }
        return taken;
    }

    private static StoreRoot rootIn(MemorySegment chunk, long at, long txn) {
        StoreRoot root = new StoreRoot();
        root.catalogue()
                .set(
                        (long) WORD.getOpaque(chunk, at + CATALOGUE_OFFSET),
                        (long) WORD.getOpaque(chunk, at + CATALOGUE_BIRTH_OFFSET),
                        0);
        root.defaultFamily()
                .set(
                        (long) WORD.getOpaque(chunk, at + DEFAULT_OFFSET),
                        (long) WORD.getOpaque(chunk, at + DEFAULT_BIRTH_OFFSET),
                        0);
        root.stamp(txn, 0, 0);
        return root;
    }
}
