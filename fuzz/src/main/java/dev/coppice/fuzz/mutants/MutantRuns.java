package dev.coppice.fuzz.mutants;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The suite {@code mutants}: plants each bug of fuzz/mutants and runs the suite that has to catch
 * it. A mutant that lives is a failure, and so is one that cannot be planted any more.
 */
public final class MutantRuns implements Suite {
    private static final long SECONDS_EACH = 120;

    @Override
    public String name() {
        return "mutants";
    }

    @Override
    public String purpose() {
        return "bugs planted in the engine, each of which a suite must catch";
    }

    @Override
    public void run(Run run) throws IOException, InterruptedException {
        Path project = Path.of(System.getProperty("coppice.fuzz.project", "..")).toAbsolutePath();
        Nursery nursery = new Nursery(project, project.resolve("fuzz/target/mutants"));
        List<String> table = new ArrayList<>();
        for (Mutant mutant : Mutant.all(project.resolve("fuzz/mutants"))) {
            if (run.wants(mutant.name()) && !run.isOver()) {
                table.add(judge(run, nursery, mutant));
                System.out.println(table.getLast());
            }
        }
    }

    private static String judge(Run run, Nursery nursery, Mutant mutant)
            throws InterruptedException {
        long started = System.nanoTime();
        String outcome;
        try {
            Path classes = nursery.plant(mutant);
            long seconds = Math.min(SECONDS_EACH, run.secondsLeft());
            Nursery.Verdict verdict = nursery.judge(mutant, classes, run.seed(), seconds);
            if (!verdict.isCaught()) {
                throw new IllegalStateException("it lives: " + verdict.how());
            }
            run.add("caught by " + mutant.suite(), 1);
            outcome = "caught by " + mutant.suite() + ": " + verdict.how();
        } catch (IOException | RuntimeException e) {
            outcome = "NOT CAUGHT";
            String repeat = "mutants --only " + mutant.name();
            run.fail(new Failure(mutant.name(), repeat, List.of(mutant.fault()), e));
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        run.scenarios(1, mutant.name());
        return String.format(
                Locale.ROOT,
                "%-34s %-12s %5.1f s  %s",
                mutant.name(),
                mutant.rule(),
                seconds,
                outcome.length() > 110 ? outcome.substring(0, 110) : outcome);
    }
}
