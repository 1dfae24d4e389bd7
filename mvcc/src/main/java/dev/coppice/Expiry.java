package dev.coppice;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageMap;
import java.util.function.LongSupplier;

/**
 * Whether and when an entry expires, or that there is none:
 *
 * {@snippet :
 * switch (reader.expiry(SESSIONS, id)) {
 *     case Expiry.Absent() -> IO.println("no session");
 *     case Expiry.Never() -> IO.println("for ever");
 *     case Expiry.At(long deadline, long remaining) -> IO.println(remaining + " ms");
 * }
 * }
 */
public sealed interface Expiry {
    /** There is no entry, or it has expired. */
    record Absent() implements Expiry {}

    /** The entry does not expire. */
    record Never() implements Expiry {}

    /**
     * The entry expires.
     *
     * @param deadlineMillis the first millisecond since 1970 at which it is not there any more
     * @param remainingMillis from the moment of the question up to that, at least 1
     */
    record At(long deadlineMillis, long remainingMillis) implements Expiry {}

    /** {@return whether there is an entry} */
    default boolean isPresent() {
        return !(this instanceof Absent);
    }

    /** {@return when the entry of a key expires} */
    static Expiry of(PageMap pages, TreeRoot tree, byte[] key, int keyBytes, LongSupplier clock) {
        long found = TreeReader.find(pages, tree, key, keyBytes);
        if (found == TreeReader.ABSENT) {
            return new Absent();
        }
        return tree.mayExpire() ? of(TreeReader.deadline(pages, found), clock) : new Never();
    }

    /** {@return what a deadline of the engine says now} */
    static Expiry of(long deadline, LongSupplier clock) {
        if (deadline == LeafPage.NO_DEADLINE) {
            return new Never();
        }
        long now = clock.getAsLong();
        if (now >= deadline) {
            return new Absent();
        }
        long remaining = deadline - now;
        return new At(deadline, remaining < 0 ? Long.MAX_VALUE : remaining);
    }
}
