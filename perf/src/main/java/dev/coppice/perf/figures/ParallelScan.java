package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** One thread against two over the halves that a store was split into. Thread safety: one. */
final class ParallelScan {
    private static final String HELP =
            """
            Usage: perf/run parallel-scan [--entries N] [--rounds R] [--dir DIR]

            Scans a whole store in batches, summing a field of every value: with one thread, and
            with two, each over one of the parts of split(range, 2). The two take turns, after a
            pass for warming up. Printed: nanoseconds per entry by the clock and of processor time,
            medians of the rounds, the speed-up, and how even the parts are.

              --entries N   entries, instead of 1,000,000 and then 10,000,000
              --rounds R    rounds (default 5)
              --dir DIR     folder for the store
            """;

    private ParallelScan() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of("entries", "rounds", "dir"));
        arguments.end();
        int chosen = arguments.count("entries", 1_000_000, 100_000_000);
        int rounds = arguments.count("rounds", 5, 1000);
        Path folder = arguments.folder("dir", "parallel-scan");
        var table =
                new Table(
                        "entries",
                        "ns, 1 thread",
                        "ns, 2 threads",
                        "speed-up",
                        "CPU ns, 1",
                        "CPU ns, 2",
                        "parts");
        int[] sizes =
                arguments.has("entries") ? new int[] {chosen} : new int[] {chosen, 10 * chosen};
        for (int entries : sizes) {
            Figures.say(String.format("%,d entries", entries));
            DiskUse.emptied(folder);
            row(table, entries, Fork.run(ParallelScanTrial.class, folder, entries, rounds));
        }
        table.print();
        DiskUse.delete(folder);
    }

    private static void row(Table table, int entries, String[] result) {
        double one = Double.parseDouble(result[0]);
        double two = Double.parseDouble(result[1]);
        table.row(
                String.format("%,d", entries),
                Table.number(one),
                Table.number(two),
                Table.ratio(one / two),
                Table.number(Double.parseDouble(result[2])),
                Table.number(Double.parseDouble(result[3])),
                result[4]);
    }
}
