package dev.coppice.engine.space;

import dev.coppice.error.CorruptStoreException;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Superseded pages that a root may still need, by interval: a page [birth, death) is free as soon
 * as no root r that must survive has birth &lt;= r &lt; death. A snapshot held for an hour keeps
 * the pages that it can see and no others.
 *
 * <p>Thread safety: one thread.
 */
public final class PendingFrees {
    /*
     * New deaths go to a list of their own, which every scan looks through. Those that some root
     * still needs are filed under the oldest such root and are not looked at again until that root
     * has left the set: so each scan costs what is new, not what is pinned.
     */
    private static final int MAX_EMPTY = 8;

    /** The roots that lists are filed under, ascending, and their lists. */
    private long[] pins = new long[8];

    private ExtentList[] pinnedBy = new ExtentList[8];

    /** Pages in each of those lists, side by side. */
    private long[] pinnedPages = new long[8];

    private int pinCount;

    /** Lists to use again: new ones would be made for as long as transactions commit. */
    private final ArrayDeque<ExtentList> empty = new ArrayDeque<>();

    private ExtentList fresh = new ExtentList();
    private ExtentList spare = new ExtentList();
    private final PinnedPages pinned = new PinnedPages();
    private ExtentList images = new ExtentList();
    private long pages;

    /** Receives the pages that became free. */
    @FunctionalInterface
    public interface Sink {
        void free(long page, long count, long birth);
    }

    /** Receives what is pending. */
    @FunctionalInterface
    public interface Visitor {
        void pending(long page, long count, long birth, long death);
    }

    /**
     * Adds superseded pages whose death is published.
     *
     * @throws CorruptStoreException when they were not born before that
     */
    public void add(long page, long count, long birth, long death) {
        if (birth >= death) {
            throw new CorruptStoreException(page, "birth", "below " + death, birth);
        }
        fresh.add(page, count, birth, death);
        pages += count;
    }

    /**
     * Adds a free-space image that is not that of the base any more. No root reaches it; a check
     * that pinned one of the roots [birth, death] may be reading it.
     */
    public void addImage(long page, long count, long birth, long death) {
        images.add(page, count, birth, death);
        pages += count;
    }

    /** Frees the images that belong to no root that readers have pinned. */
    public void reclaimImages(long[] pins, int count, Sink sink) {
        if (images.size() == 0) {
            return;
        }
        ExtentList kept = new ExtentList();
        for (int i = 0; i < images.size(); i++) {
            long birth = images.birth(i);
            long death = images.death(i);
            if (Arrays.stream(pins, 0, count).anyMatch(pin -> pin >= birth && pin <= death)) {
                kept.add(images.page(i), images.count(i), birth, death);
            } else {
                pages -= images.count(i);
                sink.free(images.page(i), images.count(i), birth);
            }
        }
        images = kept;
    }

    /** {@return pending pages} */
    public long pages() {
        return pages;
    }

    /** {@return pages added since the last {@link #reclaim}} */
    public long freshPages() {
        return fresh.pages();
    }

    /**
     * Frees what no root needs any more.
     *
     * @param roots ids of the roots that must survive, ascending
     * @param count how many there are
     */
    public void reclaim(long[] roots, int count, Sink sink) {
        if (fresh.size() > 0) {
            ExtentList news = fresh;
            fresh = spare;
            refile(news, roots, count, sink);
            news.clear();
            spare = news;
        }
        int at = 0;
        int root = 0;
        while (at < pinCount) {
            long pin = pins[at];
            while (root < count && roots[root] < pin) {
                root++;
            }
            if (root == count || roots[root] != pin) {
                ExtentList extents = removePin(at);
                refile(extents, roots, count, sink);
                recycle(extents);
                at = indexOf(pin);
            } else {
                at++;
            }
        }
        pinned.publish(pins, pinnedPages, pinCount);
    }

    /** {@return what each root keeps, as of the last {@link #reclaim}; for any thread} */
    public PinnedPages pinned() {
        return pinned;
    }

    private void refile(ExtentList extents, long[] roots, int count, Sink sink) {
        for (int i = 0; i < extents.size(); i++) {
            long birth = extents.birth(i);
            long death = extents.death(i);
            int at = firstFrom(roots, count, birth);
            if (at < count && roots[at] < death) {
                file(roots[at], extents.page(i), extents.count(i), birth, death);
            } else {
                pages -= extents.count(i);
                sink.free(extents.page(i), extents.count(i), birth);
            }
        }
    }

