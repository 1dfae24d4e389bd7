package dev.coppice;

/** Follows long work. Called often, by the thread that does the work; may throw to end it. */
@FunctionalInterface
public interface Progress {
    /** Takes no notice. */
    Progress NONE = (_, _) -> {};

    /**
     * Tells how far the work is.
     *
     * @param done pages done; entries for {@link Store#copyTo}
     * @param total pages or entries to do, about
     */
    void reached(long done, long total);
}
