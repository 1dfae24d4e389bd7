package dev.coppice.engine.check;

import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;

/**
 * Who has which page: each is claimed once (invariant F1 of the free space).
 *
 * <p>Thread safety: one thread.
 */
final class PageAccounting {
    private final Problems problems;
    private final FreeMap unclaimed = new FreeMap();
    private final long filePages;
    private long claimed;

    PageAccounting(long filePages, Problems problems) {
        this.filePages = filePages;
        this.problems = problems;
        unclaimed.extend(filePages);
        unclaimed.release(0, filePages);
    }

    long filePages() {
        return filePages;
    }

    /** {@return pages claimed so far} */
    long claimed() {
        return claimed;
    }

    /**
     * {@return whether the pages lie in the file and nobody had claimed any; if not, it is told}
     */
    boolean claim(long page, long count, Path path) {
        if (page < 0 || count <= 0 || page >= filePages || count > filePages - page) {
            problems.add(path, extent(page, count) + " outside the file of " + filePages);
            return false;
        }
        long at = page;
        while (at < page + count && unclaimed.isFree(at)) {
            at++;
        }
        if (at < page + count) {
            problems.add(path, "page " + at + " has an owner already");
            return false;
        }
        unclaimed.take(page, count);
        claimed += count;
        return true;
    }

    /** Claims what is free and what is pending. */
    void claimSpace(FreeMap free, PendingFrees pending) {
        Path path = Path.of("free pages");
        for (long page = free.nextFree(0); page >= 0; ) {
            long end = free.nextUsed(page);
            claimAvailable(page, end, path);
            page = free.nextFree(end);
        }
        Path pendingPath = Path.of("pending pages");
        pending.forEach((page, count, _, _) -> claimAvailable(page, page + count, pendingPath));
    }

    /** Claims an extent, and what can be claimed of it where something cannot. */
    private void claimAvailable(long from, long to, Path path) {
        if (claim(from, to - from, path)) {
            return;
        }
        for (long page = Math.max(0, from); page < Math.min(to, filePages); page++) {
            if (unclaimed.isFree(page)) {
                unclaimed.take(page, 1);
            }
        }
    }

    /** Tells what nobody has claimed. */
    void reportLeaks() {
        for (long page = unclaimed.nextFree(0); page >= 0; ) {
            long end = unclaimed.nextUsed(page);
            problems.add(Path.of("leaked pages"), extent(page, end - page) + " have no owner");
            page = unclaimed.nextFree(end);
        }
    }

    private static String extent(long page, long count) {
        return count == 1 ? "page " + page : count + " pages from " + page;
    }
}
