package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.LatencyTrial;
import dev.coppice.perf.compare.work.Suite;
import dev.coppice.perf.compare.work.Trial;
import dev.coppice.perf.compare.work.Work;
import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.Sample;
import dev.coppice.perf.figures.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long single commits take beside scans and checkpoints. Thread safety: one thread. */
final class Latency {
    static final String NAME = "latency";
    private static final String HELP =
            """
            Usage: perf/run latency [--quick] [--entries N] [--rounds R] [--seconds S] [--rate N]
                                    [--dir DIR]

            A writer puts and commits NORMAL at a fixed pace, beside one thread and beside two that
            scan snapshots, on Coppice and on lmdbjava in turns, checkpoints as Coppice has them by
            default. The pace is half of what lmdbjava reaches beside one scanning thread. Printed,
            in microseconds: service time (from the call to the return) and response time (from when
            the put was due, so that nothing is left out), for both and for a writer that does
            nothing: with more threads than processors the scheduler decides the tails. Then the
            cost of a checkpoint on its own: service times of puts during checkpoints and outside,
            nothing scanning.

            SCALE  --seconds S     length of a run (default 20; quick 3), warmed up until the JIT rests
              --rate N        puts per second, in place of the measured half
              --dir DIR       folder for the stores
            """;
    private static final List<Peer> PEERS = List.of(Peer.COPPICE, Peer.LMDBJAVA);
    private static final String SERVICE = "service";
    private static final String RESPONSE = "response";

    private final Scale scale;
    private final double seconds;
    private final Path folder;
    private final Results results;

