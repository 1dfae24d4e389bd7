package dev.coppice;

import dev.coppice.engine.CheckpointModes;
import dev.coppice.engine.Engine;
import dev.coppice.engine.TailSpace;
import dev.coppice.engine.btree.VacuumScan;
import dev.coppice.error.BusyException;
import dev.coppice.stats.FlightRecording;
import dev.coppice.stats.VacuumEvent;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Moves pages from the end of the file into free places, a small transaction after the other, and
 * cuts the end off.
 *
 * <p>Thread safety: any thread; one vacuum at a time.
 */
final class Vacuum {
    /*
     * A pass finds what there is to do on a snapshot, holding no role, and does it in transactions
     * of a fraction of a millisecond each. What has moved is needed by the base until the next
     * checkpoint, so each pass ends with one. Leaves are put together in the first pass, which makes
     * the store smaller; the passes behind move what is then behind the new end.
     */
    private static final int MAX_PASSES = 16;

    /** Passes in which nothing could be moved, because what had been was still kept. */
    private static final int MAX_IDLE = 4;

    private static final int READER_LOOKS = 10;
    private static final long READER_NANOS = 20_000_000;
    private static final int BRANCHES_PER_LOOK = 1_000;
    private static final int LEAVES_PER_COMMIT = 64;
    private static final long GRACE_NANOS = 20_000_000;
    private static final long RETRY_NANOS = 1_000_000;

    /** What has been open for so long is taken to stay. */
    private static final long HELD_MILLIS = 1_000;

    /** Less than this part of the file is not worth a word. */
    private static final int HELD_SHARE = 16;

    private final Store store;
    private final Engine engine;
    private final ReentrantLock running = new ReentrantLock();

    Vacuum(Store store, Engine engine) {
        this.store = store;
        this.engine = engine;
    }

    /** As {@link Store#vacuum}. */
    VacuumResult run(long maxPages) {
        if (!running.tryLock()) {
            throw new BusyException("another thread runs a vacuum of this store");
        }
        VacuumEvent event = FlightRecording.isSetUp() ? VacuumEvent.start() : null;
        Run run = new Run(maxPages);
        try {
            VacuumResult result = run.run();
            if (event != null) {
                event.finish(
                        store.statistics().store(),
                        result.writtenPages(),
                        result.cutBytes(),
                        result.rest().name());
            }
            return result;
        } finally {
            engine.tail().end();
            running.unlock();
        }
    }

    private Stream<OpenReader> readers() {
        return OpenReader.list(engine, store.config().clock().millis()).stream()
                .filter(reader -> !reader.isParked());
    }

    /** One vacuum. */
    private final class Run {
        private final long maxPages;
        private final long timeoutNanos =
                TimeUnit.MILLISECONDS.toNanos(store.config().busyTimeoutMillis());
        private final Writer writer = new Writer(store, engine.writeView());
        private long written;
        private long moved;
        private boolean isBusy;

        Run(long maxPages) {
            this.maxPages = maxPages;
        }

        VacuumResult run() {
            long before = engine.storage().size();
            checkpoint();
            int idle = 0;
            for (int pass = 0; pass < MAX_PASSES && idle < MAX_IDLE && !isBusy; pass++) {
                TailSpace.Plan plan = engine.tail().plan(maxPages, timeoutNanos);
                isBusy = plan == null;
                boolean packs = maxPages == 0 && pass == 0;
                if (plan == null || !(packs || plan.hasTail())) {
                    break;
                }
                idle = pass(plan, packs) ? 0 : idle + 1;
                if (maxPages > 0) {
                    break;
                }
                awaitReaders(idle);
            }
            CheckpointModes.Outcome outcome = cut();
            long after = engine.storage().size();
            long newest = engine.latestTxn();
            List<OpenReader> heldBy = readers().filter(reader -> reader.txn() < newest).toList();
            List<String> names = store.namedSnapshots().stream().map(NamedSnapshot::name).toList();
            boolean isHeld = !heldBy.isEmpty() || !names.isEmpty();
            return new VacuumResult(
                    written, before - after, after, rest(outcome, isHeld), heldBy, names);
        }

        /** Lets readers of older commits go on that will not stay, where nothing could be moved. */
        private void awaitReaders(int idle) {
            long newest = engine.latestTxn();
            for (int i = 0; i < idle * READER_LOOKS; i++) {
                boolean areThere =
                        readers()
                                .anyMatch(reader ->
                                        reader.txn() < newest && reader.ageMillis() < HELD_MILLIS);
                if (!areThere) {
                    return;
                }
                LockSupport.parkNanos(this, READER_NANOS);
            }
        }

