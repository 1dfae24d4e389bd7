package dev.coppice.perf.compare;

import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.Figures;
import java.io.IOException;
import java.util.List;

/** Everything at full size, and the report of it. Stateless. */
final class Publish {
    private static final String HELP =
            """
            Usage: perf/run publish

            Runs compare, latency, space, growth and ycsb at full size, which takes hours and a
            machine that does nothing else, and writes docs/perf/figures.md and its plots.
            """;

    private Publish() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        new Arguments(words, List.of(), List.of()).end();
        Compare.run(List.of("--bars"));
        Compare.run(List.of());
        Latency.run(List.of());
        Space.run(List.of());
        Growth.run(List.of());
        Ycsb.run(List.of());
        Report.run(List.of());
    }
}
