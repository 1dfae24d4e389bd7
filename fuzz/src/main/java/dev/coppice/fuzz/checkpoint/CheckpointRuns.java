package dev.coppice.fuzz.checkpoint;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The suite {@code checkpoints}: what SQLite and Coppice answer to the same checkpoints. It fails
 * where they differ and that is not among the {@link Difference}s, or is and they do not.
 */
public final class CheckpointRuns implements Suite {
    private final Set<Difference> seen = EnumSet.noneOf(Difference.class);
    private long agreements;

    @Override
    public String name() {
        return "checkpoints";
    }

    @Override
    public String purpose() {
        return "checkpoint modes beside those of SQLite";
    }

    @Override
    public void run(Run run) throws IOException {
        List<Scenario> all = Scenario.all();
        Collections.shuffle(all, new Random(run.seed()));
        for (Scenario scenario : all) {
            if (run.isOver()) {
                break;
            }
            if (run.wants(scenario.name())) {
                attempt(run, scenario);
                run.scenarios(1, scenario.name());
            }
        }
        run.set("agreements", agreements);
        run.set("listed differences", seen.size());
    }

    /** {@return the figures, in a line} */
    public String figures(long scenarios) {
        return scenarios
                + " scenarios, "
                + agreements
                + " agreements, "
                + seen.size()
                + " listed differences";
    }

    private void attempt(Run run, Scenario scenario) throws IOException {
        Path directory = Files.createTempDirectory("coppice-checkpoints");
        try {
            compare(scenario, directory);
        } catch (RuntimeException | Error e) {
            String repeat = name() + " --only " + scenario.name();
            run.fail(new Failure(scenario.name(), repeat, List.of(), e));
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void compare(Scenario scenario, Path directory) {
        Answer theirs;
        Answer ours;
        try (Subject sqlite = new SqliteSubject(directory.resolve("sqlite"), scenario.journal())) {
            theirs = sqlite.run(scenario);
        }
        try (Subject coppice = new CoppiceSubject(scenario.journal())) {
            ours = coppice.run(scenario);
        }
        Set<Difference.Field> found = Difference.Field.of(theirs, ours);
        Set<Difference> expected = Difference.expectedOf(scenario);
        Set<Difference.Field> listed =
                expected.stream()
                        .map(Difference::field)
                        .collect(
                                Collectors.toCollection(
                                        () -> EnumSet.noneOf(Difference.Field.class)));
        if (!found.equals(listed)) {
            throw new AssertionError(
                    "differs in "
                            + found
                            + ", listed are "
                            + expected
                            + ": SQLite "
                            + theirs
                            + ", Coppice "
                            + ours);
        }
        seen.addAll(expected);
        agreements += found.isEmpty() ? 1 : 0;
    }
}