        /** Makes what was superseded free, unless a root needs it. */
        private void checkpoint() {
            long start = System.nanoTime();
            while (!engine.modes().passive(GRACE_NANOS).isBaseMoved()) {
                if (System.nanoTime() - start >= timeoutNanos) {
                    isBusy = true;
                    return;
                }
                LockSupport.parkNanos(this, RETRY_NANOS);
            }
        }

        /** Goes through all trees; returns whether anything was moved. */
        private boolean pass(TailSpace.Plan plan, boolean packs) {
            LongStream kept = store.namedSnapshots().stream().mapToLong(NamedSnapshot::txn);
            LongStream old =
                    readers()
                            .filter(reader -> reader.ageMillis() >= HELD_MILLIS)
                            .mapToLong(OpenReader::txn);
            long held = LongStream.concat(kept, old).max().orElse(0);
            long start = moved;
            boolean hasRoom = true;
            for (ColumnFamily family : families()) {
                hasRoom = hasRoom && walk(family, new VacuumScan(plan.limitPage(), held, packs));
            }
            if (hasRoom) {
                walk(null, new VacuumScan(plan.limitPage(), held, packs));
            }
            checkpoint();
            return moved > start;
        }

        private List<ColumnFamily> families() {
            try (Snapshot snapshot = store.quietSnapshot()) {
                return snapshot.families();
            }
        }

        /**
         * Goes through one tree; returns whether there was room for what it moved, and nobody else
         * kept it from writing.
         *
         * @param family null for the catalogue
         */
        private boolean walk(@Nullable ColumnFamily family, VacuumScan scan) {
            while (!scan.isDone() && !isBusy) {
                if (find(family, scan)) {
                    move(family, scan);
                }
            }
            moved += scan.moved();
            return !scan.isOutOfRoom() && !isBusy;
        }

        private boolean find(@Nullable ColumnFamily family, VacuumScan scan) {
            try (Snapshot snapshot = store.quietSnapshot()) {
                return snapshot.findVacuum(family, scan, BRANCHES_PER_LOOK);
            }
        }

        private void move(@Nullable ColumnFamily family, VacuumScan scan) {
            try {
                writer.begin(SyncLevel.NORMAL);
            } catch (BusyException e) {
                isBusy = true;
                return;
            }
            try {
                written += writer.vacuum(family, scan, LEAVES_PER_COMMIT);
                writer.commit();
            } finally {
                if (writer.isOwned()) {
                    writer.rollback();
                }
            }
        }

        /** A chunk after the other, so that nobody waits for the system to forget all of them. */
        private CheckpointModes.Outcome cut() {
            CheckpointModes.Outcome outcome;
            long before;
            do {
                before = engine.storage().size();
                outcome = cutChunk();
            } while (outcome == CheckpointModes.Outcome.DONE && engine.storage().size() < before);
            return outcome;
        }

        private CheckpointModes.Outcome cutChunk() {
            long start = System.nanoTime();
            CheckpointModes.Outcome outcome = attempt();
            while (outcome == CheckpointModes.Outcome.CHECKPOINT
                    && System.nanoTime() - start < timeoutNanos) {
                LockSupport.parkNanos(this, RETRY_NANOS);
                outcome = attempt();
            }
            return outcome;
        }

        private CheckpointModes.Outcome attempt() {
            return engine.modes().attempt(CheckpointModes.Goal.CUT, timeoutNanos).outcome();
        }

        private VacuumResult.Rest rest(CheckpointModes.Outcome outcome, boolean isHeld) {
            TailSpace.Plan left = engine.tail().plan(0, timeoutNanos);
            if (outcome == CheckpointModes.Outcome.PROCESSES) {
                return VacuumResult.Rest.PROCESSES;
            }
            if (isBusy || left == null || outcome != CheckpointModes.Outcome.DONE) {
                return VacuumResult.Rest.BUSY;
            }
            if (maxPages > 0 && left.hasTail() && moved > 0) {
                return VacuumResult.Rest.BUDGET;
            }
            if (isHeld && engine.pinnedBytes() > engine.storage().size() / HELD_SHARE) {
                return VacuumResult.Rest.SNAPSHOTS;
            }
            boolean isLong =
                    left.usedEndPage() > left.targetPage() + left.targetPage() / HELD_SHARE;
            return isLong ? VacuumResult.Rest.ROOM : VacuumResult.Rest.NOTHING;
        }
    }
}
