package dev.coppice.perf.compare;

import dev.coppice.perf.compare.work.Work;
import dev.coppice.perf.compare.work.WorkBenchmark;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.UsageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** One workload under JMH. Stateless. */
final class UnderJmh {
    private static final String HELP =
            """
            Usage: perf/run bench NAME [JMH OPTIONS]

            Runs one workload of perf/run compare under JMH, on Coppice and on lmdbjava. JMH's
            options follow: -prof gc for allocation, -p peer=COPPICE,ROCKSDB for other stores,
            -p entries=100000, -p suite=LARGE, -f 1 -wi 1 -i 3 for a shorter run; perf/run bench
            get -h lists them.

            Names: NAMES
            """;

    private UnderJmh() {}

    static void run(List<String> words) throws IOException {
        String names =
                Arrays.stream(Work.values())
                        .filter(work -> work != Work.LOAD && !work.isStep())
                        .map(Work::id)
                        .collect(Collectors.joining(", "));
        if (words.isEmpty() || words.getFirst().startsWith("-")) {
            if (!Figures.isHelp(words, HELP.replace("NAMES", names))) {
                throw new UsageException("which workload?");
            }
            return;
        }
        Work work = Compare.named(words.getFirst(), Work::valueOf, List.of()).getFirst();
        if (work == Work.LOAD || work.isStep()) {
            throw new UsageException("that one runs in perf/run compare only: " + work.id());
        }
        List<String> rest = new ArrayList<>(words.subList(1, words.size()));
        try {
            var line = new CommandLineOptions(rest.toArray(String[]::new));
            if (line.shouldHelp()) {
                line.showHelp();
                return;
            }
            var options =
                    new OptionsBuilder()
                            .parent(line)
                            .include(WorkBenchmark.class.getName())
                            .param("work", work.name())
                            .jvmArgs(Fork.jvmOptions().toArray(String[]::new));
            new Runner(options.build()).run();
        } catch (CommandLineOptionException | RunnerException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
