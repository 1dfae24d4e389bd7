package dev.coppice;

/**
 * What {@link Store#copySince} made.
 *
 * @param fromTxn id of the snapshot that it begins with
 * @param toTxn id of the snapshot that it leads to
 * @param changes entries and column families that changed
 * @param pageVisits pages that were read to find them, those of large values and long keys aside
 * @param bytes size of the file
 */
public record IncrementReport(
        long fromTxn, long toTxn, long changes, long pageVisits, long bytes) {}
