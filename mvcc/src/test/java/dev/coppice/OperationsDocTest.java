package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.stats.CountersFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/operations.md and the program say the same. */
class OperationsDocTest {
    private static final Pattern METRIC =
            Pattern.compile("^\\| (\\d+) \\| `([^`]+)` \\|", Pattern.MULTILINE);

    private static String document() throws Exception {
        return Files.readString(Path.of("..", "docs", "operations.md"));
    }

    @Test
    void everyMetricHasItsNumberAndLabel() throws Exception {
        List<String> documented = new ArrayList<>();
        METRIC.matcher(document())
                .results()
                .map((MatchResult row) -> row.group(1) + " " + row.group(2))
                .forEach(documented::add);
        assertEquals(
                Arrays.stream(StoreMetric.values())
                        .map(metric -> metric.id() + " " + metric.label())
                        .toList(),
                documented);
    }

    @Test
    void offsetsOfTheHeaderAreThoseOfTheFile() throws Exception {
        String document = document();
        for (String row :
                List.of(
                        "| " + CountersFile.MAGIC_OFFSET + " | 8 | \"COPPCNT1\"",
                        "| " + CountersFile.METADATA_BYTES_OFFSET + " | 4 | length of the metadata",
                        "| " + CountersFile.VALUES_BYTES_OFFSET + " | 4 | length of the values",
                        "| " + CountersFile.PROCESS_OFFSET + " | 8 | process id",
                        "| " + CountersFile.STARTED_MILLIS_OFFSET + " | 8 | when the file was made",
                        "| " + CountersFile.UPDATED_MILLIS_OFFSET + " | 8 | when the values",
                        "| " + CountersFile.CLOSED_MILLIS_OFFSET + " | 8 | when the store was",
                        "| " + CountersFile.HEADER_BYTES + " | m | metadata")) {
            assertTrue(document.contains(row), row);
        }
    }
}
