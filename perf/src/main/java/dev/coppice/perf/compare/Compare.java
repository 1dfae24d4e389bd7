package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.Suite;
import dev.coppice.perf.compare.work.Work;
import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Sample;
import dev.coppice.perf.figures.Table;
import dev.coppice.perf.figures.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** All workloads on all stores. Thread safety: one thread. */
final class Compare {
    static final String NAME = "compare";

    /** The runs of what the bars need, which a run of everything does not replace. */
    static final String BARS = "bars";

    private static final String HELP =
            """
            Usage: perf/run compare [--quick] [--share] [--entries N] [--rounds R] [--peers NAMES]
                                    [--bars] [--suites NAMES] [--works NAMES] [--dir DIR]

            Runs every workload on every store, in JVMs of their own, the stores taking turns:
            Coppice, a peer, the next peer, Coppice, ... Prints nanoseconds per operation, median
            and range of the rounds, and how many times as long each peer takes; then the bars that
            Coppice has to clear. --quick takes Coppice and lmdbjava and the workloads of the bars.

            SCALE  --peers NAMES   coppice, lmdbjava, rocksdb, mvstore, xodus, sqlite, mapdb, chronicle
              --bars          the stores and workloads of the bars
              --suites NAMES  only these: SUITES
              --works NAMES   only these, and loads
              --dir DIR       folder for the stores

            The figures are kept for perf/run report.
            """;

    private Compare() {}

    static void run(List<String> words) throws IOException {
        String suiteNames =
                Arrays.stream(Suite.values()).map(Suite::id).collect(Collectors.joining(", "));
        if (Figures.isHelp(
                words, HELP.replace("SCALE", Scale.HELP).replace("SUITES", suiteNames))) {
            return;
        }
        Arguments arguments =
                new Arguments(
                        words,
                        List.of("quick", "share", "bars"),
                        List.of(
                                "entries",
                                "rounds",
                                "pass-millis",
                                "peers",
                                "suites",
                                "works",
                                "dir"));
        arguments.end();
        boolean isForBars = arguments.has("quick") || arguments.has("bars");
        List<Peer> peers = List.of(Peer.values());
        if (isForBars) {
            List<Peer> few = List.of(Peer.COPPICE, Peer.LMDBJAVA);
            peers = arguments.has("bars") ? Bars.peers() : few;
        }
        peers = named(arguments.text("peers", ""), Peer::valueOf, peers);
        List<Suite> suites =
                named(arguments.text("suites", ""), Suite::valueOf, List.of(Suite.values()));
        List<Work> works =
                named(arguments.text("works", ""), Work::valueOf, List.of(Work.values()));
        Turns.Choice choice =
                (peer, suite, work) ->
                        (work == Work.LOAD || works.contains(work))
                                && (!isForBars || Bars.needs(peer, suite, work));
        Results results = Results.ofCommand("perf/run compare " + String.join(" ", words));
        Path folder = arguments.folder("dir", NAME);
        new Turns(Scale.of(arguments), folder, choice, results).run(suites, peers);
        print(results, peers);
        Bars.print(results);
        results.save(isForBars ? BARS : NAME);
    }

    /** {@return the values that a list of names in small letters means} */
    static <T> List<T> named(
            String names, java.util.function.Function<String, T> valueOf, List<T> otherwise) {
        if (names.isEmpty()) {
            return otherwise;
        }
        List<T> values = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            try {
                values.add(valueOf.apply(name.strip().toUpperCase(Locale.ROOT).replace('-', '_')));
            } catch (IllegalArgumentException e) {
                throw new UsageException("no such name: " + name, e);
            }
        }
        return values;
    }

    private static void print(Results results, List<Peer> peers) {
        for (Suite suite : Suite.values()) {
            for (Table table : tables(results, suite, peers)) {
                System.out.println();
                table.print();
            }
        }
    }

    /** {@return what a suite's works took, and what its store took on disk} */
    static List<Table> tables(Results results, Suite suite, List<Peer> peers) {
        List<Row> rows =
                results.rows().stream().filter(row -> row.suite().equals(suite.id())).toList();
        if (rows.isEmpty()) {
            return List.of();
        }
        String title =
                String.format(
                        Locale.ROOT,
                        "ns per operation; %s; %,d entries",
                        suite.title(),
                        rows.getFirst().entries());
        var times = new Table(head(title, peers));
        for (Work work : suite.groups().stream().flatMap(List::stream).toList()) {
            addRow(times, results, suite, work, peers, work.title(), Row::wall);
        }
        var sizes = new Table(head("bytes on disk per entry", peers));
        addRow(
                sizes,
                results,
                suite,
                Work.LOAD,
                peers,
                "behind the load",
                row -> row.more() / row.entries());
        return suite.groups().getFirst().contains(Work.LOAD)
                ? List.of(times, sizes)
                : List.of(times);
    }

    private static String[] head(String first, List<Peer> peers) {
        List<String> head = new ArrayList<>(List.of(first));
        for (Peer peer : peers) {
            head.add(peer.title());
            if (peer == Peer.COPPICE) {
                head.add("range");
            } else {
                head.add("x Coppice");
            }
        }
        return head.toArray(String[]::new);
    }

    private static void addRow(
            Table table,
            Results results,
            Suite suite,
            Work work,
            List<Peer> peers,
            String title,
            ToDoubleFunction<Row> figure) {
        Sample ours = results.sample(suite.id(), work.id(), Peer.COPPICE.name(), figure);
        if (ours.isEmpty()) {
            return;
        }
        List<Object> cells = new ArrayList<>(List.of(title));
        for (Peer peer : peers) {
            Sample sample = results.sample(suite.id(), work.id(), peer.name(), figure);
            if (sample.isEmpty()) {
                cells.addAll(List.of("-", "-"));
            } else {
                cells.add(Table.number(sample.median()));
                cells.add(
                        peer == Peer.COPPICE
                                ? sample.spread()
                                : Table.ratio(sample.median() / ours.median()));
            }
        }
        table.row(cells.toArray());
    }

    /** {@return the folder of a command, empty} */
    static Path emptied(Arguments arguments, String name) throws IOException {
        return DiskUse.emptied(arguments.folder("dir", name));
    }
}
