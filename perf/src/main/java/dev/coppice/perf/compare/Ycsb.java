package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.YcsbBinding;
import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.Sample;
import dev.coppice.perf.figures.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** YCSB's core workloads, driven by its own client. Thread safety: one thread. */
final class Ycsb {
    static final String NAME = "ycsb";
    private static final String HELP =
            """
            Usage: perf/run ycsb [--entries N] [--rounds R] [--threads T] [--peers NAMES]
                                 [--dir DIR]

            YCSB's client with workloads A to F (zipfian; D latest; E scans of up to 100), records
            of ten fields of 100 bytes, on the stores in turns: thousands of operations per second.
            A record is one value; NORMAL commits.

              --entries N    records, and operations of each workload (default 200000)
              --rounds R     rounds (default 3)
              --threads T    client threads (default 2)
              --peers NAMES  default coppice,lmdbjava,rocksdb,mvstore,xodus,sqlite,mapdb
              --dir DIR      folder for the stores
            """;

    /** Shares of read, update, insert, scan, read-modify-write; the distribution of the keys. */
    private static final Map<String, String> WORKLOADS =
            new TreeMap<>(
                    Map.of(
                            "A", "0.5 0.5 0 0 0 zipfian",
                            "B", "0.95 0.05 0 0 0 zipfian",
                            "C", "1 0 0 0 0 zipfian",
                            "D", "0.95 0 0.05 0 0 latest",
                            "E", "0 0 0.05 0.95 0 zipfian",
                            "F", "0.5 0 0 0 0.5 zipfian"));

    private static final String LOAD = "load";
    private static final String THROUGHPUT = "[OVERALL],";

    private final int entries;
    private final int threads;
    private final Path folder;
    private final Results results;

    private Ycsb(int entries, int threads, Path folder, Results results) {
        this.entries = entries;
        this.threads = threads;
        this.folder = folder;
        this.results = results;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments =
                new Arguments(
                        words, List.of(), List.of("entries", "rounds", "threads", "peers", "dir"));
        arguments.end();
        List<Peer> ordered = List.of(Peer.values()).stream().filter(Peer::isOrdered).toList();
        List<Peer> peers = Compare.named(arguments.text("peers", ""), Peer::valueOf, ordered);
        Results results = Results.ofCommand("perf/run ycsb " + String.join(" ", words));
        Path folder = Compare.emptied(arguments, NAME);
        var ycsb =
                new Ycsb(
                        arguments.count("entries", 200_000, 100_000_000),
                        arguments.count("threads", 2, 1000),
                        folder,
                        results);
        int rounds = arguments.count("rounds", 3, 1000);
        for (int round = 0; round < rounds; round++) {
            Figures.say("round " + (round + 1) + " of " + rounds);
            ycsb.round(peers, round);
        }
        System.out.println();
        table(results, peers).print();
        results.save(NAME);
        DiskUse.delete(folder);
    }

    private void round(List<Peer> peers, int round) throws IOException {
        DiskUse.emptied(folder);
        List<String> steps = new ArrayList<>(List.of(LOAD));
        steps.addAll(WORKLOADS.keySet());
        for (String step : steps) {
            for (int i = 0; i < peers.size(); i++) {
                step(peers.get((i + round) % peers.size()), step, round);
            }
        }
    }

    private void step(Peer peer, String step, int round) throws IOException {
        Path store = Files.createDirectories(folder.resolve(peer.name()));
        List<Object> words =
                new ArrayList<>(
                        List.of(step.equals(LOAD) ? "-load" : "-t", "-threads", threads, "-db"));
        words.add(YcsbBinding.class.getName());
        property(words, "peer", peer);
        property(words, "folder", store);
        property(words, "workload", "site.ycsb.workloads.CoreWorkload");
        property(words, "recordcount", entries);
        property(words, "operationcount", entries);
        property(words, "zeropadding", YcsbBinding.KEY_DIGITS);
        if (!step.equals(LOAD)) {
            shares(words, WORKLOADS.get(step).split(" ", -1));
        }
        try (Fork fork = Fork.start(site.ycsb.Client.class, words.toArray())) {
            String[] figure = fork.await(THROUGHPUT);
            while (!figure[0].startsWith("Throughput")) {
                figure = fork.await(THROUGHPUT);
            }
            double perSecond = Double.parseDouble(figure[figure.length - 1]);
            fork.end();
            results.add(
                    new Row(
                            NAME,
                            step,
                            peer.name(),
                            entries,
                            round,
                            1e9 / perSecond,
                            0,
                            0,
                            perSecond));
        } catch (IOException e) {
            if (peer == Peer.COPPICE) {
                throw e;
            }
            Figures.say(peer.title() + " failed: " + e.getMessage());
        }
    }

    private static void shares(List<Object> words, String[] shares) {
        property(words, "readproportion", shares[0]);
        property(words, "updateproportion", shares[1]);
        property(words, "insertproportion", shares[2]);
        property(words, "scanproportion", shares[3]);
        property(words, "readmodifywriteproportion", shares[4]);
        property(words, "requestdistribution", shares[5]);
        property(words, "maxscanlength", 100);
    }

    private static void property(List<Object> words, String name, Object value) {
        words.add("-p");
        words.add(name + "=" + value);
    }

    static Table table(Results results, List<Peer> peers) {
        List<String> head = new ArrayList<>(List.of("YCSB, thousands of operations per second"));
        peers.forEach(peer -> head.add(peer.title()));
        var table = new Table(head.toArray(String[]::new));
        List<String> steps = new ArrayList<>(List.of(LOAD));
        steps.addAll(WORKLOADS.keySet());
        for (String step : steps) {
            List<Object> cells = new ArrayList<>(List.of(step));
            for (Peer peer : peers) {
                Sample sample = results.sample(NAME, step, peer.name(), Row::more);
                cells.add(sample.isEmpty() ? "-" : Table.number(sample.median() / 1e3));
            }
            table.row(cells.toArray());
        }
        return table;
    }
}
