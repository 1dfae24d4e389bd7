package dev.coppice.stats;

import java.util.ArrayList;
import java.util.List;

/**
 * The counters of a store, in as many tallies as there are threads that must not disturb each
 * other; summed up when somebody asks.
 *
 * <p>Thread safety: any thread.
 */
public final class Counters {
    private static final int MAX_STRIPES = 64;

    /** Guarded by itself. */
    private final List<Tally> tallies = new ArrayList<>();

    private final Tally[] stripes;

    /** The sums at the last reset: nobody's tally is ever changed by anybody else. */
    private volatile long[] atReset = new long[Tally.COUNT];

    public Counters() {
        int threads = Runtime.getRuntime().availableProcessors();
        int count = Math.min(MAX_STRIPES, 2 * Integer.highestOneBit(threads));
        stripes = new Tally[count];
        for (int i = 0; i < count; i++) {
            stripes[i] = register(new Tally(true));
        }
    }

    /** {@return a tally that one thread at a time adds to} It counts as long as the store is. */
    public Tally create() {
        return register(new Tally(false));
    }

    private Tally register(Tally tally) {
        synchronized (tallies) {
            tallies.add(tally);
        }
        return tally;
    }

    /** {@return a tally for a thread that has none of its own} */
    public Tally shared() {
        return stripes[(int) Thread.currentThread().threadId() & (stripes.length - 1)];
    }

    /** {@return what was counted since the last reset, by the constants of {@link Tally}} */
    public long[] sums() {
        long[] sums = total();
        long[] base = atReset;
        for (int i = 0; i < sums.length; i++) {
            sums[i] -= base[i];
        }
        return sums;
    }

    private long[] total() {
        long[] sums = new long[Tally.COUNT];
        synchronized (tallies) {
            for (Tally tally : tallies) {
                tally.addTo(sums);
            }
        }
        return sums;
    }

    /** Counts from zero on. */
    public void reset() {
        atReset = total();
    }
}
