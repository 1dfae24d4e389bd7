package dev.coppice.fuzz.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills processes while they commit, and opens what they leave. */
final class KillSuiteTest {
    @TempDir Path directory;

    private void requireNothingLost(int kills) throws Exception {
        Run run = new Run("kill", Budget.ofScenarios(7, kills), directory, System.out);
        new KillRuns().run(run);
        System.out.println(run.summary());
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }

    @Test
    void acknowledgedCommitsSurviveKills() throws Exception {
        requireNothingLost(15);
    }

    @Test
    @Tag("slow")
    void acknowledgedCommitsSurviveManyKills() throws Exception {
        requireNothingLost(300);
    }
}
