package dev.coppice.testkit;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test moves it: for {@link
 * dev.coppice.StoreConfig#withClock(InstantSource)}, so that entries expire when the test says so.
 *
 * <p>Thread safety: any thread.
 */
public final class SimulatedClock implements InstantSource {
    /** Where every such clock begins. */
    public static final long START_MILLIS = 1_700_000_000_000L;

    private final AtomicLong now = new AtomicLong(START_MILLIS);

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now.get());
    }

    @Override
    public long millis() {
        return now.get();
    }

    /** Lets time pass. */
    public void pass(long millis) {
        now.addAndGet(millis);
    }
}
