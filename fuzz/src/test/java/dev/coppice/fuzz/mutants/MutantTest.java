package dev.coppice.fuzz.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Fuzz;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bugs of fuzz/mutants can be planted, and are caught. */
final class MutantTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    @TempDir Path directory;

    @Test
    void everyMutantCanBePlantedAndNamesASuite() throws IOException {
        List<Mutant> mutants = Mutant.all(PROJECT.resolve("fuzz/mutants"));
        List<String> suites = Fuzz.suites().stream().map(Suite::name).toList();
        Nursery nursery = new Nursery(PROJECT, directory);
        assertTrue(mutants.size() >= 30);
        for (Mutant mutant : mutants) {
            assertTrue(suites.contains(mutant.suite()), mutant::name);
            nursery.plant(mutant);
        }
    }

    /** A few that are caught at once; {@code fuzz/run mutants} has them all caught. */
    @ParameterizedTest
    @ValueSource(strings = {"flush-skipped", "child-birth-stale", "delivery-point-removed"})
    void plantedBugIsCaught(String name) throws IOException, InterruptedException {
        requireAllCaught(name);
    }

    @Test
    @Tag("slow")
    void everyPlantedBugIsCaught() throws IOException, InterruptedException {
        requireAllCaught(null);
    }

    private void requireAllCaught(String name) throws IOException, InterruptedException {
        Budget budget = new Budget(1, 0, 0, false, name, null);
        Run run = new Run("mutants", budget, directory, System.out);
        new MutantRuns().run(run);
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
        assertTrue(run.scenarioCount() > 0);
    }
}
