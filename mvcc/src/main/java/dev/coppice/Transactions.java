package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.engine.WriteView;
import dev.coppice.error.BusyException;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreException;
import dev.coppice.stats.CommitEvent;
import dev.coppice.stats.FlightRecording;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The write transactions of a store, one at a time: how they begin and end, and what follows a
 * commit.
 *
 * <p>Thread safety: any thread.
 */
final class Transactions {
    private final Engine engine;
    private final Statistics statistics;
    private final StoreConfig config;
    private final WriteWatch writes;
    private final Durability durability;
    private final Checkpointer checkpointer;
    private final Duties duties;
    private final @Nullable Maintenance maintenance;
    private volatile @Nullable Thread writerThread;

    /** How often one was begun; written before the thread is, by the thread. */
    private int begins;

    Transactions(
            Engine engine,
            Statistics statistics,
            StoreConfig config,
            WriteWatch writes,
            Durability durability,
            Checkpointer checkpointer,
            Duties duties,
            @Nullable Maintenance maintenance) {
        this.engine = engine;
        this.statistics = statistics;
        this.config = config;
        this.writes = writes;
        this.durability = durability;
        this.checkpointer = checkpointer;
        this.duties = duties;
        this.maintenance = maintenance;
    }

    /** {@return how long {@link Store#begin()} waits} */
    long timeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(config.busyTimeoutMillis());
    }

    /** {@return a handle for one transaction, which has begun} */
    WriteTransaction begin(Store store, SyncLevel syncLevel) {
        WriteView view = begin(syncLevel, timeoutNanos());
        WriteTransaction txn = new WriteTransaction(store, view);
        writes.began(txn, view);
        return txn;
    }

    /** Starts a write transaction, of which this thread is the owner. */
    WriteView begin(SyncLevel syncLevel, long timeoutNanos) {
        Objects.requireNonNull(syncLevel, "syncLevel");
        // One that nobody can end any more would keep this one waiting for nothing.
        writes.release();
        requireNone();
        boolean waitsForMedium =
                syncLevel == SyncLevel.FULL || config.journalMode() == JournalMode.DELETE;
        try {
            if (!waitsForMedium && durability.isBounded()) {
                durability.awaitRoom(timeoutNanos);
            }
            WriteView view = begin(waitsForMedium, timeoutNanos);
            begins++;
            writerThread = Thread.currentThread();
            return view;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw statistics.failed(
                    new BusyException("interrupted while waiting to begin a write transaction", e));
        } catch (StoreException e) {
            throw statistics.failed(e);
        }
    }

    private WriteView begin(boolean waitsForMedium, long timeoutNanos) throws InterruptedException {
        Thread before = writerThread;
        int known = begins;
        try {
            return engine.begin(waitsForMedium, timeoutNanos);
        } catch (BusyException e) {
            Thread holder = writerThread;
            if (holder == null) {
                throw e;
            }
            boolean isSame = holder.equals(before) && begins == known;
            Instant since = isSame ? now().minusNanos(timeoutNanos) : null;
            throw new BusyException(
                    e.getMessage() + held(holder, since),
                    e.processId(),
                    since,
                    e.waitedMillis(),
                    e);
        }
    }

    /**
     * {@return who has a transaction open} Nobody looks at a clock when it begins, so that the
     * moment is known only where somebody has waited for its end.
     */
    private static String held(Thread holder, @Nullable Instant since) {
        String text = "; thread '" + holder.getName() + "' of this process has it open";
        return since == null ? text : text + ", since " + since + " or longer";
    }

    private Instant now() {
        return Instant.ofEpochMilli(config.clock().millis());
    }

    /** {@return whether this thread has a write transaction open} */
    boolean isWriting() {
        return Thread.currentThread().equals(writerThread);
    }

    /** Throws where this thread has a write transaction open. */
    void requireNone() {
        if (isWriting()) {
            throw new IllegalStateException(
                    "this thread has a write transaction open: commit it or roll it back first");
        }
    }

    /** Commits and ends the transaction, also when it throws; returns its id. */
    long commit(WriteView view) {
        writes.ending();
        writerThread = null;
        durability.committing();
        boolean waitsForMedium = view.waitsForMedium();
        CommitEvent event = FlightRecording.isSetUp() ? CommitEvent.start() : null;
        long begun = statistics.commitBegins(waitsForMedium);
        long txn = 0;
        try {
            txn = engine.commit(view, config.clock().millis());
            if (checkpointer.isDue()) {
                checkpointAfterCommit();
            }
            return txn;
        } catch (StoreException e) {
            if (e instanceof CommitInDoubtException) {
                duties.flushFailed(e);
            }
            throw statistics.failed(e);
        } finally {
            statistics.commitEnded(begun, event, txn, waitsForMedium);
            if (maintenance != null) {
                maintenance.look();
            }
        }
    }

    /** What is committed stays so, even where the checkpoint fails. */
    private void checkpointAfterCommit() {
        try {
            checkpointer.runDue();
        } catch (StoreException e) {
            duties.checkFailed(e);
        }
    }

    /** Undoes everything and ends the transaction. */
    void rollback(WriteView view) {
        writes.ending();
        writerThread = null;
        engine.rollback(view);
    }
}
