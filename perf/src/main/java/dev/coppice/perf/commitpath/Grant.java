package dev.coppice.perf.commitpath;

/**
 * Free pages handed from the maintenance thread to the writer: single pages, or first pages of
 * four-page runs. Thread safety: immutable but for {@code next}, which the current owner advances.
 */
final class Grant {
    final int[] pages;
    int next;

    Grant(int[] pages) {
        this.pages = pages;
    }

    boolean isUsedUp() {
        return next == pages.length;
    }
}
