package dev.coppice.cli.demo;

import java.util.concurrent.TimeUnit;

/** Wall clock in nanoseconds since 1970 that never stands still. Thread safety: one thread. */
final class SampleClock {
    private final long offset;
    private long last;

    /** Starts above a time that was given out before. */
    SampleClock(long last) {
        this.last = last;
        this.offset = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();
    }

    long nanos() {
        last = Math.max(last + 1, offset + System.nanoTime());
        return last;
    }
}
