package dev.coppice.stats;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A wait for the write transaction of another thread. Thread safety: one thread. */
@Name("dev.coppice.WriterWait")
@Label("Writer Wait")
@Category("Coppice")
@Description("A thread waited to begin a write transaction, because another one had one open")
@Threshold("10 ms")
public final class WriterWaitEvent extends Event {
    @Label("Store")
    String store = "";

    @Label("Succeeded")
    @Description("Whether it could begin; if not, it was told that the store is busy")
    boolean succeeded;

    /** {@return an event that has begun} */
    public static WriterWaitEvent start() {
        WriterWaitEvent event = new WriterWaitEvent();
        event.begin();
        return event;
    }

    /** The wait has ended. */
    public void finish(String newStore, boolean isDone) {
        end();
        store = newStore;
        succeeded = isDone;
        commit();
    }
}
