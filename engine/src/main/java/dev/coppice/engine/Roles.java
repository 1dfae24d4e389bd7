package dev.coppice.engine;

import dev.coppice.engine.commit.Succession;
import dev.coppice.error.BusyException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Who may write and who may checkpoint: two roles that one thread of one process at a time has, the
 * writer role before the checkpoint role.
 *
 * <p>Thread safety: any thread.
 */
final class Roles {
    /*
     * A role is taken inside the process first, then among processes. The process keeps the writer
     * role while roots are prepared and not published, so that nobody else starts from an older one;
     * whoever finds them published last gives it back.
     */

    /** How long to wait before looking again whether a checkpoint has let go of the writer role. */
    private static final long CAPTURE_NANOS = 20_000;

    /** How long to wait for another process before looking again. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Semaphore writer = new Semaphore(1, true);
    private final Semaphore checkpoint = new Semaphore(1);
    private final Succession succession;
    private final Runnable checkOpen;
    private final EngineObserver observer;

    /** Whether a transaction has the writer role; written by who has it. */
    private volatile boolean isRunning;

    /**
     * Creates the roles.
     *
     * @param checkOpen throws when there is nothing left to wait for
     */
    Roles(Succession succession, Runnable checkOpen, EngineObserver observer) {
        this.succession = succession;
        this.observer = observer;
        this.checkOpen = checkOpen;
    }

    /**
     * Takes the writer role for a transaction. An interrupt or a timeout ends the wait for another
     * transaction, not that for a checkpoint.
     */
    void takeWriter(long timeoutNanos) throws InterruptedException {
        long left = timeoutNanos;
        if (!writer.tryAcquire()) {
            long start = System.nanoTime();
            awaitInProcess(timeoutNanos);
            left = Math.max(0, timeoutNanos - (System.nanoTime() - start));
        }
        requireOpen();
        if (!takeAmongProcesses(left, true)) {
            throw succession.refusal(timeoutNanos);
        }
    }

    /**
     * Whoever gets the role of a store that was closed meanwhile finds no live file any more.
     * Requires: the role inside this process, which is given back when this throws.
     */
    private void requireOpen() {
        try {
            checkOpen.run();
        } catch (RuntimeException e) {
            writer.release();
            throw e;
        }
    }

    private void awaitInProcess(long timeoutNanos) throws InterruptedException {
        while (!writer.tryAcquire()) {
            checkOpen.run();
            if (isRunning) {
                awaitWriter(timeoutNanos);
                return;
            }
            LockSupport.parkNanos(this, CAPTURE_NANOS);
        }
    }

