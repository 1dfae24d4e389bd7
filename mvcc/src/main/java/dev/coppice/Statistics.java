package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineObserver;
import dev.coppice.error.StoreException;
import dev.coppice.stats.CheckpointEvent;
import dev.coppice.stats.CommitEvent;
import dev.coppice.stats.Counters;
import dev.coppice.stats.FlightRecording;
import dev.coppice.stats.GrowthEvent;
import dev.coppice.stats.LatencyRecorder;
import dev.coppice.stats.Tally;
import dev.coppice.stats.WriterWaitEvent;
import jdk.jfr.Event;
import org.jspecify.annotations.Nullable;

/**
 * What is counted and timed of a store, and told to the flight recorder.
 *
 * <p>Thread safety: any thread, but for what needs the writer role.
 */
final class Statistics implements EngineObserver {
    /*
     * The clock would be a tenth of a commit that waits for nothing. Seven is prime to whatever
     * rhythm a program commits in.
     */
    private static final int COMMITS_PER_SAMPLE = 7;

    private static final long NOT_TIMED = Long.MIN_VALUE;

    private final String store;
    private final Counters counters = new Counters();
    private final LatencyRecorder commits = new LatencyRecorder();
    private final LatencyRecorder checkpoints = new LatencyRecorder();

    /** Added to with the writer role. */
    private final Tally writer = counters.create();

    // Writer role
    private int untilTimed = 1;

    /** When something has begun, and its event, if any. */
    private record Started(long nanos, @Nullable Event event) {}

    /**
     * Creates statistics of nothing.
     *
     * @param store name of the store, for events
     */
    Statistics(String store) {
        this.store = store;
    }

    /** {@return the name of the store, for events} */
    String store() {
        return store;
    }

    /** {@return what the holder of the writer role counts in} */
    Tally writer() {
        return writer;
    }

    /** {@return what any thread may count in} */
    Tally shared() {
        return counters.shared();
    }

    /** {@return a tally for one thread at a time} */
    Tally create() {
        return counters.create();
    }

    /** {@return an exception of an operation, as the caller gets it} */
    RuntimeException failed(Throwable fault) {
        RuntimeException translated = Faults.translate(fault);
        if (translated instanceof StoreException) {
            shared().add(Tally.ERRORS, 1);
        }
        return translated;
    }

    /** {@return when a commit begins, if it is one that is timed; writer role} */
    long commitBegins(boolean waitsForMedium) {
        writer.add(Tally.COMMITS, 1);
        untilTimed--;
        if (untilTimed > 0 && !waitsForMedium) {
            return NOT_TIMED;
        }
        untilTimed = COMMITS_PER_SAMPLE;
        return System.nanoTime();
    }

    /**
     * A commit has ended.
     *
     * @param begun what {@link #commitBegins} returned
     * @param txn its id, 0 when it failed
     */
    void commitEnded(long begun, @Nullable CommitEvent event, long txn, boolean waitsForMedium) {
        if (txn == 0) {
            shared().add(Tally.COMMITS, -1);
        } else if (begun != NOT_TIMED) {
            commits.record(System.nanoTime() - begun);
        }
        if (event != null) {
            event.finish(store, txn, waitsForMedium);
        }
    }

    @Override
    public Object begins(Work work) {
        return new Started(System.nanoTime(), FlightRecording.isSetUp() ? event(work) : null);
    }

    private static Event event(Work work) {
        return switch (work) {
            case CHECKPOINT -> CheckpointEvent.start();
            case GROWTH -> GrowthEvent.start();
            case WRITER_WAIT -> WriterWaitEvent.start();
        };
    }

    @Override
    public void ended(Work work, Object begun, boolean isDone, long from, long to) {
        Started started = (Started) begun;
        if (work == Work.CHECKPOINT && isDone) {
            shared().add(Tally.CHECKPOINTS, 1);
            checkpoints.record(System.nanoTime() - started.nanos());
        }
        switch (started.event()) {
            case CheckpointEvent checkpoint -> checkpoint.finish(store, from, to, isDone);
            case GrowthEvent growth -> growth.finish(store, from, to, isDone);
            case WriterWaitEvent wait -> wait.finish(store, isDone);
            case null, default -> {}
        }
    }

    /** Counts from zero on. */
    void reset() {
        counters.reset();
        commits.reset();
        checkpoints.reset();
    }

    /** {@return all figures of a store as they are now} */
    StoreStats figures(Engine engine, OpenPins pins, Handles handles, long nowMillis) {
        long oldest = 0;
        int count = 0;
        for (Pin pin : pins.all()) {
            if (pin != null && OpenPins.isPinning(pin.generation()) && pin.openedMillis() != 0) {
                oldest = Math.max(oldest, nowMillis - pin.openedMillis());
                count++;
            }
        }
        int pageBytes = engine.pageSize().bytes();
        return new StoreStats(
                pageBytes,
                engine.storage().size(),
                engine.store().allocator().freeMap().free() * pageBytes,
                engine.store().allocator().pending().pages() * pageBytes,
                engine.pinnedBytes(),
                engine.logBytes(),
                engine.modes().logFrames(),
                engine.latestTxn(),
                engine.durableTxn(),
                engine.store().known().base().txn(),
                count,
                oldest,
                handles.forgotten(),
                StoreCounts.of(counters.sums()),
                Latency.of(commits),
                Latency.of(checkpoints));
    }
}
