package dev.coppice;

import dev.coppice.error.StoreClosedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The store's one thread, which does its {@link Duties}: at intervals, and when a commit says that
 * something is due.
 *
 * <p>Thread safety: any thread.
 */
final class Maintenance {
    private static final System.Logger LOG = System.getLogger("dev.coppice");
    private static final long LONGEST_WAIT_NANOS = 20_000_000;

    private final Duties duties;
    private final long intervalNanos;
    private final Thread thread;
    private volatile boolean isStopped;
    private volatile boolean isWanted;

    Maintenance(Duties duties, StoreConfig config, String name) {
        this.duties = duties;
        this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(config.checkpointIntervalMillis());
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
        if (!isWanted && duties.areDue()) {
            wake();
        }
    }

    /** Has the next round begin at once. */
    void wake() {
        isWanted = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!isStopped) {
            if (!isWanted) {
                LockSupport.parkNanos(this, intervalNanos);
            }
            isWanted = false;
            try {
                duties.work(LONGEST_WAIT_NANOS);
            } catch (StoreClosedException e) {
                LOG.log(System.Logger.Level.DEBUG, "maintenance ends", e);
                return;
            } catch (RuntimeException | InternalError e) {
                if (!isStopped) {
                    LOG.log(System.Logger.Level.WARNING, "maintenance failed", e);
                }
            }
        }
    }

    /**
     * Ends the thread and waits for what it is doing, unless this is that thread; keeps the
     * caller's interrupt flag.
     */
    void stop() {
        isStopped = true;
        LockSupport.unpark(thread);
        if (!thread.equals(Thread.currentThread()) && thread.isAlive()) {
            Uninterrupted.run(thread::join);
        }
    }
}
