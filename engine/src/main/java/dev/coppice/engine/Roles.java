package dev.coppice.engine;

import dev.coppice.error.BusyException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Who may write and who may checkpoint: two roles that one thread at a time has, the writer role
 * before the checkpoint role.
 *
 * <p>Thread safety: any thread.
 */
final class Roles {
    /** How long to wait before looking again whether a checkpoint has let go of the writer role. */
    private static final long CAPTURE_NANOS = 20_000;

    private final Semaphore writer = new Semaphore(1, true);
    private final Semaphore checkpoint = new Semaphore(1);
    private final Runnable checkOpen;
    private final EngineObserver observer;

    /** Whether a transaction has the writer role; written by who has it. */
    private volatile boolean isRunning;

    /**
     * Creates the roles.
     *
     * @param checkOpen throws when there is nothing left to wait for
     */
    Roles(Runnable checkOpen, EngineObserver observer) {
        this.observer = observer;
        this.checkOpen = checkOpen;
    }

    /**
     * Takes the writer role for a transaction. An interrupt or a timeout ends the wait for another
     * transaction, not that for a checkpoint.
     */
    void takeWriter(long timeoutNanos) throws InterruptedException {
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
            throw new BusyException(
                    "another write transaction is open: waited "
                            + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                            + " ms; commit or roll it back, or wait longer");
        }
    }

    /** Takes the writer role within a time; an interrupt ends the wait and leaves its flag set. */
    boolean tryWriter(long timeoutNanos) {
        if (timeoutNanos <= 0) {
            return writer.tryAcquire();
        }
        try {
            return writer.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void releaseWriter() {
        writer.release();
    }

    /** Takes the checkpoint role if nobody has it. Requires: the writer role. */
    boolean tryCheckpoint() {
        return checkpoint.tryAcquire();
    }

    /** Takes the checkpoint role, keeping the writer role while somebody else completes. */
    void takeCheckpoint() {
        checkpoint.acquireUninterruptibly();
    }

    void releaseCheckpoint() {
        checkpoint.release();
    }

    /** The writer role comes first, and is not kept while somebody else completes. */
    void takeBoth() {
        while (true) {
            writer.acquireUninterruptibly();
            if (checkpoint.tryAcquire()) {
                return;
            }
            writer.release();
            checkpoint.acquireUninterruptibly();
            checkpoint.release();
        }
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
