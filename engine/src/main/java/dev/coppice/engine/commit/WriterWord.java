package dev.coppice.engine.commit;

import dev.coppice.error.BusyException;
import dev.coppice.storage.Processes;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which process has the writer role: a word of the live file with the row of the owner, whether it
 * has a transaction open, whose turn is next, and a number that grows with every owner.
 *
 * <p>Thread safety: {@link #isOwned} any thread; the rest who has the role inside this process.
 */
final class WriterWord {
    /*
     * To take a free word and to give it back are one exchange each, and nothing else, as long as
     * nobody waits. Who waits sets a bit of its row and looks at the word again and again. Who gives
     * the word back while bits are set names the next row in turn, and the others leave the word to
     * it for a while: so a process that begins one transaction after the other cannot keep the word
     * from one that looks only now and then. If the one named does not come it may be dead, and its
     * bit is cleared; should it live, it sets it again.
     *
     * A timeout counts against transactions. An owner without one is about to give the word back.
     */
    private static final long OWNER_MASK = 0xFF;
    private static final int NEXT_SHIFT = 8;
    private static final long NEXT_MASK = 0xFF << NEXT_SHIFT;
    private static final long TRANSACTION = 1 << 16;
    private static final int NUMBER_SHIFT = 17;
    private static final long TURN_NANOS = 10_000_000;

    /** So long an owner may take that has no transaction: it walks what is not checkpointed. */
    private static final long SERVICE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final Storage storage;
    private final LiveWords live;
    private final MemorySegment words;
    private final int row;
    private final Runnable reap;

    /**
     * The word while this process owns it, else 0. Stored without a fence: what follows has one.
     */
    private final AtomicLong held = new AtomicLong();

    /** Whether others were there when this process had the word last. */
    private boolean isObserved = true;

    /**
     * The word as a process sees it.
     *
     * @param reap finds out who is dead, and frees what they have
     */
    WriterWord(Storage storage, LiveWords live, MemorySegment words, Runnable reap) {
        this.storage = storage;
        this.live = live;
        this.words = words;
        this.row = storage.processes().self();
        this.reap = reap;
    }

    private long word() {
        return (long) WORD.getVolatile(words, (long) LiveWords.WRITER_OFFSET);
    }

    private boolean exchange(long expected, long next) {
        boolean isDone = WORD.compareAndSet(words, (long) LiveWords.WRITER_OFFSET, expected, next);
        if (isDone && isObserved) {
            storage.liveStored(LiveWords.WRITER_OFFSET, Long.BYTES);
        }
        return isDone;
    }

    private static int owner(long word) {
        return (int) (word & OWNER_MASK) - 1;
    }

    private static int next(long word) {
        return (int) ((word & NEXT_MASK) >>> NEXT_SHIFT) - 1;
    }

    /** Says whether others are there, who want to know since when the owner has the word. */
    void observed(boolean byOthers) {
        isObserved = byOthers;
        if (!byOthers) {
            live.writerSince(0);
        }
    }

    /**
     * {@return whether this process has taken the word and not given it back} Volatile: who has
     * published the last prepared root looks here, and must not do so ahead of saying that.
     */
    boolean isHeld() {
        return held.get() != 0;
    }

    /** {@return whether the word is still this process's: others may have taken it for dead} */
    boolean isOwned() {
        long mine = held.getOpaque();
        return mine != 0 && ((word() ^ mine) & ~TRANSACTION) == 0;
    }

    /** {@return whether other processes wait for the word} */
    boolean isWanted() {
        return (live.waiting() & ~(1L << row)) != 0;
    }

    private boolean tryTake(long word, boolean forTransaction) {
        long number = (word >>> NUMBER_SHIFT) + 1;
        long mine = number << NUMBER_SHIFT | (forTransaction ? TRANSACTION : 0) | (row + 1);
        if (!exchange(word, mine)) {
            return false;
        }
        held.setRelease(mine);
        if (isObserved) {
            live.writerSince(System.currentTimeMillis());
        }
        return true;
    }

    /** Says whether the owner, which this process is, has a transaction. */
    void transaction(boolean isOpen) {
        long mine = held.getOpaque();
        long now = isOpen ? mine | TRANSACTION : mine & ~TRANSACTION;
        if (now != mine && exchange(mine, now)) {
            held.setRelease(now);
        }
    }

    /**
     * Takes the word.
     *
     * @param forTransaction whether to begin a transaction, which waits for those of others only as
     *     long as it says, and for everything else as long as it takes
     * @return whether it is taken; false when a transaction, or, for other purposes, anything is in
     *     the way for all that time
     * @throws InterruptedException when interrupted while a transaction waits for another
     */
    boolean take(long timeoutNanos, boolean forTransaction) throws InterruptedException {
        storage.processes().requireAttached();
        long word = word();
        boolean isFree = (word & (OWNER_MASK | NEXT_MASK)) == 0;
        if (isFree && tryTake(word, forTransaction)) {
            return true;
        }
        return new Waiting(timeoutNanos, forTransaction).take();
    }

    /** One process that waits. */
    private final class Waiting {
        private final LockWord.Patience patience = new LockWord.Patience(reap);
        private final long start = System.nanoTime();
        private final long timeoutNanos;
        private final boolean forTransaction;
        private long seen;
        private long seenSince = start;
        private boolean isAnnounced;

        Waiting(long timeoutNanos, boolean forTransaction) {
            this.timeoutNanos = timeoutNanos;
            this.forTransaction = forTransaction;
        }

        boolean take() throws InterruptedException {
            try {
                while (true) {
                    long word = word();
                    if (word != seen) {
                        seen = word;
                        seenSince = System.nanoTime();
                    }
                    boolean isFree = owner(word) < 0;
                    if (isFree && isMyTurn(word) && tryTake(word, forTransaction)) {
                        return true;
                    }
                    if (mustGiveUp(word, isFree)) {
                        return false;
                    }
                    announce();
                    patience.pause();
                }
            } finally {
                if (isAnnounced) {
                    live.waiting(row, false);
                }
                patience.end();
            }
        }

        private boolean isMyTurn(long word) {
            int next = next(word);
            if (next < 0 || next == row) {
                return true;
            }
            boolean isLate = System.nanoTime() - seenSince > TURN_NANOS;
            if (isLate) {
                live.waiting(next, false);
            }
            return isLate;
        }

        private boolean mustGiveUp(long word, boolean isFree) throws InterruptedException {
            boolean isTransaction = (word & TRANSACTION) != 0;
            if (forTransaction && isTransaction && patience.wasInterrupted()) {
                throw new InterruptedException("interrupted while waiting for another process");
            }
            long waited = System.nanoTime() - start;
            long limit =
                    forTransaction && !isTransaction
                            ? Math.max(timeoutNanos, SERVICE_NANOS)
                            : timeoutNanos;
            if (waited < limit) {
                return false;
            }
            if (isFree && (forTransaction || timeoutNanos > 0)) {
                return false;
            }
            // A dead owner has no transaction.
            reap.run();
            return word() == word;
        }

        private void announce() {
            isAnnounced = true;
            if ((live.waiting() & 1L << row) == 0) {
                live.waiting(row, true);
            }
        }
    }

    /** {@return why the word could not be had} */
    BusyException refusal(long timeoutNanos) {
        Processes processes = storage.processes();
        long word = word();
        int owner = owner(word);
        boolean isKnown = owner >= 0 && owner != row;
        long millis = live.writerSince();
        Instant since = isKnown && millis != 0 ? Instant.ofEpochMilli(millis) : null;
        String who = isKnown ? processes.describe(owner) : "another process";
        long waitedMillis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
        String message =
                "a write transaction is open in "
                        + who
                        + (since == null ? "" : ", since " + since)
                        + ": waited "
                        + waitedMillis
                        + " ms; have it committed or rolled back, or wait longer";
        long processId = isKnown ? processes.processId(owner) : 0;
        return new BusyException(message, processId, since, waitedMillis, null);
    }

    /** Gives the word back, unless others have taken this process for dead. */
    void release() {
        long mine = held.getOpaque();
        held.setRelease(0);
        long others = live.waiting() & ~(1L << row);
        long behind = row == 63 ? 0 : others & -1L << (row + 1);
        long next = others == 0 ? 0 : Long.numberOfTrailingZeros(behind == 0 ? others : behind) + 1;
        exchange(mine, mine >>> NUMBER_SHIFT << NUMBER_SHIFT | next << NEXT_SHIFT);
    }

    /** Frees the word where it belongs to a process that is dead. */
    void free(int dead) {
        long word = word();
        if (owner(word) == dead) {
            exchange(word, word >>> NUMBER_SHIFT << NUMBER_SHIFT);
        }
    }
}
