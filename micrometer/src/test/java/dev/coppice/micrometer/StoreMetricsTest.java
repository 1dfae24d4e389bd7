package dev.coppice.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Store;
import dev.coppice.StoreMetric;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** Every metric is bound under its name, and shows the store as it is when it is asked. */
class StoreMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double counter(String name) {
        return registry.get("coppice." + name).tag("store", "a").functionCounter().count();
    }

    private double gauge(String name) {
        return registry.get("coppice." + name).tag("store", "a").gauge().value();
    }

    @Test
    void everyMetricIsBound() {
        try (Store store = Store.inMemory()) {
            new StoreMetrics(store, Tags.of("store", "a")).bindTo(registry);
            for (StoreMetric metric : StoreMetric.values()) {
                String name = metric.label();
                assertTrue((metric.isCounter() ? counter(name) : gauge(name)) >= 0, name);
            }
            assertEquals(StoreMetric.values().length, registry.getMeters().size());
        }
    }

    @Test
    void metersFollowTheStoreUntilItIsClosed() {
        try (Store store = Store.inMemory()) {
            new StoreMetrics(store, Tags.of("store", "a")).bindTo(registry);
            store.put("key", "value");
            store.put("key", "other value");
            store.get("key");
            assertEquals(2, counter("puts"));
            assertEquals(1, counter("gets"));
            assertEquals(2 * 3 + 5 + 11, counter("bytes.written"));
            assertEquals((double) store.stats().pages(), gauge("pages"));
        }
        assertTrue(Double.isNaN(gauge("pages")));
        assertTrue(Double.isNaN(counter("puts")));
    }
}
