package dev.coppice.testkit.op;

import dev.coppice.SyncLevel;

/**
 * One step. Keys and values go by number, see {@link Keys}; of several things that are open the
 * step takes the one with its number, modulo how many there are.
 */
public sealed interface Op {
    /** Steps of a transaction: one begins with the first of them, or with {@link Begin}. */
    sealed interface Change extends Op {}

    record Begin(SyncLevel level) implements Op {}

    record Put(String family, int key, int value) implements Change {}

    /** Puts {@code count} neighbours, so that trees become higher. */
    record Fill(String family, int first, int count, int value) implements Change {}

    record Delete(String family, int key) implements Change {}

    /** Deletes from the lower key to below the higher one; -1 is no bound. */
    record DeleteRange(String family, int from, int to) implements Change {}

    record CreateFamily(String family) implements Change {}

    record DropFamily(String family) implements Change {}

    record TakeSavepoint() implements Change {}

    record RollBackTo(int savepoint) implements Change {}

    record ReleaseSavepoint(int savepoint) implements Change {}

    record Commit() implements Op {}

    record Abort() implements Op {}

    record Hold() implements Op {}

    record Compare(int snapshot) implements Op {}

    record LetGo(int snapshot) implements Op {}

    /** Opens a cursor in the transaction, or in a snapshot where none runs. */
    record OpenCursor(int snapshot, String family) implements Op {}

    record MoveCursor(int cursor, Move move, int key) implements Op {}

    record CloseCursor(int cursor) implements Op {}

    record Checkpoint() implements Op {}

    record Reopen() implements Op {}

    record Kill() implements Op {}

    record LosePower(int seed) implements Op {}

    /** Compares the newest commit with the model and accounts for every page. */
    record Check() implements Op {}

    /** Ways to move a cursor. */
    enum Move {
        FIRST,
        LAST,
        NEXT,
        PREVIOUS,
        SEEK,
        SEEK_FLOOR
    }
}
