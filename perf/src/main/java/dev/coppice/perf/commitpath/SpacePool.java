package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.EXTENT_PAGES;

import java.util.BitSet;
import java.util.Random;

/**
 * Free pages of the file, handed out as grants: scattered pages, the free pages of the emptiest
 * extent, or its free four-page runs. Thread safety: maintenance thread only.
 */
final class SpacePool {
    static final int RUN_PAGES = 4;

    /** How pages are chosen. */
    enum Choice {
        SCATTERED,
        EXTENT,
        RUNS
    }

    private final Choice choice;
    private final BitSet free;
    private final int pageCount;
    private final int[] freeInExtent;
    private final boolean[] granted;
    private final Random random = new Random(7);

    SpacePool(Choice choice, int pageCount, int firstFreePage) {
        this.choice = choice;
        this.pageCount = pageCount;
        free = new BitSet(pageCount);
        freeInExtent = new int[pageCount / EXTENT_PAGES];
        granted = new boolean[freeInExtent.length];
        for (int page = firstFreePage; page < pageCount; page++) {
            release(page);
        }
        granted[0] = true; // header and durable slots
    }

    void release(int page) {
        assert !free.get(page);
        free.set(page);
        freeInExtent[page / EXTENT_PAGES]++;
    }

    /** {@return a grant, or null while nothing suitable is free} */
    Grant take() {
        return choice == Choice.SCATTERED ? takeScattered() : takeExtent();
    }

    /** Takes back what is left of a grant and lets its extent be granted again. */
    void finish(Grant grant) {
        for (int index = grant.next; index < grant.pages.length; index++) {
            int pages = choice == Choice.RUNS ? RUN_PAGES : 1;
            for (int page = grant.pages[index]; pages > 0; pages--, page++) {
                release(page);
            }
        }
        if (choice != Choice.SCATTERED) {
            granted[grant.pages[0] / EXTENT_PAGES] = false;
        }
    }

    private Grant takeScattered() {
        if (free.cardinality() < 2 * EXTENT_PAGES) {
            return null;
        }
        int[] pages = new int[EXTENT_PAGES];
        for (int index = 0; index < pages.length; index++) {
            int page = free.nextSetBit(random.nextInt(EXTENT_PAGES, pageCount));
            pages[index] = page >= 0 ? page : free.nextSetBit(EXTENT_PAGES);
            allocate(pages[index]);
        }
        return new Grant(pages);
    }

    private Grant takeExtent() {
        int best = -1;
        int bestScore = choice == Choice.EXTENT ? RUN_PAGES : 0;
        for (int extent = 0; extent < freeInExtent.length; extent++) {
            int score = granted[extent] ? 0 : score(extent, bestScore);
            if (score > bestScore) {
                best = extent;
                bestScore = score;
            }
        }
        return best < 0 ? null : takeFrom(best, bestScore);
    }

    private int score(int extent, int atLeast) {
        if (choice == Choice.EXTENT || freeInExtent[extent] / RUN_PAGES <= atLeast) {
            return choice == Choice.EXTENT ? freeInExtent[extent] : 0;
        }
        int runs = 0;
        int first = extent * EXTENT_PAGES;
        for (int page = first; page < first + EXTENT_PAGES; page += RUN_PAGES) {
            runs += isFreeRun(page) ? 1 : 0;
        }
        return runs;
    }

    private Grant takeFrom(int extent, int count) {
        int[] pages = new int[count];
        int size = 0;
        int first = extent * EXTENT_PAGES;
        int step = choice == Choice.RUNS ? RUN_PAGES : 1;
        for (int page = first; page < first + EXTENT_PAGES; page += step) {
            if (choice == Choice.RUNS ? isFreeRun(page) : free.get(page)) {
                pages[size++] = page;
                for (int offset = 0; offset < step; offset++) {
                    allocate(page + offset);
                }
            }
        }
        granted[extent] = true;
        return new Grant(pages);
    }

    private boolean isFreeRun(int page) {
        return free.nextClearBit(page) >= page + RUN_PAGES;
    }

    private void allocate(int page) {
        free.clear(page);
        freeInExtent[page / EXTENT_PAGES]--;
    }
}
