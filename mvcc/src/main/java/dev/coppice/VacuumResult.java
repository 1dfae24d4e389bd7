package dev.coppice;

import java.util.List;

/**
 * What {@link Store#vacuum} has done.
 *
 * @param writtenPages pages that were written: those that moved, those that were put together, and
 *     the branches above
 * @param cutBytes by how much the file is shorter than before; negative where others made it longer
 * @param fileBytes its size
 * @param rest what keeps it from being shorter still
 * @param heldBy the snapshots and readers, of all processes, that see an older commit than the
 *     newest one
 * @param names the named snapshots: what they see does not move either
 */
public record VacuumResult(
        long writtenPages,
        long cutBytes,
        long fileBytes,
        Rest rest,
        List<OpenReader> heldBy,
        List<String> names) {
    /** What keeps a file long. */
    public enum Rest {
        /** Nothing. */
        NOTHING,

        /** So many pages were to be moved and no more: call it again. */
        BUDGET,

        /** Named snapshots, or those and readers of older commits, keep pages from being free. */
        SNAPSHOTS,

        /**
         * Other processes have the file mapped; what is free at its end is cut when they close it.
         */
        PROCESSES,

        /** A write transaction or a checkpoint went on for longer than the busy timeout. */
        BUSY,

        /** A large value at the end has no place before it that is long enough. */
        ROOM
    }
}
