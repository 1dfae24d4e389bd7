package dev.coppice.stats;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A commit, by default one that took a millisecond or more. Thread safety: one thread. */
@Name("dev.coppice.Commit")
@Label("Commit")
@Category("Coppice")
@Description("A write transaction was committed, or its commit failed")
@Threshold("1 ms")
@StackTrace(false)
public final class CommitEvent extends Event {
    private static final CommitEvent PROBE = new CommitEvent();

    @Label("Store")
    String store = "";

    @Label("Transaction")
    @Description("Id of the transaction, 0 when it failed")
    long txn;

    @Label("Waits for Medium")
    boolean waitsForMedium;

    /** {@return an event that has begun, or null where nobody records} Allocates nothing then. */
    public static @Nullable CommitEvent start() {
        if (!PROBE.isEnabled()) {
            return null;
        }
        CommitEvent event = new CommitEvent();
        event.begin();
        return event;
    }

    /** The commit has ended. */
    public void finish(String newStore, long newTxn, boolean newWaitsForMedium) {
        end();
        if (shouldCommit()) {
            store = newStore;
            txn = newTxn;
            waitsForMedium = newWaitsForMedium;
            commit();
        }
    }
}
