package dev.coppice.engine.space;

import java.util.Arrays;

/**
 * Pages that a transaction allocated and does not reach any more. Nothing but the transaction ever
 * saw them, so that it may use them again at once.
 *
 * <p>Single pages come back last in, first out, because they are in the cache. Those of overflow
 * runs are kept in a map of their own, where neighbours grow together: a transaction that
 * overwrites long values again and again needs no more room than for all of them once and a bit. No
 * page of the map is among the buffered ones.
 *
 * <p>Thread safety: the holder of the writer role.
 */
final class LoosePages {
    private static final int MIN_STACK = 64;
    private static final int MAX_KEPT_STACK = 1 << 14;

    private final FreeMap runs = new FreeMap();
    private long runsFrom;
    private long runsLimit;
    private long[] stack = new long[MIN_STACK];
    private int size;

    void push(long page) {
        if (size == stack.length) {
            stack = Arrays.copyOf(stack, size * 2);
        }
        stack[size++] = page;
    }

    void pushRun(long page, long count) {
        if (runs.free() == 0) {
            runsFrom = page;
            runsLimit = page + count;
        }
        runsFrom = Math.min(runsFrom, page);
        runsLimit = Math.max(runsLimit, page + count);
        runs.extend(runsLimit);
        runs.release(page, count);
    }

    /** {@return a page, or -1} */
    long pop() {
        if (size > 0) {
            return stack[--size];
        }
        return runs.free() == 0 ? -1 : popRun(1, 0);
    }

    /** {@return the first of {@code count} adjacent pages, or -1; see {@link FreeMap#findRun}} */
    long popRun(long count, long boundary) {
        if (runs.free() < count) {
            return -1;
        }
        long page = runs.findRun(runsFrom, runsLimit, count, boundary);
        if (page >= 0) {
            runs.take(page, count);
        }
        return page;
    }

    long pages() {
        return size + runs.free();
    }

    /** Moves all pages to a list. */
    void drainTo(ExtentList list) {
        for (int i = 0; i < size; i++) {
            list.add(stack[i], 1);
        }
        while (runs.free() > 0) {
            long page = runs.nextFree(runsFrom);
            long count = runs.nextUsed(page) - page;
            list.add(page, count);
            runs.take(page, count);
            runsFrom = page + count;
        }
        clear();
    }

    void clear() {
        size = 0;
        if (stack.length > MAX_KEPT_STACK) {
            stack = new long[MIN_STACK];
        }
        while (runs.free() > 0) {
            long page = runs.nextFree(runsFrom);
            runsFrom = runs.nextUsed(page);
            runs.take(page, runsFrom - page);
        }
    }
}
