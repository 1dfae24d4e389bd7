package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.Suite;
import dev.coppice.perf.compare.work.Work;
import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Sample;
import dev.coppice.perf.figures.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The main workloads on stores of growing size. Thread safety: one thread. */
final class Growth {
    static final String NAME = "growth";
    private static final String HELP =
            """
            Usage: perf/run growth [--entries N,N,...] [--rounds R] [--peers NAMES] [--dir DIR]

            The workloads that the bars are about, on stores of 100,000, 1,000,000 and 10,000,000
            entries, Coppice and lmdbjava in turns: nanoseconds per operation, medians.

              --entries N,N,...  other sizes
              --rounds R         rounds (default 3)
              --peers NAMES      other stores
              --dir DIR          folder for the stores
            """;
    static final List<Peer> PEERS = List.of(Peer.COPPICE, Peer.LMDBJAVA);

    private Growth() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments =
                new Arguments(words, List.of(), List.of("entries", "rounds", "peers", "dir"));
        arguments.end();
        List<Peer> peers = Compare.named(arguments.text("peers", ""), Peer::valueOf, PEERS);
        List<Integer> sizes =
                Compare.named(
                        arguments.text("entries", "100000,1000000,10000000"),
                        Integer::valueOf,
                        List.of());
        int rounds = arguments.count("rounds", 3, 1000);
        Results results = Results.ofCommand("perf/run growth " + String.join(" ", words));
        Turns.Choice choice =
                (_, suite, work) -> Bars.needs(Peer.COPPICE, suite, work) && !work.isDurable();
        for (int size : sizes) {
            var scale = new Scale(size, rounds, 3, 3000, false);
            new Turns(scale, arguments.folder("dir", NAME), choice, results)
                    .run(List.of(Suite.MAIN, Suite.ASCENDING), peers);
        }
        for (Table table : tables(results, sizes, peers)) {
            System.out.println();
            table.print();
        }
        results.save(NAME);
    }

    /** {@return the sizes that the results have, ascending} */
    static List<Integer> sizes(Results results) {
        return results.rows().stream().map(Row::entries).distinct().sorted().toList();
    }

    static Sample sample(Results results, Suite suite, Work work, Peer peer, int size) {
        var sample = new Sample();
        for (Row row : results.rows()) {
            if (row.entries() == size
                    && row.suite().equals(suite.id())
                    && row.work().equals(work.id())
                    && row.peer().equals(peer.name())) {
                sample.add(row.wall());
            }
        }
        return sample;
    }

    static List<Table> tables(Results results, List<Integer> sizes, List<Peer> peers) {
        List<Table> tables = new ArrayList<>();
        for (Suite suite : List.of(Suite.MAIN, Suite.ASCENDING)) {
            List<String> head = new ArrayList<>(List.of("ns per operation; " + suite.title()));
            for (int size : sizes) {
                for (Peer peer : peers) {
                    head.add(peer.title() + " " + String.format(Locale.ROOT, "%,d", size));
                }
            }
            var table = new Table(head.toArray(String[]::new));
            for (Work work : suite.groups().stream().flatMap(List::stream).toList()) {
                row(table, results, suite, work, sizes, peers);
            }
            tables.add(table);
        }
        return tables;
    }

    private static void row(
            Table table,
            Results results,
            Suite suite,
            Work work,
            List<Integer> sizes,
            List<Peer> peers) {
        List<Object> cells = new ArrayList<>(List.of(work.title()));
        boolean isEmpty = true;
        for (int size : sizes) {
            for (Peer peer : peers) {
                Sample sample = sample(results, suite, work, peer, size);
                isEmpty &= sample.isEmpty();
                cells.add(sample.isEmpty() ? "-" : Table.number(sample.median()));
            }
        }
        if (!isEmpty) {
            table.row(cells.toArray());
        }
    }
}
