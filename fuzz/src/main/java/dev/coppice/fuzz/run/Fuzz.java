package dev.coppice.fuzz.run;

import dev.coppice.fuzz.checkpoint.CheckpointRuns;
import dev.coppice.fuzz.corrupt.CorruptRuns;
import dev.coppice.fuzz.corrupt.JazzerRuns;
import dev.coppice.fuzz.crash.CrashRuns;
import dev.coppice.fuzz.crash.FaultRuns;
import dev.coppice.fuzz.crash.WriterRuns;
import dev.coppice.fuzz.differential.DifferentialRuns;
import dev.coppice.fuzz.kill.KillRuns;
import dev.coppice.fuzz.kill.ProcessRuns;
import dev.coppice.fuzz.model.ModelRuns;
import dev.coppice.fuzz.mutants.MutantRuns;
import dev.coppice.fuzz.races.RaceRuns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command {@code fuzz/run}: runs one suite, or all of them, and ends with a line of figures.
 */
public final class Fuzz {
    private static final String USAGE =
            """
            usage: fuzz/run SUITE [--seed S] [--seconds N]
                   [--scenarios N] [--only NAME] [--keep 0,3,5] [--stop]

              --seed       of everything that is chosen at random (1)
              --seconds    when to stop; without it, each suite does all it has to
              --scenarios  how many to try at most
              --only       one scenario, as a failure names it
              --keep       only these steps of it, as a failure names them
              --stop       at the first failure

            Failures are written to fuzz/target/failures. Suites:
            """;

    private Fuzz() {}

    /** {@return every suite there is} */
    public static List<Suite> suites() {
        return List.of(
                new CrashRuns(),
                new ModelRuns(),
                new FaultRuns(),
                new WriterRuns(),
                new KillRuns(),
                new ProcessRuns(),
                new CorruptRuns(),
                new CheckpointRuns(),
                new JazzerRuns(),
                new DifferentialRuns(),
                new RaceRuns(),
                new MutantRuns());
    }

    /** Runs what the arguments say; exits with 1 after a failure, with 2 when misunderstood. */
    public static void main(String[] arguments) {
        List<Suite> chosen;
        Budget budget;
        try {
            chosen = chosen(arguments);
            budget = budget(List.of(arguments).subList(1, arguments.length));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        long scenarios = 0;
        long failures = 0;
        for (Suite suite : chosen) {
            Run run = run(suite, share(budget, chosen.size()));
            scenarios += run.scenarioCount();
            failures += run.failureCount();
        }
        System.out.println(scenarios + " scenarios, " + failures + " failures");
        System.exit(failures == 0 ? 0 : 1);
    }

    private static List<Suite> chosen(String[] arguments) {
        String name = arguments.length == 0 ? "" : arguments[0];
        Stream<Suite> all = suites().stream();
        List<Suite> chosen =
                all.filter(suite -> name.equals("all") || suite.name().equals(name)).toList();
        if (chosen.isEmpty()) {
            StringBuilder text = new StringBuilder(USAGE);
            for (Suite suite : suites()) {
                text.append(String.format("  %-13s%s%n", suite.name(), suite.purpose()));
            }
            throw new IllegalArgumentException(
                    text.append(String.format("  %-13s%s", "all", "all of these")).toString());
        }
        return chosen;
    }

    private static Budget share(Budget budget, int suites) {
        long seconds = budget.seconds() == 0 ? 0 : Math.max(1, budget.seconds() / suites);
        return new Budget(
                budget.seed(),
                seconds,
                budget.scenarios(),
                budget.stopsAtFailure(),
                budget.only(),
                budget.kept());
    }

    private static Budget budget(List<String> words) {
        long seed = 1;
        long seconds = 0;
        long scenarios = 0;
        boolean stops = false;
        String only = null;
        List<Integer> kept = null;
        Iterator<String> each = words.iterator();
        while (each.hasNext()) {
            String word = each.next();
            switch (word) {
                case "--seed" -> seed = number(word, each);
                case "--seconds" -> seconds = number(word, each);
                case "--scenarios" -> scenarios = number(word, each);
                case "--only" -> only = value(word, each);
                case "--keep" -> kept = numbers(value(word, each));
                case "--stop" -> stops = true;
                default -> throw new IllegalArgumentException("unknown option: " + word);
            }
        }
        return new Budget(seed, seconds, scenarios, stops, only, kept);
    }

    private static List<Integer> numbers(String text) {
        List<Integer> numbers = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            numbers.add(Integer.valueOf(each));
        }
        return numbers;
    }

    private static String value(String option, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return words.next();
    }

    private static long number(String option, Iterator<String> words) {
        String text = value(option, words);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " needs a number, not " + text, e);
        }
    }

    private static Run run(Suite suite, Budget budget) {
        Path failures = Path.of(System.getProperty("coppice.fuzz.failures", "target/failures"));
        Run run = new Run(suite.name(), budget, failures, System.out);
        try {
            suite.run(run);
        } catch (Exception | Error e) {
            String repeat = suite.name() + " --seed " + budget.seed();
            run.fail(new Failure("the suite itself", repeat, List.of(), e));
        }
        System.out.println(run.summary());
        return run;
    }
}
