package dev.coppice.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.CorruptStoreException;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** A free map and a bit set say the same. */
class FreeMapTest {
    private final FreeMap map = new FreeMap();
    private final BitSet model = new BitSet();
    private int pages;

    @RepeatedTest(50)
    void mapIsABitSet(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        for (int step = 0; step < 400; step++) {
            change(random);
            compare(random);
        }
        FreeMap copy = map.copy();
        long free = map.free();
        map.extend(pages + 70);
        map.release(pages, 70);
        assertEquals(free, copy.free());
        assertEquals(pages, copy.pages());
        assertFalse(copy.isFree(pages));
    }

    private void change(SplittableRandom random) {
        int dice = random.nextInt(20);
        if (pages == 0 || dice == 0) {
            pages += random.nextInt(1, 200);
            map.extend(pages);
        } else if (dice == 1) {
            pages = random.nextInt(pages / 2, pages + 1);
            map.shrink(pages);
            model.clear(pages, Math.max(pages, model.length()));
        } else {
            flip(random.nextInt(pages), random.nextInt(1, 90));
        }
    }

    /** Flips the run of pages in one state that starts at a page. */
    private void flip(int page, int most) {
        boolean isFree = model.get(page);
        int end = isFree ? model.nextClearBit(page) : model.nextSetBit(page);
        end = Math.min(Math.min(end < 0 ? pages : end, pages), page + most);
        if (isFree) {
            map.take(page, end - page);
        } else {
            map.release(page, end - page);
        }
        model.flip(page, end);
    }

    private void compare(SplittableRandom random) {
        assertEquals(model.cardinality(), map.free());
        assertEquals(pages, map.pages());
        int from = random.nextInt(pages + 10);
        assertEquals(model.get(from), map.isFree(from));
        assertEquals(from >= pages ? -1 : model.nextSetBit(from), map.nextFree(from));
        if (from < pages) {
            assertEquals(Math.min(pages, model.nextClearBit(from)), map.nextUsed(from));
        }
        int count = random.nextInt(1, 80);
        int first = random.nextInt(pages + 1);
        assertEquals(
                model.get(first, Math.min(pages, first + count)).cardinality(),
                map.freeIn(first, count));
        int end = pages;
        while (end > 0 && model.get(end - 1)) {
            end--;
        }
        assertEquals(end, map.usedEnd());
        assertEquals(extents(), map.extents());
        compareRuns(random);
    }

    private long extents() {
        long extents = 0;
        for (int page = model.nextSetBit(0);
                page >= 0;
                page = model.nextSetBit(model.nextClearBit(page))) {
            extents++;
        }
        return extents;
    }

    private void compareRuns(SplittableRandom random) {
        long count = random.nextInt(1, 40);
        long boundary = random.nextBoolean() ? 0 : 64;
        long from = random.nextInt(pages + 1);
        long limit = random.nextLong(from, pages + 1L);
        long found = map.findRun(from, limit, count, boundary);
        if (found >= 0) {
            assertTrue(fits(found, from, limit, count, boundary));
        } else {
            for (long page = from; page < limit; page++) {
                assertFalse(fits(page, from, limit, count, boundary), "run at " + page);
            }
        }
    }

    private boolean fits(long page, long from, long limit, long count, long boundary) {
        boolean isInside = page >= from && page + count <= limit;
        boolean crosses = boundary > 0 && page / boundary != (page + count - 1) / boundary;
        return isInside && !crosses && model.nextClearBit((int) page) >= page + count;
    }

    /** Only an assertion noticed it, so that the page was handed out twice in the end. */
    @Test
    void pageThatIsFreeDoesNotBecomeFreeAgain() {
        FreeMap map = new FreeMap();
        map.extend(100);
        map.release(7, 3);
        assertThrows(CorruptStoreException.class, () -> map.release(9, 1));
        assertEquals(3, map.free());
    }
}
