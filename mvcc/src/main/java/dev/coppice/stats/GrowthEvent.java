package dev.coppice.stats;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Growth of the data file. Thread safety: one thread. */
@Name("dev.coppice.Growth")
@Label("Growth")
@Category("Coppice")
@Description("The data file was made longer, or that failed")
@StackTrace(false)
public final class GrowthEvent extends Event {
    @Label("Store")
    String store = "";

    @Label("Size Before")
    @DataAmount
    long bytesBefore;

    @Label("Size After")
    @DataAmount
    long bytesAfter;

    @Label("Succeeded")
    boolean succeeded;

    /** {@return an event that has begun} */
    public static GrowthEvent start() {
        GrowthEvent event = new GrowthEvent();
        event.begin();
        return event;
    }

    /** The growth has ended. */
    public void finish(String newStore, long before, long after, boolean isDone) {
        end();
        store = newStore;
        bytesBefore = before;
        bytesAfter = after;
        succeeded = isDone;
        commit();
    }
}
