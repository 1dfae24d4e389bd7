package dev.coppice.perf.figures;

import java.io.IOException;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the JMH classes that show what operations allocate. */
final class Allocation {
    private static final String HELP =
            """
            usage: perf/run allocation [PATTERN]

            Bytes allocated and time of operations, by JMH with its gc profiler: see the lines
            gc.alloc.rate.norm. PATTERN is a regular expression of benchmark names.
            """;

    private Allocation() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        String pattern = words.isEmpty() ? "dev.coppice.perf.allocation" : words.getFirst();
        try {
            new Runner(new OptionsBuilder().include(pattern).addProfiler(GCProfiler.class).build())
                    .run();
        } catch (RunnerException e) {
            throw new IOException("the benchmarks failed: " + e.getMessage(), e);
        }
    }
}
