package dev.coppice.fuzz.checkpoint;

import dev.coppice.CheckpointResult;

/**
 * How a checkpoint has ended, in words that both systems have.
 *
 * @param code what it said
 * @param isCounted whether it told any frames; the other two mean nothing if not
 * @param isAll whether all frames of the log are checkpointed
 * @param hasFrames whether there were any
 */
record Answer(Code code, boolean isCounted, boolean isAll, boolean hasFrames) {
    /** Result codes. */
    enum Code {
        OK,
        BUSY,
        LOCKED
    }

    static Answer of(CheckpointResult result) {
        return counted(result.busy(), result.logFrames(), result.checkpointedFrames());
    }

    static Answer counted(boolean isBusy, long log, long checkpointed) {
        return new Answer(isBusy ? Code.BUSY : Code.OK, true, log == checkpointed, log > 0);
    }

    static Answer locked() {
        return new Answer(Code.LOCKED, false, false, false);
    }
}