    /**
     * {@return the index of the first root that is not below {@code birth}} Most pages die young,
     * so it is looked for from the end.
     */
    private static int firstFrom(long[] roots, int count, long birth) {
        int step = 1;
        int high = count;
        while (high >= step && roots[high - step] >= birth) {
            high -= step;
            step <<= 1;
        }
        int found = Arrays.binarySearch(roots, Math.max(0, high - step), high, birth);
        return found < 0 ? -1 - found : found;
    }

    /** {@return the index of a root among the pins, or of the first one above it} */
    private int indexOf(long root) {
        int found = Arrays.binarySearch(pins, 0, pinCount, root);
        return found < 0 ? -1 - found : found;
    }

    private void file(long root, long page, long count, long birth, long death) {
        int at = indexOf(root);
        if (at == pinCount || pins[at] != root) {
            insertPin(at, root);
        }
        pinnedBy[at].add(page, count, birth, death);
        pinnedPages[at] += count;
    }

    private void insertPin(int at, long root) {
        if (pinCount == pins.length) {
            pins = Arrays.copyOf(pins, pinCount * 2);
            pinnedBy = Arrays.copyOf(pinnedBy, pinCount * 2);
            pinnedPages = Arrays.copyOf(pinnedPages, pinCount * 2);
        }
        ExtentList extents = empty.isEmpty() ? new ExtentList() : empty.pop();
        System.arraycopy(pins, at, pins, at + 1, pinCount - at);
        System.arraycopy(pinnedBy, at, pinnedBy, at + 1, pinCount - at);
        System.arraycopy(pinnedPages, at, pinnedPages, at + 1, pinCount - at);
        pinCount++;
        pins[at] = root;
        pinnedBy[at] = extents;
        pinnedPages[at] = 0;
    }

    private ExtentList removePin(int at) {
        ExtentList removed = pinnedBy[at];
        pinCount--;
        System.arraycopy(pins, at + 1, pins, at, pinCount - at);
        System.arraycopy(pinnedBy, at + 1, pinnedBy, at, pinCount - at);
        System.arraycopy(pinnedPages, at + 1, pinnedPages, at, pinCount - at);
        pinnedBy[pinCount] = null;
        return removed;
    }

    private void recycle(ExtentList extents) {
        if (empty.size() < MAX_EMPTY) {
            extents.clear();
            empty.push(extents);
        }
    }

    /** Shows everything that is pending. */
    public void forEach(Visitor visitor) {
        visit(fresh, visitor);
        for (int i = 0; i < images.size(); i++) {
            // No root sees them: an interval without any.
            long death = images.death(i);
            visitor.pending(images.page(i), images.count(i), death, death);
        }
        for (int i = 0; i < pinCount; i++) {
            visit(pinnedBy[i], visitor);
        }
    }

    /** Forgets everything. */
    public void reset() {
        fresh.clear();
        images = new ExtentList();
        while (pinCount > 0) {
            recycle(removePin(pinCount - 1));
        }
        pages = 0;
    }

    /** {@return whether images are pending that {@link #addImage} has added} */
    public boolean hasImages() {
        return images.size() > 0;
    }

    /** Shows the images that {@link #addImage} has added, with their lives. */
    public void forEachImage(Visitor visitor) {
        visit(images, visitor);
    }

    /** Shows what is pending but for images. */
    public void forEachDead(Visitor visitor) {
        visit(fresh, visitor);
        for (int i = 0; i < pinCount; i++) {
            visit(pinnedBy[i], visitor);
        }
    }

    /** {@return a copy that later changes do not touch} */
    public PendingFrees copy() {
        PendingFrees copy = new PendingFrees();
        forEachDead(copy::add);
        forEachImage(copy::addImage);
        return copy;
    }

    /** {@return how many extents {@link #forEach} shows} */
    public long extents() {
        long sum = (long) fresh.size() + images.size();
        for (int i = 0; i < pinCount; i++) {
            sum += pinnedBy[i].size();
        }
        return sum;
    }

    /** {@return pages that root {@code id} keeps from being free, at least} */
    public long pagesPinnedBy(long id) {
        int at = indexOf(id);
        return at < pinCount && pins[at] == id ? pinnedPages[at] : 0;
    }

    private static void visit(ExtentList extents, Visitor visitor) {
        for (int i = 0; i < extents.size(); i++) {
            visitor.pending(extents.page(i), extents.count(i), extents.birth(i), extents.death(i));
        }
    }
}
