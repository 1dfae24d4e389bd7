package dev.coppice.testkit;

/** What a power loss leaves of the live file, which nobody ever flushes. */
public enum LiveFate {
    /** The file has no chunk. */
    ABSENT,
    /** The file has its length and holds zeros. */
    ZEROS,
    /** The kernel had written all of it back: it looks as alive as before, in another boot. */
    KEPT
}
