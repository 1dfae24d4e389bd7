package dev.coppice.perf.figures;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code coppice dump | coppice load} of many entries, and what is different afterwards. */
final class RoundTrip {
    private static final String HELP =
            """
            Usage: perf/run round-trip [--entries N] [--json] [--dir DIR]

            Loads N generated lines (default 10000000), pipes ./coppice dump of that store into
            ./coppice load of another one, and compares what ./coppice dump prints of the other
            with the lines that were generated, in the order of their keys, byte by byte; then runs
            ./coppice check. All commands get -Xmx256m (COPPICE_OPTS takes its place). Prints times
            and the most anonymous memory that each process had (RssAnon, sampled; Linux only).
            """;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Table table =
            new Table("step", "seconds", "entries/s", "peak RssAnon MB", "file MB");
    private final long count;
    private final String[] format;

    private RoundTrip(long count, boolean isJson) {
        this.count = count;
        this.format = isJson ? new String[] {"--json"} : new String[0];
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of("json"), List.of("entries", "dir"));
        arguments.end();
        long count = arguments.number("entries", 10_000_000, 1, 1L << 40);
        Path folder = DiskUse.emptied(arguments.folder("dir", "round-trip"));
        new RoundTrip(count, arguments.has("json")).measure(folder);
    }

    private void measure(Path folder) throws IOException {
        CoppiceCommand.build();
        Path first = folder.resolve("first.coppice");
        Path second = folder.resolve("second.coppice");
        load(first);
        pipe(first, second);
        compare(second);
        table.print();
        CoppiceCommand.run("check", second.toString());
    }

    private String[] words(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(format));
        return all.toArray(String[]::new);
    }

    private void load(Path file) throws IOException {
        long start = System.nanoTime();
        Process load =
                CoppiceCommand.of("load", file.toString()).redirectOutput(Redirect.INHERIT).start();
        try (MemorySampler sampler = MemorySampler.start(load.pid())) {
            try (OutputStream out = load.getOutputStream()) {
                Generate.write(count, 1, out);
            }
            CoppiceCommand.requireSuccess("load", load);
            row("load", start, sampler.peakBytes(), DiskUse.of(file));
        }
    }

    private void pipe(Path first, Path second) throws IOException {
        long start = System.nanoTime();
        List<Process> processes =
                ProcessBuilder.startPipeline(
                        List.of(
                                CoppiceCommand.of(words("dump", first.toString())),
                                CoppiceCommand.of(words("load", second.toString()))
                                        .redirectOutput(Redirect.INHERIT)));
        try (MemorySampler dump = MemorySampler.start(processes.getFirst().pid());
                MemorySampler load = MemorySampler.start(processes.getLast().pid())) {
            CoppiceCommand.requireSuccess("dump", processes.getFirst());
            CoppiceCommand.requireSuccess("load", processes.getLast());
            row("dump into a pipe", start, dump.peakBytes(), DiskUse.of(first));
            row("load from it", start, load.peakBytes(), DiskUse.of(second));
        }
    }

    private void row(String step, long start, long peakBytes, DiskUse use) {
        double seconds = (System.nanoTime() - start) / 1e9;
        table.row(
                step,
                Table.number(seconds),
                Table.number(count / seconds),
                Table.megabytes((double) peakBytes),
                Table.megabytes((double) use.length()));
    }

    /** Reads the lines in the order of their keys, as they were before they were shuffled. */
    private void compare(Path file) throws IOException {
        long start = System.nanoTime();
        Process dump = CoppiceCommand.of("dump", file.toString()).start();
        byte[] expected = new byte[Generate.LINE_BYTES];
        byte[] found = new byte[Generate.LINE_BYTES];
        Entries entries = new Entries();
        try (MemorySampler sampler = MemorySampler.start(dump.pid());
                InputStream lines = new BufferedInputStream(dump.getInputStream(), BUFFER_BYTES)) {
            for (long i = 0; i < count; i++) {
                Generate.line(i, entries, expected, 0);
                int length = lines.readNBytes(found, 0, found.length);
                if (length < found.length || !Arrays.equals(expected, found)) {
                    throw new IOException("line " + (i + 1) + " of the dump is different");
                }
            }
            if (lines.read() >= 0) {
                throw new IOException("the dump has more than " + count + " lines");
            }
            CoppiceCommand.requireSuccess("dump", dump);
            row("dump, equal", start, sampler.peakBytes(), DiskUse.of(file));
        }
    }
}
