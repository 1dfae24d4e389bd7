package dev.coppice.engine.check;

import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import java.util.Arrays;

/**
 * Who has which page: each is claimed once (invariant F1 of the free space).
 *
 * <p>Thread safety: one thread.
 */
final class PageAccounting {
    private final Problems problems;
    private final FreeMap unclaimed = new FreeMap();

    /** Pages that no named root was found to reach alone; null before those are looked at. */
    private FreeMap unnamed;

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
        FreeMap map = unnamed == null ? unclaimed : unnamed;
        long at = page;
        while (at < page + count && map.isFree(at) && unclaimed.isFree(at)) {
            at++;
        }
        if (at < page + count) {
            if (unnamed == null) {
                problems.add(path, "page " + at + " has an owner already");
            }
            return false;
        }
        map.take(page, count);
        claimed += count;
        return true;
    }

    /**
     * From here on roots are looked at that share pages with the newest one, and with each other:
     * {@link #claim} is false for those and tells nothing. What they do not share is pending.
     */
    void startNamed() {
        unnamed = new FreeMap();
        unnamed.extend(filePages);
        unnamed.release(0, filePages);
    }

    /** Ends what {@link #startNamed} began. */
    FreeMap endNamed() {
        FreeMap seen = unnamed;
        unnamed = null;
        return seen;
    }

    /** {@return whether a root that was looked at before reaches the page, too} */
    boolean isShared(long page) {
        return unnamed != null && !(unclaimed.isFree(page) && unnamed.isFree(page));
    }

    /**
     * Claims what is free and what is pending.
     *
     * @param others all pages but those that only named roots reach, or null where there are none
     * @param names ids of the named roots, ascending
     */
    void claimSpace(FreeMap free, PendingFrees pending, FreeMap others, long[] names) {
        Path path = Path.of("free pages");
        for (long page = free.nextFree(0); page >= 0; ) {
            long end = free.nextUsed(page);
            requireNotNamed(others, page, end, path);
            claimAvailable(page, end, path);
            page = free.nextFree(end);
        }
        Path pendingPath = Path.of("pending pages");
        pending.forEach((page, count, birth, death) -> {
            if (!isSeen(names, birth, death)) {
                requireNotNamed(others, page, page + count, pendingPath);
            }
            claimAvailable(page, page + count, pendingPath);
        });
    }

    private static boolean isSeen(long[] names, long birth, long death) {
        int at = Arrays.binarySearch(names, birth);
        at = at < 0 ? -1 - at : at;
        return at < names.length && names[at] < death;
    }

    private void requireNotNamed(FreeMap others, long from, long to, Path path) {
        if (others != null) {
            long named = others.nextUsed(from);
            if (named < Math.min(to, filePages)) {
                problems.add(path, "page " + named + " is not kept for the name that reaches it");
            }
        }
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
