package dev.coppice.fuzz.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fuzz.op.OpGenerator;
import dev.coppice.fuzz.op.OpRuns;
import dev.coppice.testkit.op.Op;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunTest {
    @TempDir Path directory;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Run newRun(Budget budget) {
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        return new Run("toy", budget, directory, out);
    }

    /** Fails where a delete follows a checkpoint. */
    private static long requireNoDeleteBehindCheckpoint(List<Op> ops) {
        boolean isBehind = false;
        for (Op op : ops) {
            isBehind |= op instanceof Op.Checkpoint;
            if (isBehind && op instanceof Op.Delete) {
                throw new AssertionError("a delete behind a checkpoint");
            }
        }
        return 1;
    }

    private static void tryToy(Run run) {
        OpRuns.run(
                run,
                "toy",
                () -> false,
                seed -> new OpGenerator(seed, 50).calm(100),
                (_, ops) -> requireNoDeleteBehindCheckpoint(ops));
    }

    @Test
    void failureIsShrunkToTheStepsThatMatter() throws IOException {
        Run run = newRun(Budget.ofScenarios(1, 1));
        tryToy(run);
        assertEquals(1, run.failureCount());
        Failure failure = run.failures().getFirst();
        assertEquals(2, failure.script().size(), failure.script()::toString);
        String file = Files.readString(directory.resolve("toy-1-1.txt"));
        assertTrue(file.contains("repeat:   fuzz/run toy --seed 1 --keep "), file);
        assertTrue(file.contains("a delete behind a checkpoint"), file);
    }

    @Test
    void keptStepsOfASeedFailAgain() {
        Run first = newRun(Budget.ofScenarios(1, 1));
        tryToy(first);
        List<Integer> kept =
                first.failures().getFirst().script().stream()
                        .map(line -> Integer.valueOf(line.substring(0, line.indexOf(':'))))
                        .toList();
        Run again = newRun(new Budget(1, 0, 0, true, null, kept));
        tryToy(again);
        assertEquals(1, again.scenarioCount());
        assertEquals(1, again.failureCount());
    }

    @Test
    void runEndsWithItsBudget() {
        Run run = newRun(Budget.ofScenarios(1, 3));
        assertFalse(run.isOver());
        run.scenarios(3, "");
        assertTrue(run.isOver());
        assertTrue(run.summary().startsWith("toy: 3 scenarios, 0 failures"), run.summary());
    }

    @Test
    void shrinkerLeavesOutAllThatDoesNotMatter() {
        List<Integer> all = IntStream.range(0, 200).boxed().toList();
        List<Integer> left =
                Shrinker.shrink(all, 10, kept -> kept.contains(3) && kept.contains(170));
        assertEquals(List.of(3, 170), left);
    }

    @Test
    void sameSeedMakesTheSameSteps() {
        assertEquals(new OpGenerator(7, 50).stormy(200), new OpGenerator(7, 50).stormy(200));
    }
}
