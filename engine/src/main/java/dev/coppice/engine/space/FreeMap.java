package dev.coppice.engine.space;

import dev.coppice.error.CorruptStoreException;
import java.util.Arrays;

/**
 * The free pages of a file, one bit each, and a search for runs of them. A bitmap takes 32 KiB for
 * each gigabyte of 4 KiB pages, is copied in microseconds when a checkpoint captures it, and makes
 * extents of adjacent free pages by itself.
 *
 * <p>Thread safety: one thread.
 */
public final class FreeMap {
    private long[] words = new long[16];
    private long pages;
    private long free;

    /** {@return pages that the map covers, free or not} */
    public long pages() {
        return pages;
    }

    /** {@return the number of free pages} */
    public long free() {
        return free;
    }

    /** Covers the file up to {@code newPages}; the pages added are not free yet. */
    public void extend(long newPages) {
        int needed = (int) ((newPages + 63) >>> 6) + 1;
        if (needed > words.length) {
            words = Arrays.copyOf(words, Math.max(needed, words.length * 2));
        }
        pages = Math.max(pages, newPages);
    }

    public boolean isFree(long page) {
        return page < pages && (words[(int) (page >>> 6)] & 1L << page) != 0;
    }

    /**
     * Makes pages free.
     *
     * @throws CorruptStoreException when one is free already: two references named it; or when it
     *     is not covered: a reference named what is not in the file
     */
    public void release(long page, long count) {
        if (page < 0 || count < 0 || page > pages - count) {
            throw new CorruptStoreException(
                    page, count + " pages from page " + page + " on became free outside the file");
        }
        for (long p = page; p < page + count; p = (p | 63) + 1) {
            long mask = mask(p, page + count);
            if ((words[(int) (p >>> 6)] & mask) != 0) {
                throw new CorruptStoreException(
                        p, "page " + p + " or one of the next became free twice");
            }
            words[(int) (p >>> 6)] |= mask;
        }
        free += count;
    }

    /** {@return the bits of the word of page {@code from} for the pages [from, limit)} */
    private static long mask(long from, long limit) {
        long mask = -1L << from;
        return limit > (from | 63) ? mask : mask & ~(-1L << limit);
    }

    /** Takes pages. Requires: they are free. */
    public void take(long page, long count) {
        for (long p = page; p < page + count; p = (p | 63) + 1) {
            long mask = mask(p, page + count);
            assert (words[(int) (p >>> 6)] & mask) == mask : "taken twice: " + p;
            words[(int) (p >>> 6)] &= ~mask;
        }
        free -= count;
    }

    /** {@return the first free page at or behind {@code from}, or -1} */
    public long nextFree(long from) {
        return next(from, 0);
    }

    /** {@return the first page at or behind {@code from} that is not free; pages() at the end} */
    public long nextUsed(long from) {
        long found = next(from, -1L);
        return found < 0 ? pages : found;
    }

    private long next(long from, long flip) {
        if (from >= pages) {
            return -1;
        }
        int word = (int) (from >>> 6);
        int last = (int) ((pages - 1) >>> 6);
        long bits = (words[word] ^ flip) & (-1L << from);
        while (bits == 0) {
            if (++word > last) {
                return -1;
            }
            bits = words[word] ^ flip;
        }
        long found = ((long) word << 6) + Long.numberOfTrailingZeros(bits);
        return found < pages ? found : -1;
    }

    /**
     * Finds consecutive free pages.
     *
     * @param boundary a power of two that no run may cross, or 0
     * @return the first page of the first run of at least {@code count} pages in [from, limit), or
     *     -1
     */
    public long findRun(long from, long limit, long count, long boundary) {
        long page = nextFree(from);
        while (page >= 0 && page + count <= limit) {
            long end = Math.min(nextUsed(page), limit);
            long start = page;
            if (boundary > 0 && start / boundary != (start + count - 1) / boundary) {
                start = (start / boundary + 1) * boundary;
            }
            if (start + count <= end) {
                return start;
            }
            page = nextFree(end);
        }
        return -1;
    }

    /** {@return how many of {@code count} pages from {@code from} on are free} */
    public int freeIn(long from, int count) {
        int sum = 0;
        long limit = Math.min(from + count, pages);
        long page = from;
        for (; page % Long.SIZE == 0 && page + Long.SIZE <= limit; page += Long.SIZE) {
            sum += Long.bitCount(words[(int) (page >>> 6)]);
        }
        for (; page < limit; page++) {
            sum += isFree(page) ? 1 : 0;
        }
        return sum;
    }

    /** {@return how many of the pages below {@code limit} are free} */
    public long freeBelow(long limit) {
        long sum = 0;
        int whole = (int) (limit >>> 6);
        for (int i = 0; i < whole; i++) {
            sum += Long.bitCount(words[i]);
        }
        return sum + freeIn((long) whole << 6, (int) (limit & 63));
    }

    /** {@return the page that so many pages at or behind it are not free, or 0} */
    public long limitBelowUsed(long count) {
        long left = count;
        long page = pages;
        while (page > 0 && left > 0) {
            page--;
            left -= isFree(page) ? 0 : 1;
        }
        return page;
    }

    /** {@return the number of extents of free pages} */
    public long extents() {
        long starts = 0;
        long carry = 0;
        int last = (int) ((pages + 63) >>> 6);
        for (int i = 0; i < last; i++) {
            starts += Long.bitCount(words[i] & ~(words[i] << 1 | carry));
            carry = words[i] >>> 63;
        }
        return starts;
    }

    /** {@return a copy that later changes do not touch} */
    public FreeMap copy() {
        FreeMap copy = new FreeMap();
        copy.words = words.clone();
        copy.pages = pages;
        copy.free = free;
        return copy;
    }

    /** {@return words of 64 pages, one bit each, that hold the map} */
    public int wordCount() {
        return (int) ((pages + 63) >>> 6);
    }

    /** {@return the bits of 64 pages: 1 = free} */
    public long word(int index) {
        return words[index];
    }

    /** Covers so many pages, of which none is free yet. */
    public void reset(long newPages) {
        Arrays.fill(words, 0);
        pages = 0;
        free = 0;
        extend(newPages);
    }

    /** Sets the bits of 64 pages, of which none was free. */
    public void word(int index, long bits) {
        words[index] = bits;
        free += Long.bitCount(bits);
    }

    /** Takes over the pages of another map, which is not used any more. */
    public void become(FreeMap other) {
        words = other.words;
        pages = other.pages;
        free = other.free;
    }

    /** {@return one past the last page that is not free} */
    public long usedEnd() {
        long end = pages;
        while (end > 0 && isFree(end - 1)) {
            boolean isWholeWord = (end & 63) == 0 && words[(int) (end >>> 6) - 1] == -1L;
            end -= isWholeWord ? Long.SIZE : 1;
        }
        return end;
    }

    /** Covers fewer pages. */
    public void shrink(long newPages) {
        for (long page = nextFree(newPages); page >= 0; page = nextFree(page + 1)) {
            take(page, 1);
        }
        pages = Math.min(pages, newPages);
    }
}
