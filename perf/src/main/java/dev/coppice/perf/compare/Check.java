package dev.coppice.perf.compare;

import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.Figures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs what the bars need. Thread safety: one thread. */
final class Check {
    private static final String HELP =
            """
            Usage: perf/run check [--quick] [--entries N] [--rounds R]

            Runs the parts of compare, latency and space that the bars need, and prints all bars.
            Exit code 1 where one is short: where even the better end of its spread misses it.

            """
                    + Scale.HELP;

    private Check() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        new Arguments(words, List.of("quick"), List.of("entries", "rounds")).end();
        Compare.run(with(words, "--bars"));
        Latency.run(words);
        Space.run(with(words, "--peers", "coppice"));
        Results all = Bars.lastResults();
        Bars.print(all);
        List<Bar.Outcome> outcomes = Bars.outcomes(all);
        long shortBars = outcomes.stream().filter(Bar.Outcome::isShort).count();
        int missing = Bars.all().size() - outcomes.size();
        if (shortBars > 0 || missing > 0) {
            throw new IOException("bars short: " + shortBars + ", without a figure: " + missing);
        }
    }

    private static List<String> with(List<String> words, String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return all;
    }
}
