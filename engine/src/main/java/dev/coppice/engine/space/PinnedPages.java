package dev.coppice.engine.space;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * How many superseded pages each pinned root keeps from being free, as the writer found when it
 * last looked: every 128 pages that died, and at each checkpoint.
 *
 * <p>Thread safety: any thread.
 */
public final class PinnedPages {
    // Guarded by this
    private long[] roots = new long[8];
    private long[] pages = new long[8];
    private int count;

    /** Replaces the figures. Writer role. */
    synchronized void publish(long[] pins, long[] pinnedPages, int pinCount) {
        if (pinCount > roots.length) {
            roots = new long[pins.length];
            pages = new long[pins.length];
        }
        System.arraycopy(pins, 0, roots, 0, pinCount);
        System.arraycopy(pinnedPages, 0, pages, 0, pinCount);
        count = pinCount;
    }

    /** {@return pages that are kept for roots of some kind} */
    public synchronized long keptBy(LongPredicate isCounted) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += isCounted.test(roots[i]) ? pages[i] : 0;
        }
        return sum;
    }

    /**
     * {@return pages that root {@code id} sees and that neither the newest root nor an older pinned
     * one does: what would be free if it were the only one}
     */
    public synchronized long keptBy(long id) {
        int at = Arrays.binarySearch(roots, 0, count, id);
        return at < 0 ? 0 : pages[at];
    }
}
