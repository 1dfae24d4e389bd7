package dev.coppice;

import dev.coppice.stats.Tally;

/**
 * What a store was used for in this process, since it was opened or {@link Store#resetStats} was
 * called. Calls are counted when they have succeeded, in transactions that are rolled back later,
 * too.
 *
 * <p>Threads count for themselves, and the sum is made when it is asked for: what runs at that
 * moment may be in it or not, and a read whose handle another thread closes may be lost.
 *
 * @param puts entries stored, by whatever operation
 * @param gets values found and handed out by {@code get}, {@code multiGet}, {@code map} and {@code
 *     view}; not those that were not there or did not fit, nor what cursors show
 * @param deletes entries removed one by one, by range, or all of a family
 * @param iterations cursors created
 * @param errors operations that ended with a {@link dev.coppice.error.StoreException}
 * @param bytesRead bytes of the values that {@code gets} counts
 * @param bytesWritten bytes of the keys and values that {@code puts} counts
 * @param commits write transactions committed, also those that changed nothing
 * @param checkpoints checkpoints that moved the base, whoever asked for them
 * @param expired reads of a single key that found an entry which had expired
 * @param purged entries removed because they had expired
 */
public record StoreCounts(
        long puts,
        long gets,
        long deletes,
        long iterations,
        long errors,
        long bytesRead,
        long bytesWritten,
        long commits,
        long checkpoints,
        long expired,
        long purged) {
    static StoreCounts of(long[] sums) {
        return new StoreCounts(
                sums[Tally.PUTS],
                sums[Tally.GETS],
                sums[Tally.DELETES],
                sums[Tally.ITERATIONS],
                sums[Tally.ERRORS],
                sums[Tally.BYTES_READ],
                sums[Tally.BYTES_WRITTEN],
                sums[Tally.COMMITS],
                sums[Tally.CHECKPOINTS],
                sums[Tally.EXPIRED],
                sums[Tally.PURGED]);
    }
}
