package dev.coppice.fuzz.memory;

import java.util.Map;
import java.util.TreeMap;

/**
 * Is called before each allocation of the engine's classes, as {@link AllocatingClasses} has them,
 * and lets one fail.
 *
 * <p>Thread safety: one thread.
 */
public final class Allocations {
    private static final Map<String, Integer> COUNTS = new TreeMap<>();
    private static String failing = "";
    private static int until;
    private static boolean isCounting;
    private static boolean isAside;

    private Allocations() {}

    /** An allocation at a place: method and ordinal in it. */
    public static void next(String site) {
        if (isAside) {
            return;
        }
        if (isCounting) {
            COUNTS.merge(site, 1, Integer::sum);
        }
        if (until > 0 && site.equals(failing) && --until == 0) {
            throw new OutOfMemoryError("simulated at " + site);
        }
    }

    /** Does something that has all the memory it wants, and does not count. */
    public static void aside(Runnable work) {
        isAside = true;
        try {
            work.run();
        } finally {
            isAside = false;
        }
    }

    /** Counts how often each place is reached, and lets none fail. */
    public static void count() {
        COUNTS.clear();
        isCounting = true;
        until = 0;
    }

    /** {@return how often each place was reached since {@link #count}; counts no more} */
    public static Map<String, Integer> counted() {
        isCounting = false;
        return new TreeMap<>(COUNTS);
    }

    /** Lets a place fail once, the n-th time that it is reached from here on. */
    public static void fail(String site, int ordinal) {
        failing = site;
        until = ordinal;
    }

    /** {@return whether what was to fail has failed} */
    public static boolean hasFailed() {
        return until <= 0;
    }

    /** Lets nothing fail any more. */
    public static void heal() {
        until = 0;
    }
}
