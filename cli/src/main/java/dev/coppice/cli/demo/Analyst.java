package dev.coppice.cli.demo;

import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A thread that audits snapshots for as long as the writer runs: one after the other, or one for a
 * long time, at whose end it must read the same as at its begin.
 */
final class Analyst implements Runnable {
    private static final long MIN_REST_MILLIS = 20;

    /** Metrics that say something to a person. */
    private static final Set<String> SHOWN =
            Set.of(
                    "loadavg.1min",
                    "stat.ctxt",
                    "stat.cpu.user",
                    "meminfo.MemFree",
                    "meminfo.Dirty",
                    "self.io.wchar",
                    "system.load",
                    "system.free_memory",
                    "process.cpu",
                    "heap.free");

    private final Store store;
    private final Reporter reporter;
    private final CountDownLatch stop;
    private final long holdMillis;

    /**
     * Prepares to run.
     *
     * @param stop opens when there is enough
     * @param holdMillis how long each snapshot is held and then read again; 0 for one pass
     */
    Analyst(Store store, Reporter reporter, CountDownLatch stop, long holdMillis) {
        this.store = store;
        this.reporter = reporter;
        this.stop = stop;
        this.holdMillis = holdMillis;
    }

    @Override
    public void run() {
        try {
            long restMillis = MIN_REST_MILLIS;
            while (!stop.await(restMillis, TimeUnit.MILLISECONDS)) {
                long started = System.nanoTime();
                if (holdMillis == 0) {
                    auditOnce();
                } else {
                    auditTwice();
                }
                // Resting twice as long as it worked leaves the writer its share of two cores.
                long workedMillis = millisSince(started) - holdMillis;
                restMillis = Math.max(MIN_REST_MILLIS, 2 * workedMillis);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            reporter.send(Message.INCONSISTENT, "an analysis failed: " + e);
            throw e;
        }
    }

    private void auditOnce() {
        try (Snapshot snapshot = store.snapshot()) {
            for (Audit.Summary summary : audit(snapshot).summaries()) {
                if (SHOWN.contains(summary.name())) {
                    reporter.send(Message.SUMMARY, summary.toLine());
                }
            }
        }
    }

    private void auditTwice() throws InterruptedException {
        try (Snapshot snapshot = store.snapshot()) {
            long digest = audit(snapshot).digest();
            stop.await(holdMillis, TimeUnit.MILLISECONDS);
            if (audit(snapshot).digest() != digest) {
                reporter.send(Message.INCONSISTENT, "a snapshot changed while it was held");
            }
        }
    }

    private Audit audit(Snapshot snapshot) {
        long started = System.nanoTime();
        Audit audit = Audit.of(snapshot);
        long heldMillis = System.currentTimeMillis() - snapshot.openedMillis();
        reporter.send(
                Message.AUDITED, audit.entries() + " " + millisSince(started) + " " + heldMillis);
        for (String finding : audit.findings()) {
            String where = "snapshot of transaction " + snapshot.txn() + ": ";
            reporter.send(Message.INCONSISTENT, where + finding);
        }
        return audit;
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
