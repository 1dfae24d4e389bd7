package dev.coppice.fuzz.crash;

import dev.coppice.error.StoreException;
import dev.coppice.fuzz.memory.Allocations;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.model.History;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Lets each allocation that the engine makes in a script fail, the first time that it is reached
 * and another time; looks at the store behind it as {@link FaultSweep} does. Counts where its
 * classes were loaded so that they tell {@link Allocations}, and does nothing elsewhere.
 *
 * <p>Thread safety: one thread.
 */
public final class AllocationSweep {
    private final Script script;
    private final CrashFigures figures;

    private AllocationSweep(Script script, CrashFigures figures) {
        this.script = script;
        this.figures = figures;
    }

    /**
     * Sweeps over one script. Called by name, from where other classes of these names are.
     *
     * @param name of the script
     * @param first the first place that fails, from 1
     * @param stride only each so manieth place
     * @param counts receives the number of failures, of places and of images that were looked at
     * @return what was wrong
     */
    public static List<String> run(String name, int first, int stride, long[] counts) {
        Script script =
                Scripts.all().stream()
                        .filter(each -> each.toString().equals(name))
                        .findFirst()
                        .orElseThrow();
        CrashFigures figures = new CrashFigures(new LongSet(), 5);
        new AllocationSweep(script, figures).run(first, stride, counts);
        counts[2] = figures.images();
        return figures.reported();
    }

    private void run(int first, int stride, long[] counts) {
        Allocations.count();
        Session counted = session();
        script.work().run(counted);
        Map<String, Integer> sites = Allocations.counted();
        counted.abandon();
        counts[1] = sites.size();
        List<String> names = new ArrayList<>(sites.keySet());
        for (int i = first - 1; i < names.size() && !figures.isOver(); i += stride) {
            int reached = sites.get(names.get(i));
            runWith(names.get(i), 1);
            counts[0]++;
            if (reached > 1) {
                runWith(names.get(i), 2 + new Random(i).nextInt(reached - 1));
                counts[0]++;
            }
        }
    }

    private Session session() {
        SimulatedDisk disk = new SimulatedDisk(script.maxBytes());
        return new Session(
                disk, script.pageBytes(), new History(), Observer.NONE, storage -> storage);
    }

    private void runWith(String site, int ordinal) {
        Session session = session();
        String where = script + " OUT_OF_MEMORY at " + site + ", " + ordinal;
        session.planFault(FaultSweep.Mode.IO_ERROR_ONCE, 0);
        try {
            Allocations.fail(site, ordinal);
            script.work().run(session);
        } catch (OutOfMemoryError | StoreException e) {
            Allocations.heal();
            try {
                new FaultSweep(script, Density.FAULT_SMOKE, figures).outOfMemory(session, e, where);
            } catch (RuntimeException | Error failure) {
                failure.addSuppressed(e);
                figures.fail(where, failure);
            }
        } catch (RuntimeException | Error e) {
            figures.fail(where, e);
        } finally {
            Allocations.heal();
        }
        try {
            session.abandon();
        } catch (RuntimeException | Error e) {
            figures.fail(where + " | closing", e);
        }
    }
}
