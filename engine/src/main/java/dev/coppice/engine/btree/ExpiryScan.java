package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Goes through the leaves with deadlines, in the order of their keys, and through no others: the
 * references above say where they are. Between two leaves it keeps a key and no page, so that the
 * tree may change, or be that of a later commit.
 *
 * <p>Thread safety: one thread. Lifetime: what it says about a page, until the next call.
 */
public final class ExpiryScan {
    /*
     * Each page is one descent: to the first flagged child at or behind the place at each branch.
     * Where there is none, the scan goes on behind the branch: at the separator on the right of the
     * way, which is remembered on the way down.
     *
     * A reference may say that entries expire though none below does any more, since deletes and
     * overwrites do not look. A leaf or branch where that shows is one to come to as well: a purge
     * takes such flags away.
     */
    private byte[] place = {};
    private int placeBytes;
    private boolean isDone;

    // The leaf, or the branch flagged for nothing, that it has come to.
    private PageMap pages;
    private MemorySegment segment;
    private long page;
    private int first;

    // The separator behind it: a page and an index, or no page.
    private long fencePage;
    private int fenceIndex;

    /** Receives keys of entries that are removed. */
    @FunctionalInterface
    public interface Keys {
        void key(byte[] key);
    }

    /** Goes back to before the first key. */
    public void restart() {
        placeBytes = 0;
        isDone = false;
    }

    /** Goes to before a key. */
    public void startAt(byte[] key, int keyBytes) {
        reserve(keyBytes);
        System.arraycopy(key, 0, place, 0, keyBytes);
        placeBytes = keyBytes;
        isDone = false;
    }

    /** {@return whether it has gone through the whole tree} */
    public boolean isDone() {
        return isDone;
    }

    /** Goes to the next leaf with deadlines, or page that is flagged for nothing, if any. */
    boolean next(PageMap newPages, TreeRoot root) {
        pages = newPages;
        isDone |= !root.mayExpire();
        while (!isDone) {
            fencePage = 0;
            if (descend(root)) {
                return true;
            }
            pass();
        }
        return false;
    }

    private boolean descend(TreeRoot root) {
        long word = root.word();
        long birth = root.birth();
        int level = -1;
        boolean isCut = placeBytes > 0;
        while (true) {
            long pageId = Reference.pageId(word);
            segment = pages.visit(pageId, birth, level);
            page = pages.position(pageId);
            level = PageHeader.level(segment, page);
            if (level == 0) {
                first = isCut ? indexOf(place, placeBytes) : 0;
                return true;
            }
            int start = isCut ? childForPlace() : 0;
            int child = flagged(start);
            if (child < 0) {
                return PageHeader.count(segment, page) > 0 && flagged(0) < 0;
            }
            if (child < PageHeader.count(segment, page)) {
                fencePage = pageId;
                fenceIndex = child;
            }
            isCut &= child == start;
            long reference = BranchPage.child(segment, page, child);
            word = Reference.word(segment, reference);
            birth = Reference.birth(segment, reference);
            level--;
        }
    }

    private int childForPlace() {
        return BranchPage.childFor(segment, page, pages.pageBytes(), place, placeBytes, pages);
    }

    /** {@return the index in the leaf at which a key stands or would stand} */
    private int indexOf(byte[] key, int keyBytes) {
        int bytes = pages.pageBytes();
        int found = SlottedPage.find(segment, page, bytes, key, keyBytes, pages);
        return found < 0 ? -1 - found : found;
    }

    /** {@return the first child from one on that has deadlines below, or -1} */
    private int flagged(int start) {
        int children = BranchPage.children(segment, page);
        for (int child = start; child < children; child++) {
            long reference = BranchPage.child(segment, page, child);
            if ((Reference.word(segment, reference) & Reference.HAS_EXPIRY) != 0) {
                return child;
            }
        }
        return -1;
    }

    /** {@return the segment of the page it has come to} */
    MemorySegment segment() {
        return segment;
    }

    /** {@return where that page starts} */
    long page() {
        return page;
    }

    boolean isLeaf() {
        return PageHeader.level(segment, page) == 0;
    }

    /** Goes behind the page. Requires: the tree is still as it was. */
    void pass() {
        if (fencePage == 0) {
            isDone = true;
        } else {
            stop(pages.segment(fencePage), pages.position(fencePage), fenceIndex);
        }
    }

    /** Goes to before entry {@code index} of the leaf. */
    void stopAt(int index) {
        stop(segment, page, index);
    }

    private void stop(MemorySegment s, long at, int index) {
        reserve(SlottedPage.keyBytes(s, at, index));
        placeBytes = TreeReader.readKey(pages, s, at, index, place);
    }

    private void reserve(int keyBytes) {
        if (place.length < keyBytes) {
            place = Arrays.copyOf(place, Math.max(keyBytes, 2 * place.length));
        }
    }

    /**
     * Goes to before the next page in which a purge would change something.
     *
     * @param maxPages most leaves to look at
     * @return whether there is one; if not, it has gone through all, or as many as it may
     */
    public boolean findWork(PageMap newPages, TreeRoot root, long now, int maxPages) {
        for (int looked = 0; looked < maxPages && next(newPages, root); looked++) {
            if (!isLeaf() || firstExpired(now) >= 0 || !LeafPage.hasDeadlines(segment, page)) {
                return true;
            }
            pass();
        }
        return false;
    }

    /** {@return the index of the first expired entry of the leaf behind the place, or -1} */
    int firstExpired(long now) {
        return nextExpired(now, first);
    }

    /** {@return the index of the first expired entry of the leaf from one on, or -1} */
    int nextExpired(long now, int from) {
        int count = PageHeader.count(segment, page);
        for (int index = from; index < count; index++) {
            if (isExpired(segment, page, pages.pageBytes(), index, now)) {
                return index;
            }
        }
        return -1;
    }

    static boolean isExpired(MemorySegment s, long page, int pageBytes, int index, long now) {
        long deadline = LeafPage.deadline(s, page, pageBytes, index);
        return deadline != LeafPage.NO_DEADLINE && now >= deadline;
    }

    /**
     * {@return how many entries with keys in [from, to) have expired} Reads the leaves with
     * deadlines.
     *
     * @param from null for the lowest key
     * @param to null for no upper bound
     */
    public static long count(PageMap pages, TreeRoot root, byte[] from, byte[] to, long now) {
        ExpiryScan scan = new ExpiryScan();
        if (from != null) {
            scan.startAt(from, from.length);
        }
        long count = 0;
        boolean isBehind = false;
        while (!isBehind && scan.next(pages, root)) {
            if (scan.isLeaf()) {
                int entries = PageHeader.count(scan.segment, scan.page);
                int limit = to == null ? entries : scan.indexOf(to, to.length);
                isBehind = limit < entries;
                int index = scan.firstExpired(now);
                while (index >= 0 && index < limit) {
                    count++;
                    index = scan.nextExpired(now, index + 1);
                }
            }
            scan.pass();
        }
        return count;
    }
}
