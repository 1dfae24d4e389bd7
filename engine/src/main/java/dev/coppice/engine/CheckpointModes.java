package dev.coppice.engine;

import dev.coppice.engine.commit.Checkpoint;
import dev.coppice.engine.commit.ImageExtent;
import dev.coppice.engine.commit.OpenStore;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.error.ReadOnlyException;
import java.util.concurrent.locks.LockSupport;

/**
 * Checkpoints by what they wait for and what they leave behind, one attempt at a time: PASSIVE, and
 * the three that need the readers out of the way. Who repeats an attempt, and for how long, is the
 * caller's business; docs/checkpoint.md has the rules.
 *
 * <p>Thread safety: any thread.
 */
public final class CheckpointModes {
    /*
     * PASSIVE captures the newest root while it has the writer role. Where a transaction has that
     * role it brings the newest commit to the medium all the same, as the tip; the base, and with it
     * the log, stays.
     *
     * The others first look, holding the writer role, whether readers are in the way, and do not
     * wait for them while they hold it, but for the instant that a single read takes. What is left of
     * the log is little then, since PASSIVE has come before.
     */
    private static final int READ_LOOKS = 20;
    private static final long LOOK_NANOS = 50_000;

    /** Other than every id: to ask for readers of whatever root. */
    private static final long NO_ROOT = -1;

    private final Roles roles;
    private final OpenStore store;
    private final Checkpoints checkpoints;
    private final Room room;
    private final Runnable checkOpen;
    private final Runnable moved;

    /** What an attempt is to leave behind. */
    public enum Goal {
        /** The newest commit is the base, and nobody reads an older one. */
        FULL,

        /** And the free pages are used from the lowest on. */
        RESTART,

        /** And the file ends where they begin. */
        TRUNCATE,

        /**
         * The file ends not far behind the last page that anybody needs, whoever reads what, or is
         * a chunk shorter: to be repeated.
         */
        CUT
    }

    /** How an attempt has ended. */
    public enum Outcome {
        DONE,

        /** A transaction has the writer role. */
        WRITER,

        /** Somebody reads an older commit, or has read one that was in the log. */
        READERS,

        /** Another checkpoint is running. */
        CHECKPOINT,

        /** All is done but the cut: other processes have the file mapped. */
        PROCESSES
    }

    /**
     * What PASSIVE has done.
     *
     * @param isRefused whether another checkpoint was running, so that nothing was done
     * @param isBaseMoved whether the log is empty
     * @param frames pages that were in the log and are on the medium now
     */
    public record Passive(boolean isRefused, boolean isBaseMoved, long frames) {}

    /**
     * What an attempt has done.
     *
     * @param isBaseMoved whether the log is empty, however it ended
     * @param frames pages that were in the log then
     */
    public record Attempt(Outcome outcome, boolean isBaseMoved, long frames) {
        private Attempt(Outcome outcome) {
            this(outcome, false, 0);
        }
    }

    CheckpointModes(
            Roles roles,
            OpenStore store,
            Checkpoints checkpoints,
            Room room,
            Runnable checkOpen,
            Runnable moved) {
        this.roles = roles;
        this.store = store;
        this.checkpoints = checkpoints;
        this.room = room;
        this.checkOpen = checkOpen;
        this.moved = moved;
    }

    /** {@return pages that the newest root reaches and the last checkpoint does not, about} */
    public long logFrames() {
        return store.commits().undurablePages();
    }

    private void requireWriting() {
        checkOpen.run();
        if (store.isFollower()) {
            throw new ReadOnlyException("the store is open for reading only");
        }
    }

    /**
     * Makes the newest commit the base where no transaction is running, and durable where one is.
     *
     * @param waitNanos how long to wait for a transaction to end
     */
    public Passive passive(long waitNanos) {
        requireWriting();
        boolean isWriter = roles.tryWriter(waitNanos);
        try {
            if (!roles.tryCheckpoint()) {
                return new Passive(true, false, 0);
            }
            if (isWriter) {
                isWriter = false;
                return moveBase();
            }
            return moveTip();
        } finally {
            if (isWriter) {
                roles.releaseWriter();
            }
            moved.run();
        }
    }

