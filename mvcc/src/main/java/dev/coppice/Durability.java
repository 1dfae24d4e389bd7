package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.error.BusyException;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreClosedException;
import java.util.Comparator;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows of the medium: who waits for it, and how much may be missing from it.
 *
 * <p>Thread safety: any thread.
 */
final class Durability {
    /** So long a waiting thread leaves a checkpoint to others before it asks again. */
    private static final long ASK_AGAIN_NANOS = 50_000_000;

    private static final long OTHERS_CHECKPOINT_NANOS = 1_000_000;

    private final Engine engine;
    private final StoreConfig config;
    private final long maxBytes;
    private final long maxMillis;
    private final Queue<Pending> pending =
            new PriorityBlockingQueue<>(11, Comparator.comparingLong(Pending::txn));
    private volatile boolean isClosed;
    private volatile boolean isWanted;
    private volatile @Nullable Worker worker;

    /** Wall clock of the first commit since everything was durable; written by the writer. */
    private volatile long undurableSince;

    /** Who makes checkpoints and tells those who wait. */
    interface Worker {
        /** Has the next round of its work begin at once. */
        void wake();

        /** {@return whether this thread is the worker's} */
        boolean isCurrent();
    }

    private record Pending(long txn, CompletableFuture<Long> future) {}

    Durability(Engine engine, StoreConfig config) {
        this.engine = engine;
        this.config = config;
        this.maxBytes = config.maxUndurableBytes();
        this.maxMillis = config.maxUndurableMillis();
    }

    /** Names who makes checkpoints; without a worker, who waits for one makes it himself. */
    void worker(Worker newWorker) {
        worker = newWorker;
    }

    /** {@return whether somebody waits for a checkpoint; asked by who makes it then} */
    boolean takeWanted() {
        boolean was = isWanted;
        isWanted = false;
        return was || isAwaited();
    }

    private boolean hasOtherWorker() {
        Worker other = worker;
        return other != null && !other.isCurrent();
    }

    /** Asks for a checkpoint at once. */
    private void want() {
        Worker other = worker;
        isWanted = true;
        if (other != null) {
            other.wake();
        }
    }

    /** Called when the medium has more, by who brought it there. */
    void moved() {
        if (isAwaited()) {
            if (hasOtherWorker()) {
                want();
            } else {
                completed();
            }
        }
    }

    /** As {@link Store#awaitDurable}. */
    boolean await(long txn, long timeoutNanos) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutNanos;
        boolean isDurable = engine.awaitDurable(txn, 0);
        while (!isDurable) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            isDurable = makeDurable(txn, left);
        }
        return true;
    }

    /** Asks for a checkpoint, or makes it, and waits a while. */
    private boolean makeDurable(long txn, long nanos) throws InterruptedException {
        if (hasOtherWorker()) {
            want();
            return engine.awaitDurable(txn, Math.min(nanos, ASK_AGAIN_NANOS));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for the medium");
        }
        boolean wasMine = engine.checkpoint(nanos);
        completed();
        return engine.awaitDurable(txn, wasMine ? 0 : Math.min(nanos, OTHERS_CHECKPOINT_NANOS));
    }

    /** {@return a future that completes when a commit is durable, for which this asks} */
    CompletableFuture<Long> future(long txn) {
        if (engine.durableTxn() >= txn) {
            return CompletableFuture.completedFuture(txn);
        }
        CompletableFuture<Long> future = new CompletableFuture<>();
        pending.add(new Pending(txn, future));
        if (isClosed) {
            close();
        } else {
            want();
        }
        return future;
    }

    /** {@return whether a future waits} */
    boolean isAwaited() {
        return !pending.isEmpty();
    }

    /** Completes the futures whose commits are durable, and runs what is chained to them. */
    void completed() {
        long durable = engine.durableTxn();
        Pending first = pending.peek();
        while (first != null && first.txn() <= durable) {
            if (pending.remove(first)) {
                first.future().complete(first.txn());
            }
            first = pending.peek();
        }
        if (first != null && engine.store().isPoisoned()) {
            fail();
        }
    }

    private void fail() {
        Pending each = pending.poll();
        while (each != null) {
            each.future()
                    .completeExceptionally(
                            new CommitInDoubtException(
                                    "a flush failed: whether transaction "
                                            + each.txn()
                                            + " survives a power loss is decided when the store is"
                                            + " opened again"));
            each = pending.poll();
        }
    }

    /** Settles all futures. Requires: the engine is closed. */
    void close() {
        isClosed = true;
        long durable = engine.durableTxn();
        Pending each = pending.poll();
        while (each != null) {
            if (each.txn() <= durable) {
                each.future().complete(each.txn());
            } else {
                each.future()
                        .completeExceptionally(
                                new StoreClosedException(
                                        "the store was closed before transaction "
                                                + each.txn()
                                                + " was durable"));
            }
            each = pending.poll();
        }
    }

    /** {@return at how many bytes of log a checkpoint is due: in time for the bound} */
    long checkpointBytes() {
        long bytes = config.checkpointBytes();
        return maxBytes > 0 ? Math.min(bytes, maxBytes / 2) : bytes;
    }

    /** {@return after how long a checkpoint is due: in time for the bound} */
    long checkpointIntervalNanos() {
        long millis = config.checkpointIntervalMillis();
        long wanted = maxMillis > 0 ? Math.min(millis, Math.max(1, maxMillis / 2)) : millis;
        return TimeUnit.MILLISECONDS.toNanos(wanted);
    }

    /** {@return whether a transaction that does not wait for the medium has to look at bounds} */
    boolean isBounded() {
        return maxBytes > 0 || maxMillis > 0;
    }

    /** Called by a writer before it commits: is it the first that is not durable? */
    void committing() {
        if (maxMillis > 0 && engine.durableTxn() >= engine.latestTxn()) {
            undurableSince = config.clock().millis();
        }
    }

    /**
     * Waits until what a power loss would take is below the bounds of the configuration, for which
     * it asks.
     *
     * @throws BusyException when it is not within the busy timeout
     */
    void awaitRoom(long timeoutNanos) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutNanos;
        while (isFull()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                long waitedMillis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
                String message =
                        "too much is not durable yet: undurableBytes="
                                + engine.undurableBytes()
                                + ", maxUndurableBytes="
                                + maxBytes
                                + ", undurableMillis="
                                + undurableMillis()
                                + ", maxUndurableMillis="
                                + maxMillis
                                + "; waited "
                                + waitedMillis
                                + " ms for a checkpoint";
                throw new BusyException(message, 0, null, waitedMillis, null);
            }
            makeDurable(engine.latestTxn(), left);
        }
    }

    private boolean isFull() {
        boolean isOver =
                (maxBytes > 0 && engine.undurableBytes() >= maxBytes)
                        || (maxMillis > 0 && undurableMillis() >= maxMillis);
        return isOver && !engine.store().isPoisoned();
    }

    /** {@return the age of the oldest commit that is not durable, at most} */
    private long undurableMillis() {
        if (engine.durableTxn() >= engine.latestTxn()) {
            return 0;
        }
        long since = Math.max(undurableSince, engine.store().known().tip().commitMillis());
        return Math.max(0, config.clock().millis() - since);
    }
}
