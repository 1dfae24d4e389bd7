package dev.coppice.testkit.op;

import dev.coppice.AtomicOperations;
import dev.coppice.CheckpointMode;
import dev.coppice.SyncLevel;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step. Keys and values go by number, see {@link Keys}; of several things that are open the
 * step takes the one with its number, modulo how many there are.
 */
public sealed interface Op {
    /** So many snapshots are held at most; {@link Hold} is without effect then. */
    int MAX_HELD = 8;

    /** So many states have a name at most. */
    int MAX_NAMES = 4;

    /** The time to live of what does not expire. */
    int FOREVER = -1;

    /** Steps of a transaction: one begins with the first of them, or with {@link Begin}. */
    sealed interface Change extends Op {}

    /** Begins a transaction; one that is open is rolled back. */
    record Begin(SyncLevel level) implements Op {}

    /** Puts an entry, into a family that is created if need be. */
    record Put(String family, int key, int value) implements Change {}

    /** Puts {@code count} neighbours, so that trees become higher. */
    record Fill(String family, int first, int count, int value) implements Change {}

    /** Puts an entry that lives for a time from now on, 0 for none at all. */
    record PutExpiring(String family, int key, int value, int ttlMillis) implements Change {}

    /** Gives an entry another time to live, if there is one; {@link #FOREVER} takes it away. */
    record Touch(String family, int key, int ttlMillis) implements Change {}

    /** Sets how long entries of a family live that are put without saying so, if there is one. */
    record SetTtl(String family, int ttlMillis) implements Change {}

    /**
     * Removes at most so many entries of a family that have expired, those with the lowest keys.
     */
    record Purge(String family, int maxEntries) implements Change {}

    /** Deletes an entry, if there is one. */
    record Delete(String family, int key) implements Change {}

    /**
     * Does one of the {@link AtomicOperations} on an entry, in a family that is created if need be;
     * the value says which.
     */
    record Update(String family, int key, int value) implements Change {
        /**
         * Does it.
         *
         * @param old the value that is there, or null
         * @throws AssertionError when the operation reports something else
         */
        public void apply(AtomicOperations atomic, byte @Nullable [] old) {
            byte[] keyBytes = Keys.key(key);
            byte[] result = result(old);
            switch (value % 5) {
                case 0 ->
                        requireEqual(atomic.putIfAbsent(keyBytes, Keys.value(value)), old == null);
                case 1 -> {
                    byte[] other = old == null ? Keys.value(value) : null;
                    requireEqual(atomic.compareAndSet(keyBytes, other, result), false);
                    requireEqual(atomic.compareAndSet(keyBytes, old, result), true);
                }
                case 2 -> requireEqual(atomic.getAndPut(keyBytes, Keys.value(value)), old);
                case 3 -> requireEqual(atomic.getAndDelete(keyBytes), old);
                default -> requireEqual(atomic.merge(keyBytes, this::merged), result);
            }
        }

        /** {@return what it leaves of a value, null for no entry} */
        public byte @Nullable [] result(byte @Nullable [] old) {
            return switch (value % 5) {
                case 0 -> old == null ? Keys.value(value) : old;
                case 1 -> value % 4 == 0 ? null : Keys.value(value);
                case 2 -> Keys.value(value);
                case 3 -> null;
                default -> merged(old);
            };
        }

        /** {@return whether an entry that is there keeps its deadline} */
        public boolean keepsDeadline() {
            return value % 5 == 0 || value % 5 == 4;
        }

        private byte @Nullable [] merged(byte @Nullable [] old) {
            byte[] other = Keys.value(value);
            if (old == null) {
                return other;
            }
            return old.length > other.length ? null : Arrays.copyOf(old, other.length);
        }

        private static void requireEqual(@Nullable Object found, @Nullable Object expected) {
            if (!Objects.deepEquals(found, expected)) {
                throw new AssertionError("an operation on an entry reports something else");
            }
        }
    }

    /** Deletes from the lower key to below the higher one; -1 is no bound. */
    record DeleteRange(String family, int from, int to) implements Change {
        /** {@return the first key that goes, or null for no bound} */
        public byte @Nullable [] lower() {
            return isSwapped() ? bound(to) : bound(from);
        }

        /** {@return the first key that stays, or null for no bound} */
        public byte @Nullable [] upper() {
            return isSwapped() ? bound(from) : bound(to);
        }

        private static byte @Nullable [] bound(int number) {
            return number < 0 ? null : Keys.key(number);
        }

        private boolean isSwapped() {
            return from >= 0 && to >= 0 && Arrays.compareUnsigned(Keys.key(from), Keys.key(to)) > 0;
        }
    }

    /** Creates a family, unless it exists. */
    record CreateFamily(String family) implements Change {}

    /** Drops a family, if there is one; never the default one. */
    record DropFamily(String family) implements Change {}

    /**
     * Gives the state of the transaction one of a few names, which is taken away from the state
     * that has it.
     */
    record Retain(int number) implements Change {
        /** {@return the name} */
        public String name() {
            return nameOf(number);
        }
    }

    /** Drops a named snapshot, if there is one. */
    record DropSnapshot(int number) implements Change {
        /** {@return the name} */
        public String name() {
            return nameOf(number);
        }
    }

    private static String nameOf(int number) {
        return "name " + number % MAX_NAMES;
    }

    /** Takes a savepoint. */
    record TakeSavepoint() implements Change {}

    /** Returns to a savepoint; those after it are gone. */
    record RollBackTo(int savepoint) implements Change {}

    /** Forgets a savepoint and those after it. */
    record ReleaseSavepoint(int savepoint) implements Change {}

    /** Commits, if a transaction is open. */
    record Commit() implements Op {}

    /** Rolls back, if a transaction is open. */
    record Abort() implements Op {}

    /** Takes a snapshot. */
    record Hold() implements Op {}

    /** Compares a snapshot with the model. */
    record Compare(int snapshot) implements Op {}

    /** Closes a snapshot. */
    record LetGo(int snapshot) implements Op {}

    /** Opens a cursor in the transaction, or in a snapshot where none runs. */
    record OpenCursor(int snapshot, String family) implements Op {}

    /** Moves a cursor; the key is that of a seek. */
    record MoveCursor(int cursor, Move move, int key) implements Op {}

    /** Closes a cursor. */
    record CloseCursor(int cursor) implements Op {}

    /**
     * Makes a checkpoint.
     *
     * @param mode one of the four, which waits for nobody; or null for {@link
     *     dev.coppice.Store#checkpoint()}
     */
    record Checkpoint(@Nullable CheckpointMode mode) implements Op {
        /** Makes a checkpoint that waits for nobody and is content with what it can do. */
        public Checkpoint() {
            this(null);
        }
    }

    /**
     * Moves pages from the end of the file and cuts it, unless a transaction is open.
     *
     * @param maxPages at most so many pages, 0 for all that there is to do; with snapshots that are
     *     not a second old by the store's clock, that waits for them
     */
    record Vacuum(int maxPages) implements Op {}

    /** Lets time pass by a {@link dev.coppice.testkit.SimulatedClock}. */
    record PassTime(int millis) implements Op {}

    /**
     * Removes what has expired, each family in a transaction of its own, unless one is open
     * already.
     */
    record Sweep() implements Op {}

    /** Closes the store and opens it again, without the open transaction and snapshots. */
    record Reopen() implements Op {}

    /** Kills the process and opens the store again. */
    record Kill() implements Op {}

    /** Cuts the power and opens the store again; the seed says what that leaves. */
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
