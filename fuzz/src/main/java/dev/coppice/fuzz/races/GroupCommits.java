package dev.coppice.fuzz.races;

import dev.coppice.CheckReport;
import dev.coppice.MaintenanceMode;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.WriteTransaction;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreException;
import dev.coppice.fuzz.crash.ForwardingStorage;
import dev.coppice.fuzz.kill.Sequence;
import dev.coppice.fuzz.run.Run;
import dev.coppice.testkit.Fault;
import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Threads that commit durably at the same time, so that flushes are shared, some of them
 * asynchronously, beside checkpoints and readers; meanwhile the power is cut, or a flush fails.
 * Whatever was acknowledged is in every image, and every snapshot and image shows whole commits.
 *
 * <p>Thread safety: one thread makes it and calls {@link #round}.
 */
final class GroupCommits {
    private static final int WRITERS = 4;
    private static final int READERS = 2;
    private static final int COMMITS_EACH = 25;
    private static final int IMAGES = 12;
    private static final long DISK_BYTES = 8 << 20;
    private static final long FLUSH_NANOS = 300_000;
    private static final int FAILING_ONE_IN = 3;
    private static final int LOST_ONE_IN = 4;

    /** A round in three makes the store say that a flush failed, which is no news here. */
    private static final Logger LOGGER = Logger.getLogger("dev.coppice");

    static {
        LOGGER.setLevel(Level.SEVERE);
    }

    private final Run run;
    private final Random random;
    private final SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
    private final AtomicLong acknowledged = new AtomicLong(-1);
    private final AtomicLong attempted = new AtomicLong(-1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Queue<CompletableFuture<Void>> later = new ConcurrentLinkedQueue<>();
    private final boolean isFailing;
    private volatile boolean isOver;

    /** A round of its own, that of a seed. */
    GroupCommits(Run run, long seed) {
        this.run = run;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.isFailing = random.nextInt(FAILING_ONE_IN) == 0;
    }

    /**
     * A disk whose flushes take a while, during which others may write to it, and of which some are
     * cut short by a power loss: of whatever reached the medium, and of all but one sector, since
     * that one may be of any commit of a group.
     */
    private final class Slow extends ForwardingStorage {
        private final AtomicInteger flushes = new AtomicInteger();

        Slow(SimulatedDisk disk) {
            super(disk);
        }

        @Override
        public void sync() {
            LockSupport.parkNanos(FLUSH_NANOS);
            int flush = flushes.incrementAndGet();
            if (flush % LOST_ONE_IN == 0) {
                int lost = new Random(flush).nextInt(Math.max(1, disk.dirtySectors()));
                long atLeast = acknowledged.get();
                verify(disk.powerLoss(new SectorChoice.Random(flush)), atLeast);
                verify(disk.powerLoss(new SectorChoice.AllBut(lost)), atLeast);
            }
            super.sync();
        }
    }

    /** What a thread does. */
    @FunctionalInterface
    private interface Job {
        void run() throws Exception;
    }

    private static StoreConfig config() {
        return StoreConfig.defaults()
                .withPageBytes(512)
                .withBusyTimeoutMillis(60_000)
                .withMaintenance(MaintenanceMode.MANUAL);
    }

    /** Does all of it; throws what was wrong. */
    void round() throws InterruptedException {
        try {
            List<Thread> writers = new ArrayList<>();
            List<Thread> others = new ArrayList<>();
            try (Store store = Store.on(new Slow(disk), config())) {
                commit(store, SyncLevel.FULL);
                for (int i = 0; i < WRITERS; i++) {
                    int writer = i;
                    writers.add(start(() -> write(store, writer)));
                }
                for (int i = 0; i < READERS; i++) {
                    others.add(start(() -> read(store)));
                }
                others.add(start(() -> checkpoint(store)));
                disturb();
                join(writers);
                isOver = true;
                join(others);
            } catch (StoreException e) {
                requireFailing(e);
            }
            requireSettled();
            verify(disk.kill(), acknowledged.get());
            disk.evict();
            verify(disk.kill(), acknowledged.get());
        } finally {
            isOver = true;
            disk.discard();
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }

    private Thread start(Job job) {
        return Thread.ofPlatform()
                .start(() -> {
                    try {
                        job.run();
                    } catch (Exception | Error e) {
                        failure.compareAndSet(null, e);
                    }
                });
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void requireFailing(StoreException e) {
        if (!isFailing) {
            throw e;
        }
    }

    /** The close of the store has made the rest durable. */
    private void requireSettled() {
        for (CompletableFuture<Void> each : later) {
            if (!each.isDone() || (each.isCompletedExceptionally() && !isFailing)) {
                throw new AssertionError("an asynchronous commit is not durable after the close");
            }
        }
    }

    // ---- the threads

    private void write(Store store, int writer) {
        try {
            for (int i = 0; i < COMMITS_EACH && failure.get() == null; i++) {
                if (writer == 0 && i % 3 == 0) {
                    commitLater(store);
                } else {
                    commit(store, SyncLevel.FULL);
                }
            }
        } catch (CommitInDoubtException e) {
            run.add("commits in doubt", 1);
            requireFailing(e);
        } catch (StoreException e) {
            run.add("commits refused", 1);
            requireFailing(e);
        }
    }

    private void commit(Store store, SyncLevel level) {
        try (WriteTransaction txn = store.begin(level)) {
            long number = next(txn);
            long id = txn.commit();
            if (store.durableTxn() < id) {
                throw new AssertionError("acknowledged and not durable: " + number);
            }
            acknowledged.accumulateAndGet(number, Math::max);
        }
    }

    /** What it has committed others may see before it is durable. */
    private void commitLater(Store store) {
        try (WriteTransaction txn = store.begin(SyncLevel.NORMAL)) {
            long number = next(txn);
            later.add(
                    txn.commitAsync()
                            .thenAccept(_ -> acknowledged.accumulateAndGet(number, Math::max)));
        }
    }

    private long next(WriteTransaction txn) {
        long number = Sequence.number(txn) + 1;
        Sequence.write(txn, number);
        attempted.accumulateAndGet(number, Math::max);
        return number;
    }

    private void read(Store store) {
        long newest = -1;
        while (!isOver) {
            try (Snapshot snapshot = store.snapshot()) {
                long number = Sequence.verify(snapshot);
                if (number < newest || Sequence.verify(snapshot) != number) {
                    throw new AssertionError("went back from " + newest + " to " + number);
                }
                newest = number;
            }
            LockSupport.parkNanos(FLUSH_NANOS);
        }
    }

    private void checkpoint(Store store) {
        try {
            while (!isOver) {
                store.checkpoint();
                LockSupport.parkNanos(FLUSH_NANOS);
            }
        } catch (StoreException e) {
            requireFailing(e);
        }
    }

    // ---- what happens to the disk

    private void disturb() {
        for (int i = 0; i < IMAGES && failure.get() == null; i++) {
            LockSupport.parkNanos(FLUSH_NANOS * (1 + random.nextInt(4)));
            if (isFailing && i == IMAGES / 2) {
                disk.failIo(1 + random.nextInt(8), Fault.IO_ERROR, false);
            }
            long atLeast = acknowledged.get();
            SectorChoice choice = new SectorChoice.Random(random.nextInt());
            verify(disk.powerLoss(choice), atLeast);
        }
    }

    /** Opens the store on an image: what was acknowledged is there, and all of it is whole. */
    private void verify(SimulatedDisk image, long atLeast) {
        try (Store store = Store.on(image, config());
                Snapshot snapshot = store.snapshot()) {
            long found = Sequence.verify(snapshot);
            if (found < atLeast || found > attempted.get()) {
                throw new AssertionError("acknowledged " + atLeast + ", found " + found);
            }
            CheckReport report = store.check(Progress.NONE);
            if (!report.isClean()) {
                throw new AssertionError("check: " + report.problems());
            }
        } finally {
            image.discard();
        }
        run.add("images", 1);
    }
}