    private void awaitWriter(long timeoutNanos) throws InterruptedException {
        Object begun = observer.begins(EngineObserver.Work.WRITER_WAIT);
        boolean isMine = false;
        try {
            isMine = timeoutNanos > 0 && writer.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS);
        } finally {
            observer.ended(EngineObserver.Work.WRITER_WAIT, begun, isMine, 0, 0);
        }
        if (!isMine) {
            long waitedMillis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
            String message =
                    "another write transaction is open in this process: waited "
                            + waitedMillis
                            + " ms; commit or roll it back, or wait longer";
            long processId = ProcessHandle.current().pid();
            throw new BusyException(message, processId, null, waitedMillis, null);
        }
    }

    /** Takes the writer role within a time; an interrupt ends the wait and leaves its flag set. */
    boolean tryWriter(long timeoutNanos) {
        if (timeoutNanos <= 0) {
            if (!writer.tryAcquire()) {
                return false;
            }
            requireOpen();
            return takeAmongProcessesQuietly(0);
        }
        long start = System.nanoTime();
        try {
            if (!writer.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        requireOpen();
        return takeAmongProcessesQuietly(timeoutNanos - (System.nanoTime() - start));
    }

    private boolean takeAmongProcessesQuietly(long timeoutNanos) {
        try {
            return takeAmongProcesses(Math.max(0, timeoutNanos), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Requires: the role inside this process, which is given back unless this returns true. */
    private boolean takeAmongProcesses(long timeoutNanos, boolean forTransaction)
            throws InterruptedException {
        boolean isDone = false;
        try {
            succession.makeWay();
            if (succession.isHeld()) {
                succession.transaction(forTransaction);
                isDone = true;
            } else if (succession.take(timeoutNanos, forTransaction)) {
                if (succession.isBehind()) {
                    recover();
                }
                isDone = true;
            }
            return isDone;
        } finally {
            if (!isDone) {
                releaseWriter();
            }
        }
    }

    private void recover() {
        takeCheckpoint();
        try {
            succession.recover();
        } finally {
            releaseCheckpoint();
        }
    }

    void releaseWriter() {
        try {
            giveBack();
        } finally {
            writer.release();
        }
        settled();
    }

    /** Requires: the role inside this process. */
    private void giveBack() {
        if (succession.isHeld()) {
            if (succession.isUnsettled()) {
                succession.transaction(false);
            } else {
                succession.letGo();
            }
        }
    }

    /**
     * Gives the role back among processes, where it was kept for roots that have been published
     * meanwhile, unless a thread of this process has it.
     */
    void settled() {
        while (succession.isHeld() && !succession.isUnsettled() && writer.tryAcquire()) {
            try {
                giveBack();
            } finally {
                writer.release();
            }
        }
    }

    /** Takes the checkpoint role if nobody has it. Requires: the writer role. */
    boolean tryCheckpoint() {
        if (!checkpoint.tryAcquire()) {
            return false;
        }
        if (!succession.tryCheckpoint()) {
            checkpoint.release();
            return false;
        }
        if (succession.isUnclean()) {
            releaseCheckpoint();
            return false;
        }
        return true;
    }

    /** Takes the checkpoint role, keeping the writer role while somebody else completes. */
    void takeCheckpoint() {
        boolean isTaken = takeCheckpoint(Long.MAX_VALUE);
        assert isTaken;
    }

    /**
     * As {@link #takeCheckpoint()}, waiting for other processes only so long.
     *
     * @return whether it is taken
     */
    boolean takeCheckpoint(long timeoutNanos) {
        checkpoint.acquireUninterruptibly();
        if (succession.takeCheckpoint(timeoutNanos)) {
            return true;
        }
        checkpoint.release();
        return false;
    }

    void releaseCheckpoint() {
        succession.releaseCheckpoint();
        checkpoint.release();
    }

    /**
     * The writer role comes first, and is not kept while somebody else completes.
     *
     * @throws dev.coppice.error.StoreClosedException when the store was closed meanwhile
     */
    void takeBoth() {
        while (true) {
            writer.acquireUninterruptibly();
            requireOpen();
            if (tryBoth(LOOK_NANOS)) {
                return;
            }
            awaitCheckpoint();
        }
    }

    /**
     * As {@link #takeBoth}, for the end of the store: threads of this process are waited for as
     * long as it takes, other processes only so long.
     *
     * @return whether both are taken
     */
    boolean takeBothToClose(long timeoutNanos) {
        long left = timeoutNanos;
        while (true) {
            writer.acquireUninterruptibly();
            long start = System.nanoTime();
            if (tryBoth(Math.max(0, left))) {
                return true;
            }
            left -= System.nanoTime() - start + CAPTURE_NANOS;
            if (left < 0) {
                return false;
            }
            awaitCheckpoint();
        }
    }

    /** Waits for the checkpoint that runs in this process. */
    private void awaitCheckpoint() {
        checkpoint.acquireUninterruptibly();
        checkpoint.release();
        LockSupport.parkNanos(this, CAPTURE_NANOS);
    }

    /** Requires: the writer role inside this process, which is given back unless this is true. */
    private boolean tryBoth(long timeoutNanos) {
        if (!takeAmongProcessesQuietly(timeoutNanos)) {
            return false;
        }
        if (!tryCheckpoint()) {
            releaseWriter();
            return false;
        }
        return true;
    }

    /** {@return whether a thread of this process has the writer role, for whatever it does} */
    boolean isWriterTaken() {
        return writer.availablePermits() == 0;
    }

    /** {@return whether a transaction has the writer role} */
    boolean isRunning() {
        return isRunning;
    }

    /** Says that the holder of the writer role has a transaction, or has none any more. */
    void running(boolean now) {
        isRunning = now;
    }
}
