package dev.coppice.fuzz.races;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Durable commits of several threads, with power losses and flushes that fail. */
final class GroupCommitsTest {
    private static final int ROUNDS = 8;

    @TempDir Path directory;

    @Test
    void acknowledgedCommitsOfManyThreadsAreInEveryImage() throws InterruptedException {
        Run run = new Run("races", Budget.ofScenarios(1, ROUNDS), directory, System.out);
        for (int seed = 1; seed <= ROUNDS; seed++) {
            new GroupCommits(run, seed).round();
        }
        assertTrue(run.summary().contains("images="), run::summary);
    }
}
