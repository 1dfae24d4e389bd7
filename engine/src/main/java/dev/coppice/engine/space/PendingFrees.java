package dev.coppice.engine.space;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

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
    private final TreeMap<Long, ExtentList> pinnedBy = new TreeMap<>();
    private ExtentList fresh = new ExtentList();
    private ExtentList spare = new ExtentList();
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

    /** Adds superseded pages whose death is published. */
    public void add(long page, long count, long birth, long death) {
        assert birth < death : birth + " " + death;
        fresh.add(page, count, birth, death);
        pages += count;
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
        Map.Entry<Long, ExtentList> bucket = pinnedBy.isEmpty() ? null : pinnedBy.firstEntry();
        while (bucket != null) {
            long root = bucket.getKey();
            if (Arrays.binarySearch(roots, 0, count, root) < 0) {
                pinnedBy.remove(root);
                refile(bucket.getValue(), roots, count, sink);
            }
            bucket = pinnedBy.higherEntry(root);
        }
    }

    private void refile(ExtentList extents, long[] roots, int count, Sink sink) {
        for (int i = 0; i < extents.size(); i++) {
            long birth = extents.birth(i);
            long death = extents.death(i);
            int at = Arrays.binarySearch(roots, 0, count, birth);
            at = at < 0 ? -1 - at : at;
            if (at < count && roots[at] < death) {
                pinnedBy.computeIfAbsent(roots[at], r -> new ExtentList())
                        .add(extents.page(i), extents.count(i), birth, death);
            } else {
                pages -= extents.count(i);
                sink.free(extents.page(i), extents.count(i), birth);
            }
        }
    }

    /** Shows everything that is pending. */
    public void forEach(Visitor visitor) {
        visit(fresh, visitor);
        pinnedBy.values().forEach(extents -> visit(extents, visitor));
    }

    /** {@return a copy that later changes do not touch} */
    public PendingFrees copy() {
        PendingFrees copy = new PendingFrees();
        forEach(copy::add);
        return copy;
    }

    /** {@return how many extents {@link #forEach} shows} */
    public long extents() {
        long sum = fresh.size();
        for (ExtentList extents : pinnedBy.values()) {
            sum += extents.size();
        }
        return sum;
    }

    /** {@return pages that root {@code id} keeps from being free, at least} */
    public long pagesPinnedBy(long id) {
        ExtentList extents = pinnedBy.get(id);
        return extents == null ? 0 : extents.pages();
    }

    private static void visit(ExtentList extents, Visitor visitor) {
        for (int i = 0; i < extents.size(); i++) {
            visitor.pending(extents.page(i), extents.count(i), extents.birth(i), extents.death(i));
        }
    }
}