    private Latency(Scale scale, double seconds, Path folder, Results results) {
        this.scale = scale;
        this.seconds = seconds;
        this.folder = folder;
        this.results = results;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP.replace("SCALE", Scale.HELP))) {
            return;
        }
        Arguments arguments =
                new Arguments(
                        words,
                        List.of("quick"),
                        List.of("entries", "rounds", "seconds", "rate", "dir"));
        arguments.end();
        Results results = Results.ofCommand("perf/run latency " + String.join(" ", words));
        var latency =
                new Latency(
                        Scale.of(arguments),
                        arguments.count("seconds", arguments.has("quick") ? 3 : 20, 3600),
                        Compare.emptied(arguments, NAME),
                        results);
        long rate = arguments.number("rate", 0, 0, 100_000_000);
        latency.load();
        latency.measure(rate == 0 ? latency.halfOfPeer() : rate);
        latency.print();
        Bars.print(results);
        results.save(NAME);
    }

    private Path store(Peer peer) {
        return folder.resolve(peer.name());
    }

    private void load() throws IOException {
        for (Peer peer : PEERS) {
            String load = Work.LOAD.id();
            try (Fork fork =
                    Fork.start(
                            Trial.class,
                            peer,
                            store(peer),
                            Suite.MAIN.id(),
                            scale.entries(),
                            1,
                            1000,
                            load)) {
                fork.await("figure");
                fork.end();
            }
        }
    }

    private Fork start(String peer, Path store, long rate, int scanners, boolean isForcing)
            throws IOException {
        return Fork.start(
                LatencyTrial.class,
                peer,
                store,
                scale.entries(),
                rate,
                seconds,
                scanners,
                isForcing);
    }

    private long halfOfPeer() throws IOException {
        try (Fork fork = start(Peer.LMDBJAVA.name(), store(Peer.LMDBJAVA), 0, 1, false)) {
            long rate = (long) (Double.parseDouble(fork.await("rate")[0]) / 2);
            Figures.say("pace: " + rate + " puts per second");
            return Math.max(1, rate);
        }
    }

    private void measure(long rate) throws IOException {
        for (int round = 0; round < scale.rounds(); round++) {
            Figures.say("round " + (round + 1) + " of " + scale.rounds());
            for (int i = 0; i < PEERS.size(); i++) {
                Peer peer = PEERS.get((i + round) % PEERS.size());
                for (int scanners = 1; scanners <= 2; scanners++) {
                    beside(peer.name(), store(peer), rate, scanners, round);
                }
                forced(peer, rate, round);
            }
            beside(LatencyTrial.NOTHING, folder, rate, 0, round);
        }
    }

    private void beside(String peer, Path store, long rate, int scanners, int round)
            throws IOException {
        try (Fork fork = start(peer, store, rate, scanners, false)) {
            String suite = suite(scanners);
            add(suite, "rate", peer, round, Double.parseDouble(fork.await("rate")[0]));
            addAll(suite, SERVICE, peer, round, fork.await(SERVICE));
            addAll(suite, RESPONSE, peer, round, fork.await(RESPONSE));
            fork.end();
        }
    }

    private void forced(Peer peer, long rate, int round) throws IOException {
        try (Fork fork = start(peer.name(), store(peer), rate, 0, true)) {
            for (String line : List.of("during", "outside", "checkpoint")) {
                addAll("latency-checkpoints", line, peer.name(), round, fork.await(line));
            }
            fork.end();
        }
    }

    /** The bar is about one scanning thread. */
    private static String suite(int scanners) {
        return scanners == 2 ? Bars.LATENCY + "-2" : Bars.LATENCY;
    }

    private void addAll(String suite, String line, String peer, int round, String[] words) {
        for (int i = 0; i < words.length; i++) {
            add(suite, name(i) + "-" + line, peer, round, Double.parseDouble(words[i]));
        }
    }

    /** {@return the names of the percentiles, and of the worst} */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i <= LatencyTrial.QUANTILES.size(); i++) {
            names.add(name(i));
        }
        return names;
    }

    private static String name(int index) {
        List<Double> quantiles = LatencyTrial.QUANTILES;
        if (index == quantiles.size()) {
            return "worst";
        }
        double quantile = quantiles.get(index);
        return quantile == Math.rint(quantile)
                ? String.format(Locale.ROOT, "p%.0f", quantile)
                : "p" + quantile;
    }

    private void add(String suite, String work, String peer, int round, double value) {
        results.add(new Row(suite, work, peer, scale.entries(), round, value, 0, 0, 0));
    }

    private void print() {
        for (Table table : tables(results)) {
            System.out.println();
            table.print();
        }
    }

    static List<Table> tables(Results results) {
        List<Table> tables = new ArrayList<>();
        for (String suite : List.of(Bars.LATENCY, Bars.LATENCY + "-2")) {
            String beside = suite.equals(Bars.LATENCY) ? "1 scanning thread" : "2 scanning threads";
            var table = new Table(head("microseconds beside " + beside));
            for (String line : List.of(SERVICE, RESPONSE)) {
                for (Peer peer : PEERS) {
                    row(table, results, suite, line, peer.name(), peer.title());
                }
                row(
                        table,
                        results,
                        Bars.LATENCY,
                        line,
                        LatencyTrial.NOTHING,
                        "no store, nothing scanning");
            }
            tables.add(table);
        }
        var table = new Table(head("microseconds, checkpoints forced"));
        for (String line : List.of("during", "outside", "checkpoint")) {
            for (Peer peer : PEERS) {
                row(table, results, "latency-checkpoints", line, peer.name(), peer.title());
            }
        }
        tables.add(table);
        return tables;
    }

    private static String[] head(String first) {
        List<String> head = new ArrayList<>(List.of(first));
        head.addAll(names());
        return head.toArray(String[]::new);
    }

    private static void row(
            Table table, Results results, String suite, String line, String peer, String title) {
        List<Object> cells = new ArrayList<>(List.of(line + ", " + title));
        for (int i = 0; i <= LatencyTrial.QUANTILES.size(); i++) {
            Sample sample = results.sample(suite, name(i) + "-" + line, peer, Row::wall);
            cells.add(sample.isEmpty() ? "-" : Table.number(sample.median() / 1e3));
        }
        table.row(cells.toArray());
    }
}
