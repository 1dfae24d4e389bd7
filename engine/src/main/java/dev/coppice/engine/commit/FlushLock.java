package dev.coppice.engine.commit;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock on the durable slots inside this process, and the commits that wait for a flush.
 *
 * <p>Who waits for a flush is done when any thread's flush has covered it, and takes the lock only
 * if it has to flush itself. In the queue of a plain lock each of a group would get the lock in
 * turn to find that it is done, while one that has just come would overtake them and flush alone.
 *
 * <p>Thread safety: any thread.
 */
final class FlushLock {
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentLinkedQueue<Waiter> waiting = new ConcurrentLinkedQueue<>();
    private volatile long flushed;

    /** A thread whose commit is not durable yet. */
    private record Waiter(Thread thread, long txn) {}

    void lock() {
        lock.lock();
    }

    /** Lets the lock go, then wakes who is to flush next, and all that have nothing left to do. */
    void unlock() {
        lock.unlock();
        wake();
    }

    boolean isHeldByCurrentThread() {
        return lock.isHeldByCurrentThread();
    }

    /** Says that commits up to one are durable and published. Requires: the lock. */
    void flushed(long txn) {
        flushed = txn;
    }

    /**
     * Waits until a commit is durable and published, or the lock is there. An interrupt is kept for
     * later.
     *
     * @return whether the caller has the lock; it is not known then whether the commit is durable
     */
    boolean lockUnlessFlushed(long txn) {
        if (flushed >= txn) {
            return false;
        }
        if (tryLock()) {
            return true;
        }
        Waiter self = new Waiter(Thread.currentThread(), txn);
        boolean isInterrupted = false;
        waiting.add(self);
        try {
            while (flushed < txn) {
                if (tryLock()) {
                    return true;
                }
                LockSupport.park(this);
                isInterrupted |= Thread.interrupted();
            }
            return false;
        } finally {
            waiting.remove(self);
            if (isInterrupted) {
                self.thread.interrupt();
            }
        }
    }

    /** Those that block for the lock come first: a checkpoint, and a commit that flushes others. */
    private boolean tryLock() {
        return !lock.hasQueuedThreads() && lock.tryLock();
    }

    private void wake() {
        if (waiting.isEmpty()) {
            return;
        }
        long done = flushed;
        for (Waiter each : waiting) {
            if (each.txn > done) {
                LockSupport.unpark(each.thread);
                break;
            }
        }
        for (Waiter each : waiting) {
            if (each.txn <= done) {
                LockSupport.unpark(each.thread);
            }
        }
    }
}
