package dev.coppice.perf.commitpath;

import java.util.ArrayList;
import java.util.List;

/**
 * What one generation (the commits between two checkpoint captures) did to the file. The writer
 * fills it, then hands it to the maintenance thread in O(1). Thread safety: owned by one thread at
 * a time.
 */
final class Capture {
    final PageList stored = new PageList();
    final PageList pending = new PageList();
    final PageList loose = new PageList();
    final List<Grant> grants = new ArrayList<>();

    void clear() {
        stored.size = 0;
        pending.size = 0;
        loose.size = 0;
        grants.clear();
    }

    /** {@return stored pages that the captured root still reaches} */
    int reachablePages(int loosePages) {
        return stored.size - loosePages;
    }

    /** Growable list of page ids. Thread safety: as its capture. */
    static final class PageList {
        int[] pages = new int[1 << 20];
        int size;

        void add(int page) {
            if (size == pages.length) {
                pages = java.util.Arrays.copyOf(pages, size * 2);
            }
            pages[size++] = page;
        }
    }
}
