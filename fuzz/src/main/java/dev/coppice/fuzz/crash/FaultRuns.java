package dev.coppice.fuzz.crash;

import dev.coppice.fuzz.memory.MemoryFaults;
import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.util.List;

/**
 * The suite {@code faults}: the n-th operation of each script's disk fails, in each way in which it
 * can, for every n; so do allocations of the engine. On files, the thread is interrupted before the
 * n-th operation. A scenario is one such run, with everything that is looked at behind it.
 */
public final class FaultRuns implements Suite {
    /** A run with a limit takes every so manieth operation first, then those beside them. */
    private static final int STRIDE = 23;

    /** Scripts reach much the same places: each of them takes every so manieth, in turn. */
    private static final int MEMORY_STRIDE = 8;

    private static final String OUT_OF_MEMORY = "OUT_OF_MEMORY";

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public String purpose() {
        return "every operation of the disk fails, once or for good, or is interrupted";
    }

    @Override
    public void run(Run run) {
        int stride = run.budget().seconds() > 0 || run.budget().scenarios() > 0 ? STRIDE : 1;
        int number = 0;
        for (int first = 1; first <= stride; first++) {
            for (Script script : Scripts.all()) {
                fail(run, script, first, stride);
                interrupt(run, script, first, stride);
                if (run.wants(script + "/" + OUT_OF_MEMORY) && !run.isOver()) {
                    boolean isAll = run.budget().only() != null;
                    int turn = (number++ + first - 1) % MEMORY_STRIDE;
                    sweepMemory(run, script, isAll ? 1 : 1 + turn, isAll ? 1 : MEMORY_STRIDE);
                }
            }
        }
    }

    private static void fail(Run run, Script script, int first, int stride) {
        for (FaultSweep.Mode mode : FaultSweep.modes(script)) {
            if (run.wants(script + "/" + mode) && !run.isOver()) {
                sweep(run, script, mode, first, stride);
            }
        }
    }

    private static void interrupt(Run run, Script script, int first, int stride) {
        for (InterruptSweep.Mode mode : InterruptSweep.modes(script)) {
            if (run.wants(script + "/" + mode) && !run.isOver()) {
                interrupt(run, script, mode, first, stride);
            }
        }
    }

    private static void sweepMemory(Run run, Script script, int first, int stride) {
        long[] counts = new long[3];
        List<String> failed = MemoryFaults.sweep(script.toString(), first, stride, counts);
        run.add(OUT_OF_MEMORY, counts[0]);
        run.add("images", counts[2]);
        report(run, counts[0], script + "/" + OUT_OF_MEMORY, failed);
    }

    private static void sweep(Run run, Script script, FaultSweep.Mode mode, int first, int stride) {
        long maxFailures = run.budget().stopsAtFailure() ? 1 : 20;
        CrashFigures figures = new CrashFigures(new LongSet(), maxFailures);
        new FaultSweep(script, Density.FAULT_SMOKE, figures).run(mode, first, stride);
        run.add(mode.name(), figures.scripts());
        run.add("images", figures.images());
        report(run, figures.scripts(), script + "/" + mode, figures.reported());
    }

    private static void interrupt(
            Run run, Script script, InterruptSweep.Mode mode, int first, int stride) {
        long maxFailures = run.budget().stopsAtFailure() ? 1 : 20;
        CrashFigures figures = new CrashFigures(new LongSet(), maxFailures);
        new InterruptSweep(script, figures).run(mode, first, stride);
        run.add(mode.name(), figures.scripts());
        report(run, figures.scripts(), script + "/" + mode, figures.reported());
    }

    private static void report(Run run, long scenarios, String what, List<String> failed) {
        run.scenarios(scenarios, what);
        if (!failed.isEmpty()) {
            AssertionError error = new AssertionError(failed.size() + " faults at least");
            run.fail(new Failure(what, "faults --only " + what, failed, error));
        }
    }
}
