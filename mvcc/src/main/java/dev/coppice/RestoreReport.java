package dev.coppice;

/**
 * What {@link Store#restore} did.
 *
 * @param fromTxn id, in the store that was copied, of the snapshot that this one was a copy of
 * @param toTxn id of the one that it is a copy of now
 * @param increments files that were applied
 * @param changes entries and column families that were changed
 */
public record RestoreReport(long fromTxn, long toTxn, int increments, long changes) {}
