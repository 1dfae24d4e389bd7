package dev.coppice.perf;

import dev.coppice.perf.compare.Comparisons;
import dev.coppice.perf.figures.Figures;
import java.util.List;

/** The command behind {@code perf/run}. Stateless. */
public final class Run {
    private Run() {}

    public static void main(String[] args) {
        System.exit(Figures.run(List.of(args), Comparisons::find, Comparisons.HELP));
    }
}
