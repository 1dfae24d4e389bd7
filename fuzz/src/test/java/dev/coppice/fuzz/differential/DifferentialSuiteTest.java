package dev.coppice.fuzz.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does the same transactions to this store, LMDB and SQLite. */
final class DifferentialSuiteTest {
    private static final int SCENARIOS = 8;

    @TempDir Path directory;

    @Test
    void holdsWhatOthersHoldAfterTheSameTransactions() throws IOException {
        Run run = new Run("differential", Budget.ofScenarios(1, SCENARIOS), directory, System.out);
        new DifferentialRuns().run(run);
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }
}
