package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a store has to do in the background, whoever does it: PASSIVE checkpoints by bytes and by
 * age and when somebody waits for the medium, batches that wait, growth of the file ahead of need,
 * faulting in what the writer will store into, the policy for snapshots, what was forgotten,
 * reports to the listener.
 *
 * <p>Thread safety: any thread.
 */
final class Duties {
    private static final System.Logger LOG = System.getLogger("dev.coppice");

    /**
     * A writer that makes one checkpoint's worth while another runs shall not only pay for those.
     */
    private static final int PAUSE_PER_CHECKPOINT = 4;

    /** How long a checkpoint that found a transaction running is put off. */
    private static final long RETRY_NANOS = 20_000_000;

    private final Engine engine;
    private final StoreConfig config;
    private final Durability durability;
    private final @Nullable BatchQueue batches;
    private final Events events;
    private final Handles handles;
    private final WriteWatch writes;
    private final @Nullable Sweep sweep;
    private volatile @Nullable LiveCounters counters;
    private final AtomicReference<StoreException> failure = new AtomicReference<>();

    /** Held by who works; never while the listener is called. */
    private final ReentrantLock working = new ReentrantLock();

    // Written by who works
    private boolean isStopped;
    private volatile int prefaultedBatch;
    private volatile long pauseUntil = System.nanoTime();
    private volatile long durableTold;
    private volatile long baseTold;
    private long prefaultedSince;
    private long grewTold;
    private long checked = System.nanoTime();
    private boolean isFailureTold;

    Duties(
            Engine engine,
            StoreConfig config,
            Durability durability,
            @Nullable BatchQueue batches,
            Events events,
            Handles handles,
            WriteWatch writes,
            @Nullable Sweep sweep) {
        this.engine = engine;
        this.config = config;
        this.durability = durability;
        this.batches = batches;
        this.events = events;
        this.handles = handles;
        this.writes = writes;
        this.sweep = sweep;
        this.grewTold = engine.storage().size();
        this.durableTold = engine.durableTxn();
        this.baseTold = baseTxn();
    }

    /** Names what is to be shown to other processes from now on. */
    void counters(LiveCounters newCounters) {
        counters = newCounters;
    }

    /** {@return whether a commit left something that should not wait for the next round} */
    boolean areDue() {
        return isCheckpointDue()
                || engine.isGrowthDue()
                || isPrefaultDue()
                || hasBatches()
                || (events.isWanted()
                        && (engine.durableTxn() != durableTold || baseTxn() != baseTold));
    }

    private long baseTxn() {
        return engine.store().known().base().txn();
    }

    /** {@return whether something waits that could not be done: batches, or the medium} */
    boolean isAwaited() {
        return hasBatches() || durability.isAwaited();
    }

    private boolean hasBatches() {
        return batches != null && !batches.isEmpty();
    }

    private boolean isCheckpointDue() {
        return checkpointsAlone()
                && engine.logBytes() >= durability.checkpointBytes()
                && System.nanoTime() - pauseUntil >= 0;
    }

    private boolean isPrefaultDue() {
        return engine.store().allocator().batch() != prefaultedBatch;
    }

    private boolean checkpointsAlone() {
        return config.syncLevel() != SyncLevel.OFF && config.backgroundCheckpoints();
    }

    /**
     * Does what is due, unless somebody does already, then tells the listener.
     *
     * @param waitNanos how long a checkpoint waits for a running transaction
     * @return units of work done
     */
    int work(long waitNanos) {
        int done = 0;
        if (!working.isHeldByCurrentThread() && working.tryLock()) {
            try {
                if (!isStopped) {
                    done = workAlone(waitNanos);
                }
            } finally {
                working.unlock();
            }
        }
        durability.completed();
        events.deliver();
        return done;
    }

    private int workAlone(long waitNanos) {
        int done = handles.work() + writes.release() + show();
        if (!config.readOnly()) {
            try {
                done += drain(waitNanos) + grow();
                done += checkpoint(waitNanos) + prefault();
            } catch (StoreException e) {
                checkFailed(e);
            }
            done += sweep();
            report();
        }
        return done;
    }

    private int show() {
        LiveCounters shown = counters;
        return shown != null && shown.work() ? 1 : 0;
    }

