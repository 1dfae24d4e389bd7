package dev.coppice;

import dev.coppice.error.StoreException;
import java.util.List;

/**
 * Learns what happens to a store in the background. Every method does nothing by default.
 *
 * <p>Called by the store's maintenance thread, in {@link Store#doWork}, and at the end of {@link
 * Store#close} by the thread that closes; one call at a time, never after {@code close} has
 * returned, and never while the store holds a lock or a role, so that a listener may use the store.
 * While it runs, nothing else is done in the background: hand long work to a thread of your own.
 * What it throws is logged as a warning and has no other effect. It must not wait for the thread
 * that closes the store, which waits for it.
 */
public interface StoreListener {
    /** Does nothing. */
    StoreListener NONE =
            new StoreListener() {
                @Override
                public String toString() {
                    return "NONE";
                }
            };

    /**
     * A flush failed, in a commit or in a checkpoint: the store takes no more changes until it is
     * closed and opened again. Once for each store.
     */
    default void flushFailed(StoreException failure) {}

    /**
     * The file has grown.
     *
     * @param fileBytes its size
     */
    default void grew(long fileBytes) {}

    /**
     * Commits up to {@code txn} are on the medium. Commits between two calls are covered by the
     * later one.
     *
     * @param txn as {@link Store#durableTxn} says
     */
    default void durable(long txn) {}

    /**
     * A checkpoint has completed, whoever asked for it. Checkpoints between two calls are covered
     * by the later one.
     *
     * @param txn commits up to this one are covered, as {@link StoreStats#checkpointTxn} says
     * @param logFrames pages that were committed since, as {@link StoreStats#logFrames} says
     */
    default void checkpointed(long txn, long logFrames) {}

    /**
     * A snapshot or a reader is beyond a bound of the {@link SnapshotPolicy}, which does not evict.
     * Once for each snapshot, and for each refresh of a reader.
     */
    default void stalled(SnapshotInfo snapshot) {}

    /**
     * Entries that had expired were removed, and the transaction is committed. Those that are
     * overwritten or deleted after they have expired are not told.
     *
     * @param keys in ascending order
     * @param txn the transaction
     */
    default void expired(ColumnFamily family, List<byte[]> keys, long txn) {}

    /** The {@link SnapshotPolicy} has closed a snapshot, or parked a reader. */
    default void evicted(SnapshotInfo snapshot) {}
}
