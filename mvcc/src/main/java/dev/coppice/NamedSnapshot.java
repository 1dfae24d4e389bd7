package dev.coppice;

/**
 * A state of the store that has a name, and stays until the name is dropped.
 *
 * @param txn id of the newest transaction in it; where it was taken in the middle of one, of that
 * @param commitMillis wall clock of that commit, milliseconds since 1970
 * @param retainedMillis wall clock when it got its name
 * @param entries in all column families
 * @param keptBytes bytes of superseded pages that it alone keeps from being used again, or it and
 *     newer ones, as the process that writes found when it last looked; 0 in any other process
 */
public record NamedSnapshot(
        String name,
        long txn,
        long commitMillis,
        long retainedMillis,
        long entries,
        long keptBytes) {}
