package dev.coppice.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreFullException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** No page has two owners, whatever is handed out and given back. */
class PageAllocatorTest {
    private static final int PAGE_BYTES = 4096;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int CHUNK_PAGES = CHUNK_BYTES / PAGE_BYTES;
    private static final long MAX_PAGES = 20_000;
    private static final long RESERVE = 10;

    private final FreeMap free = new FreeMap();
    private final BitSet owned = new BitSet();
    private final List<long[]> extents = new ArrayList<>();
    private final PageAllocator allocator =
            new PageAllocator(
                    free, new PendingFrees(), RESERVE, CHUNK_BYTES, PAGE_BYTES, this::makeRoom);

    private void makeRoom(long pages) {
        long size = free.pages() + Math.max(pages, 16);
        if (size > MAX_PAGES) {
            throw new StoreFullException("test limit");
        }
        allocator.extend(size);
    }

    @RepeatedTest(20)
    void pagesHaveOneOwner(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        for (int step = 0; step < 5000; step++) {
            if (random.nextInt(5) < (step % 1000 < 600 ? 3 : 1)) {
                take(random.nextInt(4) == 0 ? random.nextInt(1, 300) : 1);
            } else if (!extents.isEmpty()) {
                giveBack(random.nextInt(extents.size()));
            }
            assertEquals(free.pages() - owned.cardinality(), free.free());
        }
        while (!extents.isEmpty()) {
            giveBack(extents.size() - 1);
        }
        assertEquals(free.pages(), free.free());
    }

    @Test
    void tellsWhenItTurnsToAnotherExtent() {
        int[] told = new int[1];
        allocator.whenGranted(() -> told[0]++);
        for (int i = 0; i <= 2 * allocator.extentPages(); i++) {
            take(1);
        }
        assertTrue(told[0] >= 3, "told " + told[0] + " times");
    }

    private void take(int count) {
        long page;
        try {
            page = count == 1 ? allocator.allocate(false) : allocator.allocateRun(count, false);
        } catch (StoreFullException e) {
            return;
        }
        assertTrue(page >= 0 && page + count <= allocator.usedEnd());
        assertTrue(allocator.usedEnd() <= free.pages());
        assertTrue(free.free() >= RESERVE, "the reserve was used");
        if (count < CHUNK_PAGES) {
            assertEquals(page / CHUNK_PAGES, (page + count - 1) / CHUNK_PAGES, "crosses a chunk");
        }
        for (long p = page; p < page + count; p++) {
            assertFalse(owned.get((int) p), "page " + p + " has an owner");
            owned.set((int) p);
        }
        extents.add(new long[] {page, count});
    }

    private void giveBack(int index) {
        long[] extent = extents.set(index, extents.getLast());
        extents.removeLast();
        allocator.release(extent[0], extent[1]);
        owned.clear((int) extent[0], (int) (extent[0] + extent[1]));
    }

    @Test
    void reserveIsForThoseWhoMayUseIt() {
        while (true) {
            try {
                allocator.allocate(false);
            } catch (StoreFullException e) {
                break;
            }
        }
        assertTrue(free.free() >= RESERVE);
        while (free.free() > 0) {
            allocator.allocate(true);
        }
        assertThrows(StoreFullException.class, () -> allocator.allocate(true));
    }
}
