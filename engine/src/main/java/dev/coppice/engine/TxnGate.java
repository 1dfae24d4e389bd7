package dev.coppice.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Where threads wait until a position, the id of a transaction, has been reached.
 *
 * <p>Thread safety: any thread.
 */
final class TxnGate {
    /*
     * Who moves the position stores it and then loads `waiting`; who waits adds to `waiting` and
     * then loads the position. All four are volatile, so one of the two sees the other: nobody
     * sleeps through the move that he waits for, and a move that nobody waits for costs one load.
     *
     * Where another process moves the position nobody calls; then who waits looks from time to time,
     * and whether others have come, less often.
     */
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long OTHERS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final LongSupplier position;
    private final BooleanSupplier isOver;
    private final BooleanSupplier isMovedByOthers;
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();

    /**
     * Creates a gate.
     *
     * @param position reads where the position is, with volatile semantics
     * @param isOver whether it will never move again
     * @param isMovedByOthers whether other processes may move it now
     */
    TxnGate(LongSupplier position, BooleanSupplier isOver, BooleanSupplier isMovedByOthers) {
        this.position = position;
        this.isOver = isOver;
        this.isMovedByOthers = isMovedByOthers;
    }

    /** Called when the position has moved, or never will again. */
    void moved() {
        if (waiting.get() > 0) {
            lock.lock();
            try {
                moved.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Waits until the position is {@code txn} or behind it.
     *
     * @return whether it is; false after the timeout, or when it will not move any more
     * @throws InterruptedException when interrupted while it has to wait
     */
    boolean await(long txn, long timeoutNanos) throws InterruptedException {
        if (hasReached(txn)) {
            return true;
        }
        long left = timeoutNanos;
        lock.lockInterruptibly();
        waiting.incrementAndGet();
        try {
            while (!hasReached(txn) && !isOver.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                long most = isMovedByOthers.getAsBoolean() ? LOOK_NANOS : OTHERS_NANOS;
                long sleep = Math.min(left, most);
                left -= sleep - moved.awaitNanos(sleep);
            }
            return hasReached(txn);
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    private boolean hasReached(long txn) {
        return position.getAsLong() >= txn;
    }
}
