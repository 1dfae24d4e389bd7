package dev.coppice;

import dev.coppice.stats.LatencyRecorder;
import java.util.Arrays;

/**
 * How long something took, as a histogram: every duration is known to a sixteenth of itself, and
 * rounded up.
 *
 * <p>Thread safety: immutable.
 */
public final class Latency {
    private final long[] counts;
    private final long count;

    private Latency(long[] counts) {
        this.counts = counts;
        this.count = Arrays.stream(counts).sum();
    }

    static Latency of(LatencyRecorder recorder) {
        return new Latency(recorder.counts());
    }

    /** {@return how many durations there are} */
    public long count() {
        return count;
    }

    /**
     * {@return the duration that so many percent of all are not longer than, in nanoseconds; 0
     * where there are none}
     *
     * @param percent 0 to 100
     */
    public long percentileNanos(double percent) {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent=" + percent + ", must be 0 to 100");
        }
        long wanted = Math.max(1, (long) Math.ceil(count * percent / 100));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (count > 0 && seen >= wanted) {
                return LatencyRecorder.longestOf(i);
            }
        }
        return 0;
    }

    /** {@return the longest duration in nanoseconds} */
    public long maxNanos() {
        return percentileNanos(100);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Latency latency && Arrays.equals(counts, latency.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "Latency{count="
                + count
                + ", p50="
                + percentileNanos(50)
                + " ns, p99="
                + percentileNanos(99)
                + " ns, max="
                + maxNanos()
                + " ns}";
    }
}
