package dev.coppice.fuzz.crash;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;

/**
 * The suite {@code faults}: the n-th operation of each script's disk fails, in each way in which it
 * can, for every n. A scenario is one such run, with everything that is looked at behind it.
 */
public final class FaultRuns implements Suite {
    /** A run with a limit takes every so manieth operation first, then those beside them. */
    private static final int STRIDE = 23;

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
        for (int first = 1; first <= stride; first++) {
            for (Script script : Scripts.all()) {
                for (FaultSweep.Mode mode : FaultSweep.modes(script)) {
                    if (run.wants(script + "/" + mode) && !run.isOver()) {
                        sweep(run, script, mode, first, stride);
                    }
                }
            }
        }
    }

    private static void sweep(Run run, Script script, FaultSweep.Mode mode, int first, int stride) {
        long maxFailures = run.budget().stopsAtFailure() ? 1 : 20;
        CrashFigures figures = new CrashFigures(new LongSet(), maxFailures);
        new FaultSweep(script, Density.FAULT_SMOKE, figures).run(mode, first, stride);
        run.add(mode.name(), figures.scripts());
        run.add("images", figures.images());
        run.scenarios(figures.scripts(), script + " " + mode);
        if (figures.failures() > 0) {
            String what = script + "/" + mode;
            run.fail(
                    new Failure(
                            what,
                            "faults --only " + what,
                            figures.reported(),
                            new AssertionError(figures.failures() + " faults")));
        }
    }
}
