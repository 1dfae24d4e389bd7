package dev.coppice.stats;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A checkpoint. Thread safety: one thread. */
@Name("dev.coppice.Checkpoint")
@Label("Checkpoint")
@Category("Coppice")
@Description("The newest commit was made what recovery starts from, or that failed")
@StackTrace(false)
public final class CheckpointEvent extends Event {
    @Label("Store")
    String store = "";

    @Label("Transaction")
    @Description("Id of the newest transaction that it covers")
    long txn;

    @Label("Pages")
    @Description("Pages that were new since the last one and are on the medium now")
    long pages;

    @Label("Succeeded")
    boolean succeeded;

    /** {@return an event that has begun} */
    public static CheckpointEvent start() {
        CheckpointEvent event = new CheckpointEvent();
        event.begin();
        return event;
    }

    /** The checkpoint has ended. */
    public void finish(String newStore, long newTxn, long newPages, boolean isDone) {
        end();
        store = newStore;
        txn = newTxn;
        pages = newPages;
        succeeded = isDone;
        commit();
    }
}
