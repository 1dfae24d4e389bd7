package dev.coppice.perf.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/** {@code coppice load} of many lines with a small heap. Thread safety: one thread. */
final class Load {
    private static final String HELP =
            """
            Usage: perf/run load [--entries N] [--dir DIR]

            Pipes N generated lines (default 10000000) into ./coppice load with -Xmx256m
            (COPPICE_OPTS takes its place) and prints the time, the most anonymous memory that the
            process had (RssAnon, sampled; Linux only), and the size of the file; then runs
            ./coppice check.
            """;

    private Load() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of("entries", "dir"));
        arguments.end();
        long count = arguments.number("entries", 10_000_000, 1, 1L << 40);
        Path folder = DiskUse.emptied(arguments.folder("dir", "load"));
        Path file = folder.resolve("load.coppice");
        CoppiceCommand.build();

        long start = System.nanoTime();
        Process process =
                CoppiceCommand.of("load", file.toString(), "-")
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long peak;
        try (MemorySampler sampler = MemorySampler.start(process.pid())) {
            try (OutputStream out = process.getOutputStream()) {
                Generate.write(count, 1, out);
            }
            CoppiceCommand.requireSuccess("load", process);
            peak = sampler.peakBytes();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        print(count, seconds, peak, DiskUse.of(file));
        check(file);
    }

    private static void print(long count, double seconds, long peak, DiskUse use) {
        var table =
                new Table(
                        "entries",
                        "seconds",
                        "entries/s",
                        "peak RssAnon MB",
                        "file MB",
                        "allocated MB",
                        "bytes per entry");
        table.row(
                count,
                Table.number(seconds),
                Table.number((double) count / seconds),
                Table.megabytes((double) peak),
                Table.megabytes((double) use.length()),
                Table.megabytes((double) use.allocated()),
                Table.number(use.allocated() / (double) count));
        table.print();
    }

    private static void check(Path file) throws IOException {
        long start = System.nanoTime();
        CoppiceCommand.run("check", file.toString());
        Figures.say("checked in " + Table.number((System.nanoTime() - start) / 1e9) + " s");
    }
}
