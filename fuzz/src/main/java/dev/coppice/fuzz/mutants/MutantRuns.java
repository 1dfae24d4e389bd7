package dev.coppice.fuzz.mutants;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The suite {@code mutants}: plants each bug of fuzz/mutants and runs the suite that has to catch
 * it, some at a time. A mutant that lives is a failure, and so is one that cannot be planted any
 * more.
 */
public final class MutantRuns implements Suite {
    private static final long SECONDS_EACH = 120;
    private static final int MAX_AT_A_TIME = 4;

    /** A line of the table at the end. */
    private record Row(Mutant mutant, String scenarios, double seconds, String outcome) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-34s %-8s %-8s %9s %6.1f s  %s",
                    mutant.name(),
                    mutant.rule(),
                    mutant.suite(),
                    scenarios,
                    seconds,
                    outcome.length() > 100 ? outcome.substring(0, 100) : outcome);
        }
    }

    @Override
    public String name() {
        return "mutants";
    }

    @Override
    public String purpose() {
        return "bugs planted in the engine, each of which a suite must catch";
    }

    @Override
    public void run(Run run) throws IOException, InterruptedException, ExecutionException {
        Path project = Path.of(System.getProperty("coppice.fuzz.project", "..")).toAbsolutePath();
        Nursery nursery = new Nursery(project, project.resolve("fuzz/target/mutants"));
        int threads = Math.min(MAX_AT_A_TIME, Runtime.getRuntime().availableProcessors());
        List<Future<Row>> rows = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Mutant mutant : Mutant.all(project.resolve("fuzz/mutants"))) {
                if (run.wants(mutant.name())) {
                    rows.add(
                            executor.submit(
                                    () -> run.isOver() ? null : judge(run, nursery, mutant)));
                }
            }
        }
        List<String> table = new ArrayList<>();
        for (Future<Row> row : rows) {
            if (row.get() != null) {
                table.add(row.get().toString());
            }
        }
        table.forEach(System.out::println);
    }

    private static Row judge(Run run, Nursery nursery, Mutant mutant) throws InterruptedException {
        long started = System.nanoTime();
        String outcome;
        String scenarios = "";
        try {
            Path classes = nursery.plant(mutant);
            long seconds = Math.min(SECONDS_EACH, run.secondsLeft());
            Nursery.Verdict verdict = nursery.judge(mutant, classes, run.seed(), seconds);
            if (!verdict.isCaught()) {
                throw new IllegalStateException("it lives: " + verdict.how());
            }
            run.add("caught by " + mutant.suite(), 1);
            outcome = verdict.how();
            scenarios = verdict.scenarios();
        } catch (IOException | RuntimeException e) {
            outcome = "NOT CAUGHT: " + e.getMessage();
            String repeat = "mutants --only " + mutant.name();
            run.fail(new Failure(mutant.name(), repeat, List.of(mutant.fault()), e));
        }
        Row row = new Row(mutant, scenarios, (System.nanoTime() - started) / 1e9, outcome);
        run.scenarios(1, mutant.name());
        System.out.println("mutants: " + run.scenarioCount() + ": " + row);
        return row;
    }
}
