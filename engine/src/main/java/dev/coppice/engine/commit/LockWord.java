package dev.coppice.engine.commit;

import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A word of the live file that one process at a time owns: the row of its process and a number that
 * no two owners share. Nothing is asked of the system unless somebody waits.
 *
 * <p>Thread safety: {@link #owner} any thread; the rest one thread of each process at a time.
 */
final class LockWord {
    private static final int OWNER_BITS = 8;
    private static final long OWNER_MASK = (1L << OWNER_BITS) - 1;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final Storage storage;
    private final MemorySegment words;
    private final long offset;
    private final long self;
    private long held;

    LockWord(Storage storage, MemorySegment words, int offset) {
        this.storage = storage;
        this.words = words;
        this.offset = offset;
        this.self = storage.processes().self() + 1L;
    }

    /** {@return the row of the owner, or -1} */
    int owner() {
        return (int) ((long) WORD.getVolatile(words, offset) & OWNER_MASK) - 1;
    }

    /** {@return whether this process owns it now and did not before} */
    boolean tryTake() {
        long word = (long) WORD.getVolatile(words, offset);
        long next = ((word >>> OWNER_BITS) + 1) << OWNER_BITS | self;
        boolean isTaken = (word & OWNER_MASK) == 0 && WORD.compareAndSet(words, offset, word, next);
        if (isTaken) {
            held = next;
            storage.liveStored(offset, Long.BYTES);
        }
        return isTaken;
    }

    /**
     * Takes it, waiting for who has it. An interrupt is kept for later.
     *
     * @param reap finds out who is dead, and frees what they have
     */
    void take(Runnable reap) {
        take(reap, Long.MAX_VALUE);
    }

    /** As {@link #take(Runnable)}, for so long; returns whether this process owns it now. */
    boolean take(Runnable reap, long timeoutNanos) {
        long start = System.nanoTime();
        Patience patience = new Patience(reap);
        try {
            while (!tryTake()) {
                if (System.nanoTime() - start > timeoutNanos) {
                    return false;
                }
                patience.pause();
            }
            return true;
        } finally {
            patience.end();
        }
    }

    /** Gives it back, unless others have taken this process for dead. */
    void release() {
        long free = held & ~OWNER_MASK;
        if (WORD.compareAndSet(words, offset, held, free)) {
            storage.liveStored(offset, Long.BYTES);
        }
        held = 0;
    }

    /** Frees it where it belongs to a process; returns whether it did. */
    boolean free(int row) {
        long word = (long) WORD.getVolatile(words, offset);
        boolean isFreed =
                (word & OWNER_MASK) == row + 1L
                        && WORD.compareAndSet(words, offset, word, word & ~OWNER_MASK);
        if (isFreed) {
            storage.liveStored(offset, Long.BYTES);
        }
        return isFreed;
    }

    /** Waits a moment, and again, and looks now and then whether those waited for still live. */
    static final class Patience {
        private static final int SPINS = 200;
        private static final long FIRST_NANOS = 20_000;
        private static final long LONGEST_NANOS = 500_000;
        private static final long REAP_NANOS = 20_000_000;

        private final Runnable reap;
        private int pauses;
        private long nanos = FIRST_NANOS;
        private long reaped;
        private boolean wasInterrupted;

        Patience(Runnable reap) {
            this.reap = reap;
        }

        void pause() {
            if (pauses++ < SPINS) {
                Thread.onSpinWait();
                return;
            }
            wasInterrupted |= Thread.interrupted();
            if (reaped == 0 || System.nanoTime() - reaped > REAP_NANOS) {
                reap.run();
                reaped = System.nanoTime();
                return;
            }
            LockSupport.parkNanos(this, nanos);
            nanos = Math.min(nanos * 2, LONGEST_NANOS);
        }

        boolean wasInterrupted() {
            return wasInterrupted;
        }

        void end() {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
