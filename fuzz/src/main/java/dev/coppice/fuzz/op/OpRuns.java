package dev.coppice.fuzz.op;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Shrinker;
import dev.coppice.testkit.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Tries lists of steps, one for each seed, and shrinks those that fail. Stateless. */
public final class OpRuns {
    private static final long SHRINK_SECONDS = 20;

    private OpRuns() {}

    /** What is done with a list of steps. */
    @FunctionalInterface
    public interface Trial {
        /**
         * Does the steps.
         *
         * @param seed the same that the steps were made from
         * @return how many scenarios that was
         * @throws Exception when something is wrong
         */
        long run(long seed, List<Op> ops) throws Exception;
    }

    /**
     * Runs seed after seed until the run is over or it is enough.
     *
     * @param repeat arguments of {@code fuzz/run} that lead here
     */
    public static void run(
            Run run,
            String repeat,
            BooleanSupplier isEnough,
            LongFunction<List<Op>> steps,
            Trial trial) {
        boolean isRepeat = run.budget().kept() != null;
        for (long seed = run.seed(); !isEnough.getAsBoolean() && !run.isOver(); seed++) {
            List<Op> all = steps.apply(seed);
            List<Integer> kept = isRepeat ? run.budget().kept() : indexes(all);
            Outcome outcome = outcome(trial, seed, all, kept);
            if (outcome.error() != null) {
                report(run, repeat, trial, seed, all, kept, outcome.error());
            }
            run.add("steps", kept.size());
            run.scenarios(outcome.scenarios(), "seed " + seed);
            if (isRepeat) {
                return;
            }
        }
    }

    private record Outcome(long scenarios, Throwable error) {}

    private static List<Integer> indexes(List<Op> all) {
        return IntStream.range(0, all.size()).boxed().toList();
    }

    private static Outcome outcome(Trial trial, long seed, List<Op> all, List<Integer> kept) {
        try {
            return new Outcome(trial.run(seed, kept.stream().map(all::get).toList()), null);
        } catch (Exception | Error e) {
            return new Outcome(1, e);
        }
    }

    private static void report(
            Run run,
            String repeat,
            Trial trial,
            long seed,
            List<Op> all,
            List<Integer> first,
            Throwable error) {
        List<Integer> kept = first;
        if (!run.budget().stopsAtFailure()) {
            kept =
                    Shrinker.shrink(
                            first,
                            SHRINK_SECONDS,
                            shorter -> outcome(trial, seed, all, shorter).error() != null);
        }
        Throwable shrunk = outcome(trial, seed, all, kept).error();
        List<String> script = new ArrayList<>();
        kept.forEach(index -> script.add(index + ": " + all.get(index)));
        String numbers = String.join(",", kept.stream().map(String::valueOf).toList());
        String again = repeat + " --seed " + seed + " --keep " + numbers;
        String scenario = "seed " + seed + ", " + kept.size() + " steps of " + all.size();
        run.fail(new Failure(scenario, again, script, shrunk == null ? error : shrunk));
    }
}
