package dev.coppice;

/**
 * Figures of an open store.
 *
 * @param pageBytes size of a page
 * @param fileBytes size of the data file
 * @param freeBytes bytes of it that can be used at once
 * @param pendingBytes bytes of superseded pages that a snapshot or the last checkpoint may need
 * @param pinnedBytes bytes of those that named snapshots, and snapshots and readers of all
 *     processes keep, as the writer found when it last looked
 * @param logBytes bytes that the newest commit reaches and the last checkpoint does not, about
 * @param logFrames pages that the newest commit reaches and no checkpoint has completed for, about;
 *     what {@link CheckpointResult} calls frames
 * @param latestTxn id of the newest commit
 * @param durableTxn id of the newest commit known to be on the medium
 * @param checkpointTxn id of the commit that the last checkpoint covered
 * @param openSnapshots snapshots open in this process
 * @param oldestSnapshotMillis age of the oldest of them, 0 where there is none
 * @param forgottenHandles snapshots and readers found to be garbage without having been closed
 * @param counts what this process has used the store for
 * @param commitLatency how long commits of this process took: those that wait for the medium, and
 *     every seventh of the others
 * @param checkpointLatency how long the checkpoints of this process took, from the capture of the
 *     newest commit on
 */
public record StoreStats(
        int pageBytes,
        long fileBytes,
        long freeBytes,
        long pendingBytes,
        long pinnedBytes,
        long logBytes,
        long logFrames,
        long latestTxn,
        long durableTxn,
        long checkpointTxn,
        int openSnapshots,
        long oldestSnapshotMillis,
        long forgottenHandles,
        StoreCounts counts,
        Latency commitLatency,
        Latency checkpointLatency) {
    /** {@return pages of the data file} */
    public long pages() {
        return fileBytes / pageBytes;
    }

    /** {@return pages that can be used at once} */
    public long freePages() {
        return freeBytes / pageBytes;
    }

    /** {@return superseded pages that a snapshot or the last checkpoint may need} */
    public long pendingPages() {
        return pendingBytes / pageBytes;
    }

    /** {@return those of the pending pages that snapshots and readers keep} */
    public long pinnedPages() {
        return pinnedBytes / pageBytes;
    }
}
