package dev.coppice.stats;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A snapshot or reader beyond the bounds of the policy. Thread safety: one thread. */
@Name("dev.coppice.SnapshotStall")
@Label("Snapshot Stall")
@Category("Coppice")
@Description("A snapshot or reader is older, or keeps more, than the snapshot policy allows")
@StackTrace(false)
public final class SnapshotStallEvent extends Event {
    @Label("Store")
    String store = "";

    @Label("Transaction")
    @Description("Id of the newest transaction that it sees")
    long txn;

    @Label("Age")
    @Timespan(Timespan.MILLISECONDS)
    long age;

    @Label("Pinned")
    @DataAmount
    long pinnedBytes;

    @Label("Opened By")
    @Description("Name of the thread that opened it")
    String openedBy = "";

    @Label("Evicted")
    boolean evicted;

    /** Tells of one. */
    public static void tell(
            String store,
            long txn,
            long ageMillis,
            long pinnedBytes,
            String openedBy,
            boolean isEvicted) {
        SnapshotStallEvent event = new SnapshotStallEvent();
        event.store = store;
        event.txn = txn;
        event.age = ageMillis;
        event.pinnedBytes = pinnedBytes;
        event.openedBy = openedBy;
        event.evicted = isEvicted;
        event.commit();
    }
}
