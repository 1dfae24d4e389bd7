/**
 * Checkpoint modes beside those of SQLite: the same scripts done to both, and what differs.
 *
 * <p>May import {@code run}. One thread, but for those that the subjects start and end themselves.
 */
package dev.coppice.fuzz.checkpoint;
