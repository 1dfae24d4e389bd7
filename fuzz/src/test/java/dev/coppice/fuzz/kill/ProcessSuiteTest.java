package dev.coppice.fuzz.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills processes that write one store in turn, and looks at what they leave. */
final class ProcessSuiteTest {
    @TempDir Path directory;

    private void requireNothingLost(int kills) throws Exception {
        Run run = new Run("processes", Budget.ofScenarios(7, kills), directory, System.out);
        new ProcessRuns().run(run);
        System.out.println(run.summary());
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }

    @Test
    void acknowledgedCommitsOfAllProcessesSurviveKills() throws Exception {
        requireNothingLost(12);
    }

    @Test
    @Tag("slow")
    void acknowledgedCommitsOfAllProcessesSurviveManyKills() throws Exception {
        requireNothingLost(300);
    }
}
