package dev.coppice;

import dev.coppice.engine.CheckpointModes;
import dev.coppice.engine.Engine;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Checkpoints that somebody asks for, by mode, and those after every so many commits.
 *
 * <p>Thread safety: any thread.
 */
final class Checkpointer {
    /** So long PASSIVE waits for the end of a transaction that is about to commit. */
    private static final long GRACE_NANOS = 1_000_000;

    /** How long to leave readers alone before looking again. */
    private static final long LOOK_NANOS = 500_000;

    private final Engine engine;
    private final boolean hasLog;
    private final long walSizeLimit;
    private final AtomicLong commits = new AtomicLong();

    Checkpointer(Engine engine, StoreConfig config) {
        this.engine = engine;
        this.hasLog = config.journalMode() == JournalMode.WAL;
        this.walSizeLimit = config.readOnly() ? 0 : config.walSizeLimit();
    }

    /**
     * As {@link Store#checkpoint(CheckpointMode, long, java.util.concurrent.TimeUnit)}.
     *
     * @param isWriting whether the caller has a write transaction, for which it would wait in vain
     */
    CheckpointResult run(CheckpointMode mode, long timeoutNanos, boolean isWriting) {
        if (isWriting) {
            return new CheckpointResult(true, hasLog ? engine.modes().logFrames() : 0, 0);
        }
        if (!hasLog || engine.storage().isReadOnly()) {
            return CheckpointResult.NOTHING;
        }
        return new Waiting(mode, timeoutNanos).run();
    }

    /** One checkpoint, with what it has done so far. */
    private final class Waiting {
        private final CheckpointModes modes = engine.modes();
        private final CheckpointMode mode;
        private final long timeoutNanos;
        private final long deadline;

        /** Pages that a checkpoint has completed for. */
        private long covered;

        /** Pages that are still in the log, though they are on the medium. */
        private long durable;

        Waiting(CheckpointMode mode, long timeoutNanos) {
            this.mode = mode;
            this.timeoutNanos = timeoutNanos;
            this.deadline = System.nanoTime() + timeoutNanos;
        }

        CheckpointResult run() {
            CheckpointModes.Passive passive = modes.passive(Math.min(timeoutNanos, GRACE_NANOS));
            if (passive.isBaseMoved()) {
                covered = passive.frames();
            } else if (!passive.isRefused()) {
                durable = passive.frames();
            }
            if (passive.isRefused()) {
                return busy();
            }
            if (mode == CheckpointMode.PASSIVE) {
                return new CheckpointResult(false, passive.frames(), passive.frames());
            }
            return goOn(CheckpointModes.Goal.valueOf(mode.name()));
        }

        private CheckpointResult goOn(CheckpointModes.Goal goal) {
            CheckpointModes.Attempt attempt = attempt(goal);
            while (attempt.outcome() == CheckpointModes.Outcome.READERS && mayWait()) {
                LockSupport.parkNanos(this, LOOK_NANOS);
                attempt = attempt(goal);
            }
            // What cannot be cut because other processes map it is cut by the last of them.
            boolean isDone =
                    attempt.outcome() == CheckpointModes.Outcome.DONE
                            || attempt.outcome() == CheckpointModes.Outcome.PROCESSES;
            if (!isDone) {
                return busy();
            }
            return mode == CheckpointMode.TRUNCATE
                    ? CheckpointResult.NOTHING
                    : new CheckpointResult(false, covered, covered);
        }

        private CheckpointModes.Attempt attempt(CheckpointModes.Goal goal) {
            long left = Math.max(0, deadline - System.nanoTime());
            CheckpointModes.Attempt attempt = modes.attempt(goal, left);
            if (attempt.isBaseMoved()) {
                covered += attempt.frames();
                durable = 0;
            }
            return attempt;
        }

        private boolean mayWait() {
            return deadline - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted();
        }

        private CheckpointResult busy() {
            long left = modes.logFrames();
            return new CheckpointResult(true, covered + left, covered + Math.min(durable, left));
        }
    }

    /** As {@link Store#sync}. */
    long sync() {
        long newest = engine.latestTxn();
        while (engine.durableTxn() < newest) {
            if (engine.modes().passive(0).isRefused()) {
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
        }
        return engine.durableTxn();
    }

    /** {@return whether so many commits have been made that PASSIVE is due; asked after each} */
    boolean isDue() {
        return walSizeLimit > 0
                && commits.incrementAndGet() % walSizeLimit == 0
                && !engine.store().isPoisoned();
    }

    /** PASSIVE. */
    void runDue() {
        engine.modes().passive(GRACE_NANOS);
    }
}
