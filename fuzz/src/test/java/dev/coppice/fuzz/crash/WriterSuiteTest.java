package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills processes that write one simulated disk in turn. */
final class WriterSuiteTest {
    @TempDir Path directory;

    @Test
    void killedWritersLoseNothing() {
        Run run = new Run("writers", Budget.ofScenarios(1, 250), directory, System.out);
        new WriterRuns().run(run);
        System.out.println(run.summary());
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }
}
