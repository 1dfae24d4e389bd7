package dev.coppice.fuzz.crash;

import dev.coppice.fuzz.op.OpGenerator;
import dev.coppice.fuzz.op.OpRuns;
import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.testkit.op.Op;
import java.util.List;

/**
 * The suite {@code crash}: the scripts that were written for it, then scripts made at random, each
 * crashed at every step. A scenario is an image that was opened and compared.
 */
public final class CrashRuns implements Suite {
    private static final long ENOUGH_DISTINCT = 1_000_000;
    private static final long MAX_SECONDS_EACH = 60;
    private static final int KEYS = 200;
    private static final int STEPS = 60;
    private static final long DISK_BYTES = 1 << 20;
    private static final long SMALL_DISK_BYTES = 69_632 + 4096 * 12;
    private static final String RANDOM = "random";

    private final LongSet seen = new LongSet();
    private long images;
    private long distinct;
    private long doubles;

    @Override
    public String name() {
        return "crash";
    }

    @Override
    public String purpose() {
        return "kills and power losses at every step of scripts, and inside recovery";
    }

    @Override
    public void run(Run run) {
        for (Script script : Scripts.all()) {
            if (run.wants(script.toString()) && !run.isOver()) {
                long seconds = Math.min(MAX_SECONDS_EACH, run.secondsLeft());
                CrashFigures figures = new CrashFigures(seen, maxFailures(run));
                CrashSuite.smoke().run(script, run.seed(), seconds, figures);
                count(run, figures);
                run.scenarios(figures.images(), script.toString());
                if (figures.failures() > 0) {
                    String repeat = "crash --seed " + run.seed() + " --only " + script;
                    run.fail(
                            new Failure(
                                    script.toString(),
                                    repeat,
                                    figures.reported(),
                                    new AssertionError(figures.failures() + " images failed")));
                }
            }
        }
        if (run.wants(RANDOM)) {
            OpRuns.run(
                    run,
                    "crash --only " + RANDOM,
                    () -> distinct >= ENOUGH_DISTINCT,
                    seed -> new OpGenerator(seed, KEYS).stormy(STEPS),
                    (seed, ops) -> runRandom(run, seed, ops));
        }
    }

    private static long maxFailures(Run run) {
        return run.budget().stopsAtFailure() ? 1 : 50;
    }

    private long runRandom(Run run, long seed, List<Op> ops) {
        int pageBytes = 512 << seed % 2;
        long diskBytes = seed % 5 == 0 ? SMALL_DISK_BYTES : DISK_BYTES;
        Script script = RandomScript.of(RANDOM, pageBytes, diskBytes, ops);
        CrashFigures figures = new CrashFigures(seen, maxFailures(run));
        CrashSuite.smoke().run(script, seed, Math.min(20, run.secondsLeft()), figures);
        count(run, figures);
        if (figures.failures() > 0) {
            throw new AssertionError(String.join("\n", figures.reported()));
        }
        return figures.images();
    }

    private void count(Run run, CrashFigures figures) {
        images += figures.images();
        distinct += figures.distinct();
        doubles += figures.doubles();
        run.set("distinct", distinct);
        run.set("double", doubles);
        run.set("images/s", images * 1000 / Math.max(1, run.elapsedMillis()));
    }
}
