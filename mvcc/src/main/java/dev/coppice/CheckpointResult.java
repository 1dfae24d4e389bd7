package dev.coppice;

/**
 * How a checkpoint has ended. The log is what the newest commit reaches and the last checkpoint
 * does not; its frames are pages.
 *
 * @param busy whether it has not come as far as its {@link CheckpointMode} says, because of a
 *     transaction, a reader or another checkpoint
 * @param logFrames pages that were in the log, with those that came while it waited; about, where
 *     others commit meanwhile; 0 after TRUNCATE
 * @param checkpointedFrames those of them that are on the medium now
 */
public record CheckpointResult(boolean busy, long logFrames, long checkpointedFrames) {
    static final CheckpointResult NOTHING = new CheckpointResult(false, 0, 0);
}
