package dev.coppice;

/** Follows long work. Called often, by the thread that does the work; may throw to end it. */
@FunctionalInterface
public interface Progress {
    /** Takes no notice. */
    Progress NONE = (_, _) -> {};

    /**
     * Tells how far the work is.
     *
     * @param donePages pages done
     * @param totalPages pages to do, about
     */
    void pages(long donePages, long totalPages);
}