    /** {@return how long until figures are to be shown again, about} */
    long showNanos() {
        return counters == null ? Long.MAX_VALUE : LiveCounters.INTERVAL_NANOS;
    }

    private int sweep() {
        try {
            return sweep != null && sweep.work() ? 1 : 0;
        } catch (StoreException e) {
            if (!(e instanceof StoreClosedException)) {
                LOG.log(System.Logger.Level.WARNING, "expired entries were not removed", e);
            }
            return 0;
        }
    }

    /** {@return how long until expired entries are looked for} */
    long sweepNanos() {
        return sweep == null ? Long.MAX_VALUE : sweep.waitNanos();
    }

    private int drain(long waitNanos) {
        return batches == null ? 0 : batches.drain(waitNanos);
    }

    private int grow() {
        if (!engine.isGrowthDue()) {
            return 0;
        }
        long before = engine.storage().size();
        engine.growAhead();
        return engine.storage().size() == before ? 0 : 1;
    }

    private int checkpoint(long waitNanos) {
        long started = System.nanoTime();
        boolean isOld = started - checked >= durability.checkpointIntervalNanos();
        boolean isAsked = durability.takeWanted();
        boolean isDue = isAsked || isCheckpointDue() || (isOld && checkpointsAlone());
        if (!isDue || engine.store().isPoisoned()) {
            return 0;
        }
        long before = engine.store().known().sequence();
        boolean isDone = engine.checkpoint(waitNanos);
        long ended = System.nanoTime();
        checked = ended;
        pauseUntil = ended + (isDone ? PAUSE_PER_CHECKPOINT * (ended - started) : RETRY_NANOS);
        return engine.store().known().sequence() == before ? 0 : 1;
    }

    /** Extents are faulted in when they are granted, and again when a checkpoint flushed them. */
    private int prefault() {
        int batch = engine.store().allocator().batch();
        long checkpoint = engine.store().known().sequence();
        if (batch == prefaultedBatch && checkpoint == prefaultedSince) {
            return 0;
        }
        engine.prefault();
        prefaultedBatch = batch;
        prefaultedSince = checkpoint;
        return 1;
    }

    /** Notes that a checkpoint failed for which nobody waits. */
    void checkFailed(StoreException e) {
        if (engine.store().isPoisoned()) {
            flushFailed(e);
        } else {
            LOG.log(System.Logger.Level.WARNING, "a checkpoint failed; what is committed stays", e);
        }
    }

    /** Notes why the store takes no more changes, if this is the first time that somebody does. */
    void flushFailed(StoreException e) {
        failure.compareAndSet(null, e);
    }

    private void report() {
        reportProgress();
        if (engine.store().isPoisoned()) {
            flushFailed(new StoreIoException("a flush failed"));
            reportFailure();
        }
    }

    private void reportProgress() {
        long fileBytes = engine.storage().size();
        if (fileBytes > grewTold) {
            events.add(listener -> listener.grew(fileBytes));
        }
        grewTold = fileBytes;
        long durable = engine.durableTxn();
        if (durable != durableTold) {
            durableTold = durable;
            events.add(listener -> listener.durable(durable));
        }
        long base = baseTxn();
        if (base != baseTold) {
            baseTold = base;
            long frames = engine.modes().logFrames();
            events.add(listener -> listener.checkpointed(base, frames));
        }
    }

    private void reportFailure() {
        StoreException cause = failure.get();
        if (cause != null && !isFailureTold) {
            isFailureTold = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a flush failed: what is committed stays, but the store takes no more changes"
                            + " until it is closed and opened again",
                    cause);
            events.add(listener -> listener.flushFailed(cause));
        }
    }

    /** {@return whether this thread is inside a call of the listener} */
    boolean isTelling() {
        return events.isTelling();
    }

    /** Ends all work: waits for what is being done, and does nothing from here on. */
    void stop() {
        working.lock();
        try {
            isStopped = true;
            LiveCounters shown = counters;
            if (shown != null) {
                shown.finish();
            }
        } finally {
            working.unlock();
        }
    }

    /** Tells the listener the last of it. Requires: stopped, and the engine closed. */
    void close() {
        if (!config.readOnly()) {
            reportProgress();
            reportFailure();
        }
        events.close();
        LiveCounters shown = counters;
        if (shown != null) {
            shown.close();
        }
    }
}
