package dev.coppice.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often something was done, in numbers that lie in cache lines of their own.
 *
 * <p>Thread safety: any thread reads; one that is not shared is added to by one thread at a time,
 * which costs a load and a store.
 */
public final class Tally {
    public static final int GETS = 0;
    public static final int BYTES_READ = 1;
    public static final int ITERATIONS = 2;
    public static final int EXPIRED = 3;
    public static final int PUTS = 4;
    public static final int BYTES_WRITTEN = 5;
    public static final int DELETES = 6;
    public static final int PURGED = 7;
    public static final int COMMITS = 8;
    public static final int CHECKPOINTS = 9;
    public static final int ERRORS = 10;
    public static final int COUNT = 11;

    /** Longs on both sides: the neighbours of a cache line are fetched with it. */
    private static final int PADDING = 16;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final boolean isShared;
    private final long[] cells = new long[PADDING + COUNT + PADDING];

    /**
     * Creates a tally of zeros.
     *
     * @param isShared whether several threads add to it at the same time
     */
    public Tally(boolean isShared) {
        this.isShared = isShared;
    }

    /** Adds to one of the numbers. */
    public void add(int what, long n) {
        int at = PADDING + what;
        if (isShared) {
            CELL.getAndAdd(cells, at, n);
        } else {
            CELL.setOpaque(cells, at, (long) CELL.getOpaque(cells, at) + n);
        }
    }

    /** A value was found and handed out. */
    public void got(long valueBytes) {
        add(GETS, 1);
        add(BYTES_READ, valueBytes);
    }

    /** An entry was stored. */
    public void put(long bytes) {
        add(PUTS, 1);
        add(BYTES_WRITTEN, bytes);
    }

    /** Adds all numbers to a sum. */
    void addTo(long[] sum) {
        for (int what = 0; what < COUNT; what++) {
            sum[what] += (long) CELL.getOpaque(cells, PADDING + what);
        }
    }
}
