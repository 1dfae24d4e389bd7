package dev.coppice.engine.page;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Pages of a transaction that is written positionally, kept in native memory until they are: a slab
 * of page frames and a table from page id to frame.
 *
 * <p>Thread safety: one writer. Lifetime: that of the store's arena; reused by every transaction.
 */
public final class BufferedPages {
    private final MemorySegment slab;
    private final int pageShift;
    private final int capacity;
    private final long[] pageIds;
    private final int[] frames;
    private final long[] sorted;
    private final int mask;
    private int size;

    public BufferedPages(Arena arena, PageSize pageSize, int capacity) {
        this.capacity = capacity;
        this.pageShift = pageSize.shift();
        this.slab = arena.allocate((long) capacity << pageShift, 64);
        int tableSize = Integer.highestOneBit(capacity) * 4;
        this.mask = tableSize - 1;
        this.pageIds = new long[tableSize];
        this.frames = new int[tableSize];
        this.sorted = new long[capacity];
    }

    public MemorySegment slab() {
        return slab;
    }

    /** {@return how many pages fit beside those held now} */
    public int free() {
        return capacity - size;
    }

    /** {@return whether a page is held; page 0 is never one} */
    public boolean holds(long pageId) {
        return pageIds[find(pageId)] == pageId;
    }

    /** {@return where a held page starts in {@link #slab}} */
    public long position(long pageId) {
        return (long) frames[find(pageId)] << pageShift;
    }

    /** Takes a frame for a page that is not held. Requires: free() > 0. */
    public void add(long pageId) {
        int at = find(pageId);
        assert pageIds[at] == 0 : pageId;
        pageIds[at] = pageId;
        frames[at] = size++;
    }

    /** {@return how many pages are held} */
    public int size() {
        return size;
    }

    /** {@return the ids of all {@link #size} held pages, ascending; valid until the next call} */
    public long[] sortedPageIds() {
        int n = 0;
        for (long id : pageIds) {
            if (id != 0) {
                sorted[n++] = id;
            }
        }
        Arrays.sort(sorted, 0, n);
        return sorted;
    }

    /** Forgets all pages. */
    public void clear() {
        if (size > 0) {
            Arrays.fill(pageIds, 0);
            size = 0;
        }
    }

    private int find(long pageId) {
        int at = (int) ((pageId * 0x9E3779B97F4A7C15L) >>> 40) & mask;
        while (pageIds[at] != 0 && pageIds[at] != pageId) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
