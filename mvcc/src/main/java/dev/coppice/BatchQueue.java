package dev.coppice;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The batches that wait to be applied. Whoever comes first leads: he commits everything that waits
 * in one transaction, and tells each submitter the outcome of his.
 *
 * <p>Thread safety: any thread.
 */
final class BatchQueue {
    /*
     * A batch that fails must fail alone. A savepoint before each would do, and would make every
     * batch copy again the pages that the one before has copied. So all are done without, and only
     * if one fails the leader returns to the start and does each behind a savepoint of its own.
     *
     * Order of locks: leading, then the writer role, then this monitor.
     */
    private static final int MAX_PER_COMMIT = 1024;

    /** Commits of one {@link #drain}: its thread has other duties. */
    private static final int MAX_PER_DRAIN = 16;

    private final Writer writer;
    private final int capacity;
    private final long waitNanos;
    private final ReentrantLock leading = new ReentrantLock();

    /** Leader only: what the running transaction does. */
    private final List<WriteBatch> taken = new ArrayList<>();

    // Guarded by this monitor.
    private final Deque<WriteBatch> waiting = new ArrayDeque<>();
    private boolean isClosed;

    /**
     * Creates a queue.
     *
     * @param writer for the leader
     * @param capacity how many batches may wait when {@link #offer} takes one more
     * @param waitNanos how long {@link #apply} waits, for leaders before it or for a transaction
     */
    BatchQueue(Writer writer, int capacity, long waitNanos) {
        this.writer = writer;
        this.capacity = capacity;
        this.waitNanos = waitNanos;
    }

    /** Has a batch committed and returns the transaction's id. */
    long apply(WriteBatch batch) {
        batch.submit();
        add(batch, Integer.MAX_VALUE);
        try {
            if (!leading.tryLock() && !leading.tryLock(waitNanos, TimeUnit.NANOSECONDS)) {
                giveUp(batch, new BusyException("batches are being applied: waited too long"));
                return batch.txn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(batch, new BusyException("interrupted while waiting for other batches", e));
            return batch.txn();
        }
        try {
            while (!batch.isDone()) {
                lead(batch, waitNanos);
            }
        } finally {
            leading.unlock();
        }
        return batch.txn();
    }

    /** {@return whether there was room for the batch, which somebody else will commit} */
    boolean offer(WriteBatch batch) {
        batch.submit();
        return add(batch, capacity);
    }

    private boolean add(WriteBatch batch, int max) {
        synchronized (this) {
            if (!isClosed && waiting.size() < max) {
                waiting.add(batch);
                return true;
            }
        }
        batch.withdraw();
        if (isClosed()) {
            throw new StoreClosedException("the store is closed");
        }
        return false;
    }

    private synchronized boolean isClosed() {
        return isClosed;
    }

    private synchronized boolean remove(WriteBatch batch) {
        return waiting.remove(batch);
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Takes a batch back, unless a leader has it: then its outcome is waited for. */
    private void giveUp(WriteBatch batch, BusyException reason) {
        if (remove(batch)) {
            batch.withdraw();
            throw reason;
        }
        boolean wasInterrupted = false;
        while (!batch.isDone()) {
            try {
                batch.await(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Commits what waits, unless somebody does already.
     *
     * @param nanos how long to wait for a running transaction
     * @return how many batches had their outcome; 0 when a transaction was open all the time
     */
    int drain(long nanos) {
        int done = 0;
        if (isEmpty() || writer.store.isWriting() || !leading.tryLock()) {
            return done;
        }
        try {
            for (int commits = 0; commits < MAX_PER_DRAIN && !isEmpty(); commits++) {
                done += lead(null, nanos);
            }
        } catch (BusyException e) {
            // They go on waiting, for the next one who comes.
            return done;
        } catch (StoreException e) {
            failAll(e);
        } finally {
            leading.unlock();
        }
        return done;
    }

    /**
     * Commits what waits.
     *
     * @param own fails when the transaction cannot begin; others go on waiting
     * @return how many batches had their outcome
     */
    private int lead(@Nullable WriteBatch own, long nanos) {
        try {
            writer.begin(nanos);
        } catch (RuntimeException | Error e) {
            if (own != null && remove(own)) {
                own.withdraw();
            }
            throw e;
        }
        take();
        int count = taken.size();
        try {
            doAll();
            commit();
        } catch (RuntimeException | Error e) {
            taken.forEach(batch -> batch.failed(e));
        } finally {
            taken.clear();
            if (writer.isOwned()) {
                writer.rollback();
            }
        }
        return count;
    }

    private synchronized void take() {
        while (!waiting.isEmpty() && taken.size() < MAX_PER_COMMIT) {
            taken.add(waiting.poll());
        }
    }

    /** Does what was taken; what fails alone is told so and is not among it any more. */
    private void doAll() {
        WriteHandle.Savepoint start = writer.savepoint();
        try {
            for (WriteBatch batch : taken) {
                writer.doAll(batch);
            }
        } catch (RuntimeException e) {
            writer.rollbackTo(start);
            taken.removeIf(batch -> !isDoneAlone(batch));
        }
    }

    private boolean isDoneAlone(WriteBatch batch) {
        WriteHandle.Savepoint before = writer.savepoint();
        try {
            writer.doAll(batch);
            writer.release(before);
            return true;
        } catch (RuntimeException e) {
            writer.rollbackTo(before);
            batch.failed(e);
            return false;
        }
    }

    private void commit() {
        if (!taken.isEmpty()) {
            long txn = writer.commit();
            taken.forEach(batch -> batch.done(txn));
        }
    }

    /** Takes no more batches, and commits or fails those that wait. */
    void close() {
        synchronized (this) {
            isClosed = true;
        }
        leading.lock();
        try {
            while (!isEmpty()) {
                lead(null, waitNanos);
            }
        } catch (RuntimeException e) {
            failAll(new StoreClosedException("the store was closed", e));
        } finally {
            leading.unlock();
        }
    }

    private synchronized void failAll(StoreException cause) {
        waiting.forEach(batch -> batch.failed(cause));
        waiting.clear();
    }
}
