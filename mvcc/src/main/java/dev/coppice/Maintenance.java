package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The store's one thread: PASSIVE checkpoints by bytes and by age, and growth of the file ahead of
 * need.
 *
 * <p>Thread safety: any thread.
 */
final class Maintenance {
    private static final System.Logger LOG = System.getLogger("dev.coppice");

    /**
     * A writer that makes one checkpoint's worth while another runs shall not only pay for those.
     */
    private static final int PAUSE_PER_CHECKPOINT = 4;

    private static final long LONGEST_WAIT_NANOS = 20_000_000;

    private final Engine engine;
    private final StoreConfig config;
    private final Thread thread;
    private volatile boolean isStopped;

    // Written by the thread
    private volatile int prefaultedBatch;
    private long prefaultedSince;
    private volatile boolean isWanted;
    private volatile long pauseUntil = System.nanoTime();

    Maintenance(Engine engine, StoreConfig config, String name) {
        this.engine = engine;
        this.config = config;
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("coppice-maintenance " + name)
                        .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Called after each commit. */
    void committed() {
        if (!isWanted && (isCheckpointDue() || isGrowthDue() || isPrefaultDue())) {
            isWanted = true;
            LockSupport.unpark(thread);
        }
    }

    private boolean isCheckpointDue() {
        return checkpointsAlone()
                && engine.logBytes() >= config.checkpointBytes()
                && System.nanoTime() - pauseUntil >= 0;
    }

    private boolean isPrefaultDue() {
        return engine.store().allocator().batch() != prefaultedBatch;
    }

    private boolean checkpointsAlone() {
        return config.syncLevel() != SyncLevel.OFF;
    }

    private boolean isGrowthDue() {
        return engine.isGrowthDue();
    }

    private void run() {
        long checked = System.nanoTime();
        long interval = TimeUnit.MILLISECONDS.toNanos(config.checkpointIntervalMillis());
        while (!isStopped) {
            if (!isWanted) {
                LockSupport.parkNanos(this, interval);
            }
            isWanted = false;
            try {
                if (isGrowthDue()) {
                    engine.growAhead();
                }
                boolean isOld = System.nanoTime() - checked >= interval;
                if (isCheckpointDue() || (isOld && checkpointsAlone())) {
                    checked = checkpoint();
                }
                prefaultGranted();
            } catch (StoreClosedException e) {
                LOG.log(System.Logger.Level.DEBUG, "maintenance ends", e);
                return;
            } catch (StoreException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "a checkpoint failed; what is committed stays, but the store takes no more"
                                + " changes until it is opened again where a flush failed",
                        e);
            } catch (RuntimeException | InternalError e) {
                if (isStopped) {
                    return;
                }
                LOG.log(System.Logger.Level.WARNING, "maintenance failed", e);
            }
        }
    }

    /** Tries a checkpoint; returns when it ended. */
    private long checkpoint() {
        long started = System.nanoTime();
        boolean isDone = engine.checkpoint(LONGEST_WAIT_NANOS);
        long ended = System.nanoTime();
        pauseUntil =
                ended + (isDone ? PAUSE_PER_CHECKPOINT * (ended - started) : LONGEST_WAIT_NANOS);
        return ended;
    }

    /** Extents are faulted in when they are granted, and again when a checkpoint flushed them. */
    private void prefaultGranted() {
        int batch = engine.store().allocator().batch();
        long checkpoint = engine.store().known().sequence();
        if (batch != prefaultedBatch || checkpoint != prefaultedSince) {
            engine.prefault();
            prefaultedBatch = batch;
            prefaultedSince = checkpoint;
        }
    }

    /** Ends the thread and waits for what it is doing; keeps the caller's interrupt flag. */
    void stop() {
        isStopped = true;
        LockSupport.unpark(thread);
        boolean wasInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
