package dev.coppice;

import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.error.BusyException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Removes expired entries in the background, a step at a time, as an {@link ExpirySweep} says.
 *
 * <p>Thread safety: one thread at a time, but for {@link #waitNanos}.
 */
final class Sweep {
    /** How often a step asks for the time. */
    private static final int PAGES_PER_LOOK = 64;

    private static final int PAUSE_PER_STEP = 4;

    private final Store store;
    private final Writer writer;
    private final ExpirySweep budget;

    // Where it stands: what lies before it is done, of the families and of the keys of one.
    private final ExpiryScan scan = new ExpiryScan();
    private List<ColumnFamily> families = List.of();
    private int at;
    private volatile long due = System.nanoTime();

    /** Creates a sweep that begins with the first key of the first family. */
    Sweep(Writer writer, ExpirySweep budget) {
        this.store = writer.store;
        this.writer = writer;
        this.budget = budget;
    }

    /** {@return how long until there is something to do} */
    long waitNanos() {
        return budget.isOn() ? Math.max(0, due - System.nanoTime()) : Long.MAX_VALUE;
    }

    /** Does the next step if it is time; returns whether it removed anything. */
    boolean work() {
        if (waitNanos() > 0 || store.isWriting()) {
            return false;
        }
        long started = System.nanoTime();
        due = started + TimeUnit.MILLISECONDS.toNanos(budget.intervalMillis());
        long until = started + TimeUnit.MILLISECONDS.toNanos(budget.maxMillis());
        boolean hasRemoved = findWork(until) && remove(until);
        if (at < families.size()) {
            long ended = System.nanoTime();
            due = ended + PAUSE_PER_STEP * (ended - started);
        }
        return hasRemoved;
    }

    /** Goes to before something to remove; false where there is nothing, or the time is over. */
    private boolean findWork(long until) {
        try (Snapshot snapshot = store.quietSnapshot()) {
            if (at >= families.size()) {
                families = snapshot.families();
                at = 0;
                scan.restart();
            }
            List<ColumnFamily> present = snapshot.families();
            for (; at < families.size(); nextFamily()) {
                while (present.contains(families.get(at)) && !scan.isDone()) {
                    if (snapshot.findExpired(families.get(at), scan, PAGES_PER_LOOK)) {
                        return true;
                    }
                    if (System.nanoTime() - until >= 0) {
                        return false;
                    }
                }
            }
            return false;
        }
    }

    private void nextFamily() {
        at++;
        scan.restart();
    }

    private boolean remove(long until) {
        try {
            writer.begin(0);
        } catch (BusyException e) {
            // Whoever writes comes first; the place is kept for the next step.
            return false;
        }
        try {
            long removed = 0;
            if (!writer.families().contains(families.get(at))) {
                nextFamily();
                return false;
            }
            do {
                long most = budget.maxEntries() - removed;
                removed += writer.purge(families.get(at), scan, most, PAGES_PER_LOOK);
            } while (removed < budget.maxEntries()
                    && !scan.isDone()
                    && System.nanoTime() - until < 0);
            writer.commit();
            return removed > 0;
        } finally {
            if (writer.isOwned()) {
                writer.rollback();
            }
        }
    }
}
