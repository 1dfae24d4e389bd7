package dev.coppice;

/**
 * How SQLite's journal modes are understood, for programs that come from there. A store has no
 * journal, and the file is the same under both; it may be opened with another one each time.
 */
public enum JournalMode {
    /**
     * Commits are in the log until a checkpoint; what they wait for, the {@link SyncLevel} says.
     */
    WAL,

    /**
     * Every commit is on the medium when it returns, as with {@link SyncLevel#FULL}, whatever level
     * it is made with. There is no log to speak of: {@link Store#checkpoint(CheckpointMode)} does
     * nothing and reports no frames.
     */
    DELETE
}
