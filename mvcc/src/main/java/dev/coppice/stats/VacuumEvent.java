package dev.coppice.stats;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A vacuum. Thread safety: one thread. */
@Name("dev.coppice.Vacuum")
@Label("Vacuum")
@Category("Coppice")
@Description("Pages were moved from the end of the data file, and the file was cut")
@StackTrace(false)
public final class VacuumEvent extends Event {
    @Label("Store")
    String store = "";

    @Label("Pages")
    @Description("Pages that were written")
    long pages;

    @Label("Cut")
    @DataAmount
    long cutBytes;

    @Label("Rest")
    @Description("What kept the file from becoming shorter")
    String rest = "";

    /** {@return an event that has begun} */
    public static VacuumEvent start() {
        VacuumEvent event = new VacuumEvent();
        event.begin();
        return event;
    }

    /** The vacuum has ended. */
    public void finish(String newStore, long newPages, long newCutBytes, String newRest) {
        end();
        store = newStore;
        pages = newPages;
        cutBytes = newCutBytes;
        rest = newRest;
        commit();
    }
}
