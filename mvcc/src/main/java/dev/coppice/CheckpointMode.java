package dev.coppice;

/**
 * What a checkpoint waits for, and what it leaves behind. Each does what those before it do.
 *
 * <p>The names are SQLite's, and so is what they wait for, as far as that makes sense without a
 * second file: docs/checkpoint.md.
 */
public enum CheckpointMode {
    /**
     * Waits for nobody and holds no writer up: the newest commit goes to the medium, and unless a
     * write transaction is open it is what recovery starts from, so that the log is empty.
     */
    PASSIVE,

    /** Waits for the open write transaction, and until nobody reads an older commit. */
    FULL,

    /**
     * Waits also until nobody reads the newest commit who began to while it was in the log. Then
     * all superseded pages are free, and the next commits take the lowest.
     */
    RESTART,

    /** Cuts also the free tail off the file, unless another process has the store open. */
    TRUNCATE
}
