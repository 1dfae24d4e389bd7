package dev.coppice;

/**
 * What is known of an open {@link Snapshot}, or of a {@link Reader} that is not parked.
 *
 * @param txn id of the newest transaction that it sees
 * @param openedMillis wall clock when it was opened, or a reader last refreshed; milliseconds since
 *     1970
 * @param ageMillis time since then, at least 0
 * @param pinnedBytes bytes of superseded pages that it alone keeps from being used again, or it and
 *     newer ones; counted when the writer last looked, every 128 pages and at each checkpoint.
 *     Handles that see the same commit share them
 * @param openedBy name of the thread that opened it, empty where that has none
 */
public record SnapshotInfo(
        long txn, long openedMillis, long ageMillis, long pinnedBytes, String openedBy) {}
