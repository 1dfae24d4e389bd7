package dev.coppice;

import dev.coppice.error.StoreClosedException;
import java.util.concurrent.locks.LockSupport;

/**
 * The store's one thread, which does its {@link Duties}: at intervals, and when a commit or a long
 * transaction finds that something is due.
 *
 * <p>Thread safety: any thread.
 */
final class Maintenance implements Durability.Worker {
    private static final System.Logger LOG = System.getLogger("dev.coppice");
    private static final long LONGEST_WAIT_NANOS = 20_000_000;
    private static final long SHORTEST_WAIT_NANOS = 100_000;

    private final Duties duties;
    private final Durability durability;
    private final long roundNanos;
    private final Thread thread;
    private volatile boolean isStopped;
    private volatile boolean isWanted;

    Maintenance(Duties duties, Durability durability, Handles handles, String name) {
        this.duties = duties;
        this.durability = durability;
        this.roundNanos = handles.roundNanos();
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("coppice-maintenance " + name)
                        .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Called after each commit, and when a transaction goes on to other free pages. */
    void look() {
        if (!isWanted && duties.areDue()) {
            wake();
        }
    }

    @Override
    public void wake() {
        isWanted = true;
        LockSupport.unpark(thread);
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    private long pauseNanos() {
        if (duties.isAwaited()) {
            return LONGEST_WAIT_NANOS;
        }
        long round = Math.min(roundNanos, duties.showNanos());
        long pause = Math.min(round, durability.checkpointIntervalNanos());
        return Math.clamp(duties.sweepNanos(), SHORTEST_WAIT_NANOS, pause);
    }

    private void run() {
        while (!isStopped) {
            if (!isWanted) {
                LockSupport.parkNanos(this, pauseNanos());
            }
            isWanted = false;
            try {
                duties.work(LONGEST_WAIT_NANOS);
            } catch (StoreClosedException e) {
                LOG.log(System.Logger.Level.DEBUG, "maintenance ends", e);
                return;
            } catch (RuntimeException | VirtualMachineError e) {
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
