package dev.coppice.engine.commit;

import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which roots are pinned: one slot of 64 bytes in the live file for each open snapshot or reader.
 * The table grows; slots belong to handles, not to threads.
 *
 * <p>Thread safety: any thread.
 */
final class ReaderTable {
    /*
     * A reader claims a slot by exchanging FREE for PIN_ALL, reads the published root, and narrows
     * the slot to it. The exchange is a full fence. The writer publishes, and scans behind a full
     * fence: either it sees the claim and reclaims nothing, or the reader's exchange comes later and
     * then reads a root at least as new as the writer's. So no retry loop is needed that a fast
     * writer could starve.
     *
     * A reader that moves on exchanges the pin it has for PIN_ALL in the same way; the old pin goes
     * away only when the new one stands, so that no scan finds the slot without a pin in between. A
     * parked slot pins nothing and stays the reader's: only FREE can be claimed by others. To wake
     * it up is the same exchange again. PARKED is below all transaction ids, as FREE and PIN_ALL
     * are.
     */
    private static final int SLOT_BYTES = 64;
    private static final int SLOTS_PER_CHUNK = Storage.LIVE_CHUNK_BYTES / SLOT_BYTES;
    private static final long FREE = 0;
    private static final long PIN_ALL = 1;
    private static final long PARKED = 2;
    private static final int ROOT_PAGE_OFFSET = 8;
    private static final int OPENED_OFFSET = 16;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    /** What {@link #scan} returns while a reader is between its claim and its pin. */
    static final int UNKNOWN = -1;

    private final Storage storage;
    private final AtomicInteger limit = new AtomicInteger();
    private volatile MemorySegment[] chunks = {};

    ReaderTable(Storage storage) {
        this.storage = storage;
        addChunk();
    }

    /** Frees all slots. Requires: nobody else is attached. */
    void reset() {
        int count = storage.liveChunkCount() - 1;
        while (chunks.length < count) {
            addChunk();
        }
        for (MemorySegment chunk : chunks) {
            for (long at = 0; at < chunk.byteSize(); at += SLOT_BYTES) {
                if ((long) WORD.getOpaque(chunk, at) != FREE) {
                    WORD.setOpaque(chunk, at, FREE);
                }
            }
        }
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
                if ((long) WORD.getOpaque(chunk, at) == FREE
                        && WORD.compareAndSet(chunk, at, FREE, PIN_ALL)) {
                    if (slot >= limit.get()) {
                        limit.accumulateAndGet(slot + 1, Math::max);
                        VarHandle.fullFence();
                    }
                    return slot;
                }
            }
            addChunk(all.length);
            start = 0;
        }
    }

    private void addChunk() {
        addChunk(chunks.length);
    }

    private synchronized void addChunk(int expected) {
        if (chunks.length == expected) {
            MemorySegment[] longer = Arrays.copyOf(chunks, expected + 1);
            longer[expected] = storage.liveChunk(expected + 1);
            chunks = longer;
        }
    }

    /** Makes a pinned or parked slot pin everything until {@link #pin} narrows it. */
    void claimAgain(int slot) {
        WORD.getAndSet(chunks[slot / SLOTS_PER_CHUNK], position(slot), PIN_ALL);
    }

    /** Lets go of what the slot pins, and keeps the slot. */
    void park(int slot) {
        WORD.setRelease(chunks[slot / SLOTS_PER_CHUNK], position(slot), PARKED);
    }

    /** Pins a root in a claimed slot. */
    void pin(int slot, long txn, long rootPage, long openedMillis) {
        MemorySegment chunk = chunks[slot / SLOTS_PER_CHUNK];
        long at = position(slot);
        WORD.setOpaque(chunk, at + ROOT_PAGE_OFFSET, rootPage);
        WORD.setOpaque(chunk, at + OPENED_OFFSET, openedMillis);
        WORD.setRelease(chunk, at, txn);
    }

    /** Lets go of what the slot pins. */
    void release(int slot) {
        WORD.setRelease(chunks[slot / SLOTS_PER_CHUNK], position(slot), FREE);
    }

    private static long position(int slot) {
        return (long) (slot % SLOTS_PER_CHUNK) * SLOT_BYTES;
    }

    /**
     * Collects the ids of all pinned roots.
     *
     * @param target receives them; may be replaced by a longer array
     * @return how many, or {@link #UNKNOWN}
     */
    int scan(long[][] target) {
        VarHandle.fullFence();
        MemorySegment[] all = chunks;
        int slots = Math.min(limit.get(), all.length * SLOTS_PER_CHUNK);
        int count = 0;
        for (int slot = 0; slot < slots; slot++) {
            MemorySegment chunk = all[slot / SLOTS_PER_CHUNK];
            long pin = (long) WORD.getAcquire(chunk, position(slot));
            if (pin == PIN_ALL) {
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
}
