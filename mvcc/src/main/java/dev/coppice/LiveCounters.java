package dev.coppice;

import dev.coppice.error.StoreIoException;
import dev.coppice.stats.CountersFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows the figures of a store to other processes, in the file that the configuration names.
 *
 * <p>Thread safety: one thread at a time.
 */
final class LiveCounters implements AutoCloseable {
    static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final StoreMetric[] METRICS = StoreMetric.values();

    private final CountersFile file;
    private final StoreConfig config;
    private final Supplier<StoreStats> figures;
    private final long[] values = new long[METRICS.length];
    private long updated = System.nanoTime() - INTERVAL_NANOS;

    /**
     * Creates the file.
     *
     * @throws StoreIoException when the system refuses it, or another file has its name
     */
    LiveCounters(Path path, StoreConfig config, Supplier<StoreStats> figures) {
        this.config = config;
        this.figures = figures;
        List<CountersFile.Label> labels =
                Arrays.stream(METRICS)
                        .map(metric -> new CountersFile.Label(metric.id(), metric.label()))
                        .toList();
        try {
            long process = ProcessHandle.current().pid();
            this.file = CountersFile.create(path, labels, process, config.clock().millis());
        } catch (IOException e) {
            throw new StoreIoException("the file of counters could not be created: " + path, e);
        }
    }

    /** Shows the figures as they are, if it is time; returns whether it was. */
    boolean work() {
        long now = System.nanoTime();
        if (now - updated < INTERVAL_NANOS) {
            return false;
        }
        updated = now;
        update();
        return true;
    }

    private void update() {
        StoreStats stats = figures.get();
        for (int i = 0; i < values.length; i++) {
            values[i] = METRICS[i].of(stats);
        }
        file.update(values, config.clock().millis());
    }

    /** Shows the figures for the last time, while the engine is still there. */
    void finish() {
        update();
        file.closed(config.clock().millis());
    }

    @Override
    public void close() {
        file.close();
    }
}
