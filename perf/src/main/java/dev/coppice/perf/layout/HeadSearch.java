package dev.coppice.perf.layout;

import static dev.coppice.perf.layout.LayoutVariant.HEAD_BYTES;
import static dev.coppice.perf.layout.LayoutVariant.HEAD_STRIDE;

import java.lang.foreign.MemorySegment;

/**
 * Ways of finding the first head that is not less than a given one. The system property {@code
 * coppice.search} chooses one per process. Thread safety: any thread.
 */
enum HeadSearch {
    /** Binary, the step taken by a mask: no branch depends on a head. */
    MASK,
    /**
     * Binary, the step taken by a conditional expression: a conditional move, if the compiler
     * agrees.
     */
    TERNARY,
    /** Binary, a branch per step: the textbook form. */
    BRANCHY,
    /** Counts the smaller heads among all. */
    LINEAR,
    /** Binary by mask down to eight heads, then counts. */
    HYBRID;

    static final HeadSearch CHOSEN = valueOf(System.getProperty("coppice.search", TERNARY.name()));

    private static final int HYBRID_LIMIT = 8;

    static long headAt(MemorySegment pages, long heads, int index) {
        long offset = heads + (long) index * HEAD_STRIDE;
        return HEAD_BYTES == Integer.BYTES
                ? Integer.toUnsignedLong(pages.get(Bytes.U32, offset))
                : pages.get(Bytes.U64, offset);
    }

    /** {@return the number of heads less than {@code head}} */
    static int lowerBound(MemorySegment pages, long heads, int count, long head) {
        return switch (CHOSEN) {
            case MASK -> byMask(pages, heads, count, head);
            case TERNARY -> byTernary(pages, heads, count, head);
            case BRANCHY -> byBranch(pages, heads, count, head);
            case LINEAR -> byCounting(pages, heads, 0, count, head);
            case HYBRID -> byMaskThenCounting(pages, heads, count, head);
        };
    }

    private static int byMask(MemorySegment pages, long heads, int count, long head) {
        int base = 0;
        int remaining = count;
        while (remaining > 1) {
            int half = remaining >>> 1;
            base += half & lessMask(headAt(pages, heads, base + half - 1), head);
            remaining -= half;
        }
        return remaining == 0 ? 0 : base - lessMask(headAt(pages, heads, base), head);
    }

    private static int byTernary(MemorySegment pages, long heads, int count, long head) {
        int base = 0;
        int remaining = count;
        while (remaining > 1) {
            int half = remaining >>> 1;
            base = isLess(headAt(pages, heads, base + half - 1), head) ? base + half : base;
            remaining -= half;
        }
        return remaining == 0 || !isLess(headAt(pages, heads, base), head) ? base : base + 1;
    }

    private static int byBranch(MemorySegment pages, long heads, int count, long head) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isLess(headAt(pages, heads, middle), head)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int byCounting(MemorySegment pages, long heads, int from, int count, long head) {
        int less = from;
        for (int i = from; i < from + count; i++) {
            less -= lessMask(headAt(pages, heads, i), head);
        }
        return less;
    }

    private static int byMaskThenCounting(MemorySegment pages, long heads, int count, long head) {
        int base = 0;
        int remaining = count;
        while (remaining > HYBRID_LIMIT) {
            int half = remaining >>> 1;
            base += half & lessMask(headAt(pages, heads, base + half - 1), head);
            remaining -= half;
        }
        return byCounting(pages, heads, base, remaining, head);
    }

    private static boolean isLess(long x, long y) {
        return HEAD_BYTES == Integer.BYTES ? x < y : Long.compareUnsigned(x, y) < 0;
    }

    /** {@return -1 if x is less than y as unsigned numbers, else 0} */
    private static int lessMask(long x, long y) {
        return HEAD_BYTES == Integer.BYTES
                ? (int) ((x - y) >> 63)
                : (int) (((~x & y) | (~(x ^ y) & (x - y))) >> 63);
    }
}
