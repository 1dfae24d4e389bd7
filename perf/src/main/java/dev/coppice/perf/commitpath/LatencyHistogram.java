package dev.coppice.perf.commitpath;

/**
 * Nanosecond latencies in logarithmic buckets of 128 linear steps each: below 1 % error, no
 * allocation per sample. Thread safety: one writer; read after it has stopped.
 */
final class LatencyHistogram {
    private static final int STEP_BITS = 7;

    private final long[] counts = new long[(Long.SIZE - STEP_BITS) << STEP_BITS];
    private long total;
    private long max;

    void record(long nanos) {
        int shift = Math.max(0, Long.SIZE - 1 - STEP_BITS - Long.numberOfLeadingZeros(nanos | 1));
        counts[(shift << STEP_BITS) + (int) (nanos >>> shift)]++;
        total++;
        max = Math.max(max, nanos);
    }

    /** {@return the largest value of the bucket that holds the given share of the samples} */
    long atQuantile(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int index = 0; index < counts.length; index++) {
            seen += counts[index];
            if (seen >= wanted) {
                return Math.min(max, bucketLimit(index));
            }
        }
        return max;
    }

    long max() {
        return max;
    }

    long total() {
        return total;
    }

    private static long bucketLimit(int index) {
        int shift = Math.max(0, (index >>> STEP_BITS) - 1);
        long step = index - ((long) shift << STEP_BITS);
        return ((step + 1) << shift) - 1;
    }
}
