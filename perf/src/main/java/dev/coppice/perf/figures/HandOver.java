package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What it costs to take the writer role over from another process. Two processes. */
final class HandOver {
    private static final String HELP =
            """
            Usage: perf/run handover [--entries N] [--runs R] [--rounds K] [--dir DIR]

            Builds a store of N random entries (default 5000000; used again when it is there) and
            one of 10000. Two processes have it open and commit a random put in turn, K rounds each
            (default 3000). Each waits until it sees the commit of the other, and then begins: the
            time of that call is the hand-over. "again" is a begin behind a commit of its own. Each
            figure is the median of R runs (default 5), of which each is a median itself. Files are
            in the page cache.
            """;
    private static final long SMALL_ENTRIES = 10_000;

    private final Path folder;
    private final int runs;
    private final int rounds;

    private HandOver(Path folder, int runs, int rounds) {
        this.folder = folder;
        this.runs = runs;
        this.rounds = rounds;
    }

    /** Nanoseconds. */
    private record Figure(Sample first, Sample begin, Sample commit, Sample again) {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments =
                new Arguments(words, List.of(), List.of("entries", "runs", "rounds", "dir"));
        arguments.end();
        long large = arguments.number("entries", 5_000_000, 1000, 1L << 33);
        var handOver =
                new HandOver(
                        arguments.folder("dir", "open-time"),
                        arguments.count("runs", 5, 1000),
                        arguments.count("rounds", 3000, 1 << 24));
        handOver.measure(large);
    }

    private void measure(long large) throws IOException {
        Files.createDirectories(folder);
        Figure many = measureAt(large);
        Figure few = measureAt(SMALL_ENTRIES);
        var table =
                new Table(
                        "microseconds",
                        large + " entries",
                        "range",
                        SMALL_ENTRIES + " entries",
                        "range",
                        "large/small");
        row(table, "begin behind another process", many.begin(), few.begin());
        row(table, "put and commit", many.commit(), few.commit());
        row(table, "begin again", many.again(), few.again());
        row(table, "first begin of the second process", many.first(), few.first());
        table.print();
    }

    private Figure measureAt(long count) throws IOException {
        Path file = OpenTime.built(folder, count);
        var figure = new Figure(new Sample(), new Sample(), new Sample(), new Sample());
        for (int i = 0; i < runs; i++) {
            try (Fork other = Fork.start(HandOverTrial.class, "answer", file, count, rounds, i)) {
                other.await("open");
                String[] result =
                        Fork.run(HandOverTrial.class, "ask", file, count, rounds, runs + i);
                other.end();
                figure.first().add(Long.parseLong(result[0]) / 1e3);
                figure.begin().add(Long.parseLong(result[1]) / 1e3);
                figure.commit().add(Long.parseLong(result[2]) / 1e3);
                figure.again().add(Long.parseLong(result[3]) / 1e3);
            }
        }
        return figure;
    }

    private static void row(Table table, String title, Sample large, Sample small) {
        table.row(
                title,
                Table.number(large.median()),
                large.spread(),
                Table.number(small.median()),
                small.spread(),
                Table.ratio(large.median() / small.median()));
    }
}
