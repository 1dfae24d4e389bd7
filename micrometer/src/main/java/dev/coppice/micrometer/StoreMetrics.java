package dev.coppice.micrometer;

import dev.coppice.Store;
import dev.coppice.StoreMetric;
import dev.coppice.error.StoreClosedException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Binds every {@link StoreMetric} of a store to a registry: {@code coppice.} and the label, as a
 * function counter or a gauge. The store is asked when the registry is; nothing is kept of it but a
 * weak reference.
 *
 * {@snippet :
 * new StoreMetrics(store, Tags.of("store", "ticks")).bindTo(registry);
 * }
 *
 * <p>Once the store is closed, all of them are not a number. After {@link Store#resetStats}
 * counters begin anew, as after a restart.
 *
 * <p>Thread safety: immutable.
 */
public final class StoreMetrics implements MeterBinder {
    private static final String PREFIX = "coppice.";

    private final Store store;
    private final Tags tags;

    /**
     * Creates a binder.
     *
     * @param tags what tells the meters of this store from those of another one
     */
    public StoreMetrics(Store store, Iterable<Tag> tags) {
        this.store = store;
        this.tags = Tags.of(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (StoreMetric metric : StoreMetric.values()) {
            String name = PREFIX + metric.label();
            if (metric.isCounter()) {
                FunctionCounter.builder(name, store, of -> value(of, metric))
                        .baseUnit(metric.unit())
                        .tags(tags)
                        .register(registry);
            } else {
                Gauge.builder(name, store, of -> value(of, metric))
                        .baseUnit(metric.unit())
                        .tags(tags)
                        .register(registry);
            }
        }
    }

    private static double value(Store store, StoreMetric metric) {
        try {
            return metric.of(store.stats());
        } catch (StoreClosedException _) {
            return Double.NaN;
        }
    }
}
