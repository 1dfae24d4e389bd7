package dev.coppice.perf.commitpath;

import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Which page holds which node of a four-level copy-on-write tree. Each commit moves one leaf and
 * its three ancestors to new pages. Superseded pages born in the running generation are loose and
 * reused at once, others wait for the checkpoint. Thread safety: writer only; {@link #queue} is the
 * way in from the maintenance thread.
 */
final class TreeModel {
    static final int LEVELS = 4;
    private static final int FAN_OUT = 128;

    final ConcurrentLinkedQueue<Grant> queue = new ConcurrentLinkedQueue<>();
    final long[] oldPages = new long[LEVELS];
    final long[] newPages = new long[LEVELS];

    private final int leafCount;
    private final boolean usesRuns;
    private final int[] levelStart = new int[LEVELS];
    private final int[] nodes = new int[LEVELS];
    private final int[] pageOf;
    private final int[] bornIn;
    private Grant grant = new Grant(new int[0]);
    private Capture running = new Capture();
    private int generation = 1;

    TreeModel(int leafCount, int firstPage, boolean usesRuns) {
        this.leafCount = leafCount;
        this.usesRuns = usesRuns;
        int count = leafCount;
        int total = 0;
        for (int level = 0; level < LEVELS; level++) {
            levelStart[level] = total;
            total += count;
            count = level == LEVELS - 2 ? 1 : (count + FAN_OUT - 1) / FAN_OUT;
        }
        pageOf = new int[total];
        bornIn = new int[total];
        Arrays.setAll(pageOf, node -> firstPage + node);
    }

    int leafCount() {
        return leafCount;
    }

    int nodeCount() {
        return pageOf.length;
    }

    /** {@return whether one more commit can be planned without waiting for a grant} */
    boolean hasRoom() {
        int left = grant.pages.length - grant.next + (usesRuns ? LEVELS : running.loose.size);
        return left > LEVELS || !queue.isEmpty();
    }

    /**
     * Sets {@link #oldPages} and {@link #newPages}, leaf first.
     *
     * <p>Requires: {@link #hasRoom}.
     */
    void plan(int leaf) {
        int index = leaf;
        int run = usesRuns ? takeGranted() : 0;
        for (int level = 0; level < LEVELS; level++) {
            int node = level == LEVELS - 1 ? levelStart[level] : levelStart[level] + index;
            nodes[level] = node;
            oldPages[level] = pageOf[node];
            newPages[level] = usesRuns ? run + level : takePage();
            index /= FAN_OUT;
        }
    }

    /** Makes the planned pages current and the old ones reusable. */
    void apply() {
        for (int level = 0; level < LEVELS; level++) {
            int node = nodes[level];
            int superseded = pageOf[node];
            if (bornIn[node] == generation) {
                running.loose.add(superseded);
            } else {
                running.pending.add(superseded);
            }
            pageOf[node] = (int) newPages[level];
            bornIn[node] = generation;
        }
    }

    /** Starts a new generation on {@code fresh} and returns what the old one did. */
    Capture capture(Capture fresh) {
        Capture captured = running;
        if (grant.pages.length > 0) {
            captured.grants.add(grant);
        }
        grant = new Grant(new int[0]);
        running = fresh;
        generation++;
        return captured;
    }

    private int takePage() {
        Capture.PageList loose = running.loose;
        if (loose.size > 0) {
            return loose.pages[--loose.size];
        }
        return takeGranted();
    }

    private int takeGranted() {
        if (grant.isUsedUp()) {
            nextGrant();
        }
        int page = grant.pages[grant.next++];
        for (int offset = 0; offset < (usesRuns ? SpacePool.RUN_PAGES : 1); offset++) {
            running.stored.add(page + offset);
        }
        return page;
    }

    private void nextGrant() {
        if (grant.pages.length > 0) {
            running.grants.add(grant);
        }
        grant = queue.remove();
    }
}
