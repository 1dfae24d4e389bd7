package dev.coppice.fuzz.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slice of the scenarios, and the document that says what differs. */
final class CheckpointSuiteTest {
    private static final int SCENARIOS = 120;
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

    @TempDir Path directory;

    @Test
    void answersAreThoseOfSqliteButForWhatIsListed() throws IOException {
        Run run = new Run("checkpoints", Budget.ofScenarios(1, SCENARIOS), directory, System.out);
        CheckpointRuns suite = new CheckpointRuns();
        suite.run(run);
        System.out.println(suite.figures(run.scenarioCount()));
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }

    @Test
    void documentListsTheDifferencesThatThereAre() throws IOException {
        String text = Files.readString(Path.of("..", "docs", "checkpoint.md"));
        String section = text.substring(text.indexOf("## Differences from SQLite"));
        Set<String> documented = new TreeSet<>();
        Matcher rows = ROW.matcher(section);
        while (rows.find()) {
            documented.add(rows.group(1));
        }
        Set<String> listed =
                Arrays.stream(Difference.values())
                        .map(Difference::title)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(listed, documented);
    }
}
