package dev.coppice.testkit;

/** What a {@link SimulatedDisk} was asked to do when it called its hook. */
public enum Step {
    /** The file was created; not known durable yet, so a power loss may take it away whole. */
    CREATE,
    /** The file is longer. */
    GROW,
    /** The file is shorter. */
    TRUNCATE,
    /** Bytes were written by position. */
    WRITE,
    /** Bytes stored through the mapping were announced. */
    STORED,
    /** A flush begins: any part of what is unsynced may be on the medium. */
    SYNC_BEGIN,
    /** A flush has succeeded and is about to return. */
    SYNC_END,
    /** Bytes of the live file were announced. */
    LIVE_STORED
}
