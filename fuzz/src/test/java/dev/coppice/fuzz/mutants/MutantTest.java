package dev.coppice.fuzz.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Fuzz;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bugs of fuzz/mutants can be planted, and are caught. */
final class MutantTest {
    /** The rules of the protocol that the engine keeps are numbered from 1. */
    private static final int RULES = 20;

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

    /**
     * The table of docs/testing.md says of every rule which bugs break it and what catches them.
     */
    @Test
    void tableNamesTheBugsOfEveryRule() throws IOException {
        List<String> document = Files.readAllLines(PROJECT.resolve("docs/testing.md"));
        Map<String, List<String>> rules = new LinkedHashMap<>();
        for (int rule = 1; rule <= RULES; rule++) {
            rules.put("R" + rule, new ArrayList<>());
        }
        rules.put("classic", new ArrayList<>());
        for (Mutant mutant : Mutant.all(PROJECT.resolve("fuzz/mutants"))) {
            String text = "`" + mutant.name() + "` (" + mutant.suite() + ")";
            assertTrue(rules.containsKey(mutant.rule()), mutant::name);
            rules.get(mutant.rule()).add(text);
        }
        rules.forEach((rule, bugs) -> {
            String row =
                    "| "
                            + rule
                            + " | "
                            + (bugs.isEmpty() ? "none: " : String.join(", ", bugs) + " |");
            long count = document.stream().filter(line -> line.startsWith(row)).count();
            assertEquals(1, count, () -> "no such row in docs/testing.md: " + row);
        });
    }

    /** A few that are caught at once; {@code fuzz/run mutants} has them all caught. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "flush-skipped",
                "child-birth-stale",
                "delivery-point-removed",
                "wrong-fence"
            })
    void plantedBugIsCaught(String name) throws Exception {
        requireAllCaught(name);
    }

    @Test
    @Tag("slow")
    void everyPlantedBugIsCaught() throws Exception {
        requireAllCaught(null);
    }

    private void requireAllCaught(String name) throws Exception {
        Budget budget = new Budget(1, 0, 0, false, name, null);
        Run run = new Run("mutants", budget, directory, System.out);
        new MutantRuns().run(run);
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
        assertTrue(run.scenarioCount() > 0);
    }
}