    /** Both roles, which are let go. */
    private Passive moveBase() {
        long frames = logFrames();
        long before = store.known().sequence();
        checkpoints.runHoldingRoles();
        frames = store.known().sequence() == before ? 0 : frames;
        return new Passive(false, true, frames);
    }

    /** Checkpoint role, which is let go. */
    private Passive moveTip() {
        try {
            long frames = logFrames();
            saveNewest();
            return new Passive(false, false, frames);
        } finally {
            roles.releaseCheckpoint();
        }
    }

    /** Makes the newest commit durable, and leaves the base where it is. Checkpoint role. */
    void saveNewest() {
        StoreRoot newest = new StoreRoot();
        int slot = store.claimSlot();
        try {
            store.pinLatest(slot, newest, 0);
            checkpoints.saveTip(newest);
        } finally {
            store.releaseSlot(slot);
        }
    }

    /**
     * Attempts what goes beyond PASSIVE.
     *
     * @param waitNanos how long to wait for a transaction to end
     */
    public Attempt attempt(Goal goal, long waitNanos) {
        requireWriting();
        if (!roles.tryWriter(waitNanos)) {
            return new Attempt(Outcome.WRITER);
        }
        try {
            if (!roles.tryCheckpoint()) {
                return new Attempt(Outcome.CHECKPOINT);
            }
            try {
                return attemptHoldingRoles(goal, waitNanos > 0 ? READ_LOOKS : 1);
            } finally {
                roles.releaseCheckpoint();
            }
        } finally {
            roles.releaseWriter();
            moved.run();
        }
    }

    private Attempt attemptHoldingRoles(Goal goal, int looks) {
        store.reapReaders();
        store.commits().settle();
        boolean waits = goal != Goal.CUT;
        if (waits && areReadersBehind(false, looks)) {
            return new Attempt(Outcome.READERS);
        }
        boolean startsOver = goal != Goal.FULL;
        if (startsOver) {
            store.allocator().startOver();
        }
        Checkpoint.Captured captured = capture(goal);
        long frames = captured == null ? 0 : logFrames();
        checkpoints.complete(captured);
        if (startsOver) {
            if (waits && areReadersBehind(true, looks)) {
                return new Attempt(Outcome.READERS, true, frames);
            }
            store.commits().reclaim();
            store.allocator().startOver();
        }
        if (cuts(goal) && !room.cutTail(goal == Goal.CUT)) {
            return new Attempt(Outcome.PROCESSES, true, frames);
        }
        return new Attempt(Outcome.DONE, true, frames);
    }

    private static boolean cuts(Goal goal) {
        return goal == Goal.TRUNCATE || goal == Goal.CUT;
    }

    private Checkpoint.Captured capture(Goal goal) {
        return checkpoints.capture(cuts(goal) && isImageInTheWay());
    }

    /**
     * {@return whether the image of the last checkpoint is the end of the file and could lie lower}
     * A check may be reading it, which pins its root.
     */
    private boolean isImageInTheWay() {
        store.commits().reclaim();
        ImageExtent image = store.known().image();
        FreeMap free = store.allocator().freeMap();
        boolean isLast = image.firstPage() + image.pages() == free.usedEnd();
        return isLast
                && free.findRun(0, image.firstPage(), image.pages(), 0) >= 0
                && !store.areReadersOffRoot(NO_ROOT);
    }

    private boolean areReadersBehind(boolean countsLog, int looks) {
        boolean areBehind = store.areReadersBehind(countsLog);
        for (int i = 1; i < looks && areBehind; i++) {
            LockSupport.parkNanos(this, LOOK_NANOS);
            areBehind = store.areReadersBehind(countsLog);
        }
        return areBehind;
    }
}
