package dev.coppice.engine.commit;

/**
 * A slot of the reader table that somebody has.
 *
 * @param txn id of the root that it pins, 0 where it is parked
 * @param process row of its process
 * @param openedMillis when it was pinned, milliseconds since 1970, 0 where nobody knows
 */
public record ReaderSlot(long txn, int process, long openedMillis) {}
