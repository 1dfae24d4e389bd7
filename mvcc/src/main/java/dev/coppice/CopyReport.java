package dev.coppice;

/**
 * What {@link Store#copyTo} made.
 *
 * @param txn id of the commit that was copied
 * @param commitMillis wall clock of that commit, milliseconds since 1970
 * @param families column families copied, the default one included
 * @param entries entries copied, in all column families
 * @param bytes size of the new file
 */
public record CopyReport(long txn, long commitMillis, int families, long entries, long bytes) {}
