package dev.coppice.engine.check;

/** Follows a check, and keeps it from taking more of the machine than it may. */
@FunctionalInterface
public interface Progress {
    /** Takes no notice. */
    Progress NONE = (_, _) -> {};

    /**
     * Called after every page or checked piece of an overflow run. May wait, so that pages are read
     * at a bounded rate, and may throw to end the check.
     *
     * @param done pages that were read
     * @param total pages in use as far as is known; the walk may end before
     */
    void pages(long done, long total);
}
