package dev.coppice.fuzz.model;

import dev.coppice.fuzz.op.OpGenerator;
import dev.coppice.fuzz.op.OpRuns;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.testkit.op.Op;
import java.util.List;

/** The suite {@code model}: steps made at random, done to a store and to sorted maps. */
public final class ModelRuns implements Suite {
    private static final int STEPS = 220;
    private static final long ENOUGH = 2000;
    private static final int[] KEYS = {40, 200, 600};
    private static final long DISK_BYTES = 4 << 20;
    private static final long SMALL_DISK_BYTES = 69_632 + 4096 * 40;

    @Override
    public String name() {
        return "model";
    }

    @Override
    public String purpose() {
        return "transactions, snapshots, cursors and reopenings beside sorted maps";
    }

    @Override
    public void run(Run run) {
        OpRuns.run(
                run,
                name(),
                () -> run.scenarioCount() >= ENOUGH && run.budget().seconds() == 0,
                seed -> steps(seed, STEPS),
                ModelRuns::trial);
    }

    /** {@return the steps of a seed} */
    public static List<Op> steps(long seed, int count) {
        return new OpGenerator(seed, KEYS[(int) (seed % KEYS.length)]).calm(count);
    }

    /** Does steps to a store and a model; the seed chooses the sizes of pages and disk. */
    public static long trial(long seed, List<Op> ops) {
        int pageBytes = 512 << seed % 4;
        ModelTrial.run(pageBytes, seed % 7 == 3 ? SMALL_DISK_BYTES : DISK_BYTES, ops);
        return 1;
    }
}
