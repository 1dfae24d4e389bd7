package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Coppice and lmdbjava in turns, workload by workload. Thread safety: one thread. */
final class Quick {
    private static final String HELP =
            """
            Usage: perf/run quick [--entries N | --small] [--rounds R] [--only WORDS] [--dir DIR]

            Loads, gets, scans and commits on Coppice and on lmdbjava (Agrona's buffers, NOSYNC and
            WRITEMAP; no flag where the commit is durable), with keys of 16 decimal digits and
            values of 100 bytes. Each figure is from a JVM of its own, the stores taking turns.
            Printed: nanoseconds per operation, median and range of the rounds, and how many times
            as long lmdbjava takes; the same for the processor time of the calling thread, which a
            busy machine disturbs less.

              --entries N   entries of the store (default 1000000)
              --small       200000 entries
              --rounds R    rounds (default 3)
              --only WORDS  only workloads whose name in the table has WORDS in it, and loads
              --dir DIR     folder for the stores
            """;

    private final int entries;
    private final Path folder;
    private final String only;
    private final Map<Subject.Kind, Map<Workload, Sample>> wall = samples();
    private final Map<Subject.Kind, Map<Workload, Sample>> processor = samples();
    private final Map<Subject.Kind, Sample> sizes = new EnumMap<>(Subject.Kind.class);

    private Quick(int entries, Path folder, String only) {
        this.entries = entries;
        this.folder = folder;
        this.only = only;
        for (Subject.Kind kind : Subject.Kind.values()) {
            sizes.put(kind, new Sample());
        }
    }

    private static Map<Subject.Kind, Map<Workload, Sample>> samples() {
        Map<Subject.Kind, Map<Workload, Sample>> samples = new EnumMap<>(Subject.Kind.class);
        for (Subject.Kind kind : Subject.Kind.values()) {
            Map<Workload, Sample> ofKind = new EnumMap<>(Workload.class);
            for (Workload workload : Workload.values()) {
                ofKind.put(workload, new Sample());
            }
            samples.put(kind, ofKind);
        }
        return samples;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments =
                new Arguments(words, List.of("small"), List.of("entries", "rounds", "only", "dir"));
        arguments.end();
        int entries =
                arguments.count(
                        "entries", arguments.has("small") ? 200_000 : 1_000_000, 50_000_000);
        int rounds = arguments.count("rounds", 3, 1000);
        Path folder = arguments.folder("dir", "quick");
        var quick = new Quick(entries, folder, arguments.text("only", ""));
        for (int round = 0; round < rounds; round++) {
            Figures.say("round " + (round + 1) + " of " + rounds);
            quick.round(round);
        }
        quick.print(rounds);
        DiskUse.delete(folder);
    }

    private void round(int round) throws IOException {
        DiskUse.emptied(folder);
        for (Workload workload : Workload.values()) {
            if (workload.usesStoreBefore() && !workload.title().contains(only)) {
                continue;
            }
            Subject.Kind[] kinds = Subject.Kind.values();
            for (int i = 0; i < kinds.length; i++) {
                trial(kinds[(i + round) % kinds.length], workload);
            }
        }
    }

    private void trial(Subject.Kind kind, Workload workload) throws IOException {
        Path store = folder.resolve(kind.name());
        String[] result = Fork.run(QuickTrial.class, kind, workload, store, entries);
        wall.get(kind).get(workload).add(Double.parseDouble(result[0]));
        processor.get(kind).get(workload).add(Double.parseDouble(result[1]));
        DiskUse use = DiskUse.of(kind.dataFile(store));
        if (workload == Workload.LOAD_RANDOM) {
            sizes.get(kind).add((double) use.allocated());
        }
    }

    private void print(int rounds) {
        System.out.printf("%n%,d entries, %d rounds, ns per operation%n%n", entries, rounds);
        var table =
                new Table(
                        "workload",
                        "Coppice",
                        "range",
                        "lmdbjava",
                        "range",
                        "lmdbjava/Coppice",
                        "CPU Coppice",
                        "CPU lmdbjava",
                        "ratio of CPU");
        for (Workload workload : Workload.values()) {
            row(table, workload);
        }
        table.print();
        double ours = sizes.get(Subject.Kind.COPPICE).median() / entries;
        double theirs = sizes.get(Subject.Kind.LMDBJAVA).median() / entries;
        System.out.println();
        var size = new Table("after the random load", "Coppice", "lmdbjava", "lmdbjava/Coppice");
        size.row(
                "bytes on disk per entry",
                Table.number(ours),
                Table.number(theirs),
                Table.ratio(theirs / ours));
        size.print();
    }

    private void row(Table table, Workload workload) {
        Sample ours = wall.get(Subject.Kind.COPPICE).get(workload);
        Sample theirs = wall.get(Subject.Kind.LMDBJAVA).get(workload);
        if (ours.isEmpty()) {
            return;
        }
        double processorOurs = processor.get(Subject.Kind.COPPICE).get(workload).median();
        double processorTheirs = processor.get(Subject.Kind.LMDBJAVA).get(workload).median();
        table.row(
                workload.title(),
                Table.number(ours.median()),
                ours.spread(),
                Table.number(theirs.median()),
                theirs.spread(),
                Table.ratio(theirs.median() / ours.median()),
                Table.number(processorOurs),
                Table.number(processorTheirs),
                Table.ratio(processorTheirs / processorOurs));
    }
}
