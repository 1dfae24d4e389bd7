package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How long a store takes to open, large or small, closed in order or killed. One thread. */
final class OpenTime {
    private static final String HELP =
            """
            Usage: perf/run open-time [--entries N] [--runs R] [--commits C] [--dir DIR]

            Builds a store of N random entries (default 10000000; used again when it is there) and
            one of 100000, and times Store.open in a fresh JVM, R times each (default 7): after an
            orderly close, and after a process made C single-put NORMAL commits (default 4000)
            without a checkpoint and was killed with SIGKILL. Killed again for each run; the last
            commit must be there. "warm" is with the classes loaded by opening another store first.
            Files are in the page cache. Also printed: the first get, which pays for nothing less.
            """;
    private static final long SMALL_ENTRIES = 100_000;

    private final Path folder;
    private final int runs;
    private final int commits;
    private long seed = 100;

    private OpenTime(Path folder, int runs, int commits) {
        this.folder = folder;
        this.runs = runs;
        this.commits = commits;
    }

    /** Medians in microseconds. */
    private record Figure(Sample opened, Sample firstGet, double logBytes) {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments =
                new Arguments(words, List.of(), List.of("entries", "runs", "commits", "dir"));
        arguments.end();
        long large = arguments.number("entries", 10_000_000, 1000, 1L << 33);
        var time =
                new OpenTime(
                        arguments.folder("dir", "open-time"),
                        arguments.count("runs", 7, 1000),
                        arguments.count("commits", 4000, 1 << 24));
        time.measure(large);
    }

    private void measure(long large) throws IOException {
        Files.createDirectories(folder);
        Path largeFile = built(folder, large);
        Path smallFile = built(folder, SMALL_ENTRIES);
        var table =
                new Table(
                        "microseconds to open",
                        large + " entries",
                        "range",
                        SMALL_ENTRIES + " entries",
                        "range",
                        "large/small",
                        "first get",
                        "of the small");
        for (boolean isWarm : new boolean[] {false, true}) {
            String classes = isWarm ? ", warm" : ", fresh JVM";
            row(
                    table,
                    "closed in order" + classes,
                    closed(largeFile, isWarm),
                    closed(smallFile, isWarm));
            Figure killedLarge = killed(largeFile, large, isWarm);
            Figure killedSmall = killed(smallFile, SMALL_ENTRIES, isWarm);
            row(table, "killed after " + commits + " commits" + classes, killedLarge, killedSmall);
            Figures.say(
                    "log to recover, MB: "
                            + Table.megabytes(killedLarge.logBytes())
                            + " and "
                            + Table.megabytes(killedSmall.logBytes()));
        }
        table.print();
    }

    /** {@return a store of so many random entries, used again where it is there} */
    static Path built(Path folder, long count) throws IOException {
        Path file = folder.resolve("entries-" + count + ".coppice");
        Path mark = folder.resolve("entries-" + count + ".built");
        if (!Files.exists(mark)) {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder.resolve(file.getFileName() + "-live"));
            Figures.say("building a store of " + count + " entries");
            long start = System.nanoTime();
            Fork.run(OpenTrial.class, "build", file, count);
            Figures.say("built in " + Table.number((System.nanoTime() - start) / 1e9) + " s");
            Files.createFile(mark);
        }
        DiskUse.force(file);
        return file;
    }

    private Figure closed(Path file, boolean isWarm) throws IOException {
        Sample opened = new Sample();
        Sample firstGet = new Sample();
        for (int i = 0; i < runs; i++) {
            String[] result = Fork.run(OpenTrial.class, "open", file, isWarm);
            opened.add(Long.parseLong(result[0]) / 1e3);
            firstGet.add(Long.parseLong(result[1]) / 1e3);
        }
        return new Figure(opened, firstGet, 0);
    }

    private Figure killed(Path file, long count, boolean isWarm) throws IOException {
        Sample opened = new Sample();
        Sample firstGet = new Sample();
        Sample logBytes = new Sample();
        for (int i = 0; i < runs; i++) {
            String[] worn;
            try (Fork fork = Fork.start(OpenTrial.class, "wear", file, count, commits, seed++)) {
                worn = fork.await("worn");
                fork.kill();
            }
            String[] result = Fork.run(OpenTrial.class, "open", file, isWarm);
            if (!result[2].equals(worn[0])) {
                throw new IOException("commits were lost: " + worn[0] + " became " + result[2]);
            }
            opened.add(Long.parseLong(result[0]) / 1e3);
            firstGet.add(Long.parseLong(result[1]) / 1e3);
            logBytes.add(Double.parseDouble(worn[1]));
        }
        return new Figure(opened, firstGet, logBytes.median());
    }

    private static void row(Table table, String title, Figure large, Figure small) {
        table.row(
                title,
                Table.number(large.opened().median()),
                large.opened().spread(),
                Table.number(small.opened().median()),
                small.opened().spread(),
                Table.ratio(large.opened().median() / small.opened().median()),
                Table.number(large.firstGet().median()),
                Table.number(small.firstGet().median()));
    }
}
