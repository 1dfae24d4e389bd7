package dev.coppice.stats;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations by size: sixteen classes for each power of two, so that a duration is known to a
 * sixteenth. Recording allocates nothing.
 *
 * <p>Thread safety: any thread.
 */
public final class LatencyRecorder {
    private static final int SUB_BITS = 4;
    private static final int SUBS = 1 << SUB_BITS;

    /** Classes up to the largest long. */
    private static final int CLASSES = (Long.SIZE - SUB_BITS) << SUB_BITS;

    private final AtomicLongArray counts = new AtomicLongArray(CLASSES);
    private volatile long[] atReset = new long[CLASSES];

    /** Counts a duration; a negative one counts as none. */
    public void record(long nanos) {
        counts.getAndIncrement(classOf(Math.max(0, nanos)));
    }

    static int classOf(long nanos) {
        if (nanos < SUBS) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(nanos);
        return ((shift + 1) << SUB_BITS) + ((int) (nanos >>> shift) & (SUBS - 1));
    }

    /** {@return the longest duration of a class} */
    public static long longestOf(int index) {
        if (index < SUBS) {
            return index;
        }
        int shift = (index >>> SUB_BITS) - 1;
        return (((index & (SUBS - 1)) + SUBS + 1L) << shift) - 1;
    }

    /** {@return how many durations of each class were recorded since the last reset} */
    public long[] counts() {
        long[] since = new long[CLASSES];
        long[] base = atReset;
        for (int i = 0; i < CLASSES; i++) {
            since[i] = counts.get(i) - base[i];
        }
        return since;
    }

    /** Counts from nothing on. */
    public void reset() {
        long[] base = new long[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            base[i] = counts.get(i);
        }
        atReset = base;
    }
}
