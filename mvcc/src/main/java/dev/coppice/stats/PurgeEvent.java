package dev.coppice.stats;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One step of a purge. Thread safety: one thread. */
@Name("dev.coppice.Purge")
@Label("Purge")
@Category("Coppice")
@Description("A transaction removed entries that had expired")
@StackTrace(false)
public final class PurgeEvent extends Event {
    @Label("Store")
    String store = "";

    @Label("Family")
    String family = "";

    @Label("Entries")
    @Description("How many entries were removed")
    long entries;

    /** {@return an event that has begun} */
    public static PurgeEvent start() {
        PurgeEvent event = new PurgeEvent();
        event.begin();
        return event;
    }

    /** The step has ended. */
    public void finish(String newStore, String newFamily, long newEntries) {
        end();
        store = newStore;
        family = newFamily;
        entries = newEntries;
        commit();
    }
}
