package dev.coppice.cli.demo;

import java.util.ArrayDeque;

/**
 * Which commits are still in the store, oldest first, and which are to go. Thread safety: the
 * writer.
 */
final class Retention {
    private static final int STEPS = 16;

    /** A commit in the store. */
    record Live(long commit, long entries, long lastNanos) {}

    private final long maxEntries;
    private final ArrayDeque<Live> commits = new ArrayDeque<>();
    private long entries;

    Retention(long maxEntries) {
        this.maxEntries = maxEntries;
    }

    void add(Live commit) {
        commits.add(commit);
        entries += commit.entries();
    }

    /** {@return the last commit to remove, or null where there is nothing to do} */
    Live takeRemovable() {
        if (entries < maxEntries + maxEntries / STEPS) {
            return null;
        }
        Live last = null;
        while (entries > maxEntries && commits.size() > 1) {
            last = commits.poll();
            entries -= last.entries();
        }
        return last;
    }
}
