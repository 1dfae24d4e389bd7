package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.CheckpointWear;
import dev.coppice.perf.compare.work.SpaceTrial;
import dev.coppice.perf.compare.work.Suite;
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
import java.util.stream.Stream;

/** What the stores take on disk, and what they have the device write. One thread. */
final class Space {
    static final String NAME = "space";
    private static final String HELP =
            """
            Usage: perf/run space [--quick] [--entries N] [--rounds R] [--peers NAMES] [--dir DIR]

            Bytes on disk per byte of live keys and values: behind a load in random order, behind
            churn (every entry deleted and put back about once, 100 per commit), behind deleting
            nine tenths, and after closing. With decimal keys and with random ones.

            Bytes that the device wrote per byte committed, from the counters of the block device,
            with single puts under NORMAL with checkpoints, and under FULL; and, for Coppice, per
            byte of dirty pages of a checkpoint on a store that was closed, dropped from the page
            cache, reopened and scanned. Other work on the same device is counted too.

            SCALE  --peers NAMES   default coppice,lmdbjava,rocksdb,mvstore,xodus,sqlite,mapdb
              --dir DIR       folder for the stores
            """;
    private static final List<String> STEPS =
            List.of(Bars.AFTER_LOAD, "after-churn", "after-delete", "after-close");
    private static final List<String> TITLES =
            List.of("random load", "churn", "deleting 90 %", "closing after that");

    private final Scale scale;
    private final List<Peer> peers;
    private final Path folder;
    private final Results results;

    private Space(Scale scale, List<Peer> peers, Path folder, Results results) {
        this.scale = scale;
        this.peers = peers;
        this.folder = folder;
        this.results = results;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP.replace("SCALE", Scale.HELP))) {
            return;
        }
        Arguments arguments =
                new Arguments(
                        words, List.of("quick"), List.of("entries", "rounds", "peers", "dir"));
        arguments.end();
        List<Peer> peers = new ArrayList<>(List.of(Peer.values()));
        peers.remove(Peer.CHRONICLE);
        if (arguments.has("quick")) {
            peers = List.of(Peer.COPPICE, Peer.LMDBJAVA);
        }
        Results results = Results.ofCommand("perf/run space " + String.join(" ", words));
        Path folder = Compare.emptied(arguments, NAME);
        peers = Compare.named(arguments.text("peers", ""), Peer::valueOf, peers);
        new Space(Scale.of(arguments), peers, folder, results).measure();
        for (Table table : tables(results, peers)) {
            System.out.println();
            table.print();
        }
        Bars.print(results);
        results.save(NAME);
        DiskUse.delete(folder);
    }

    private void measure() throws IOException {
        for (int round = 0; round < scale.rounds(); round++) {
            Figures.say("round " + (round + 1) + " of " + scale.rounds());
            for (Peer peer : peers) {
                // Sizes are the same in every run.
                if (round == 0) {
                    space(peer, Suite.MAIN, Bars.SPACE);
                    space(peer, Suite.RANDOM, Bars.SPACE_RANDOM);
                }
                wear(peer, false, round);
                wear(peer, true, round);
            }
            checkpointWear(round);
        }
    }

    private void space(Peer peer, Suite suite, String name) throws IOException {
        try (Fork fork =
                Fork.start(SpaceTrial.class, "space", peer, folder, suite.id(), scale.entries())) {
            String[] words = fork.await("space");
            fork.end();
            for (int i = 0; i < words.length; i++) {
                add(name, STEPS.get(i), peer, 0, Double.parseDouble(words[i]));
            }
        } catch (IOException e) {
            failed(peer, e);
        }
    }

    /** A store that fails loses the figure; Coppice may not. */
    private static void failed(Peer peer, IOException failure) throws IOException {
        if (peer == Peer.COPPICE) {
            throw failure;
        }
        Figures.say(peer.title() + " failed: " + failure.getMessage());
    }

    private void wear(Peer peer, boolean isDurable, int round) throws IOException {
        try (Fork fork =
                Fork.start(
                        SpaceTrial.class,
                        "wear",
                        peer,
                        folder,
                        Suite.MAIN.id(),
                        scale.entries(),
                        isDurable)) {
            String[] words = fork.await("wear");
            fork.end();
            add(Bars.SPACE, wearName(isDurable), peer, round, Double.parseDouble(words[0]));
        } catch (IOException e) {
            failed(peer, e);
        }
    }

    private static String wearName(boolean isDurable) {
        return isDurable ? "wear-full" : "wear-normal";
    }

    private void checkpointWear(int round) throws IOException {
        try (Fork fork = Fork.start(CheckpointWear.class, "load", folder, scale.entries())) {
            fork.await("loaded");
            fork.end();
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                dropFromCache(file);
            }
        }
        int commits = Math.max(1, scale.entries() / 50);
        try (Fork fork =
                Fork.start(CheckpointWear.class, "checkpoint", folder, scale.entries(), commits)) {
            double wear = Double.parseDouble(fork.await("wear")[0]);
            fork.end();
            if (wear > 0) {
                add(Bars.SPACE, Bars.CHECKPOINT_WEAR, Peer.COPPICE, round, wear);
            } else {
                Figures.say("the device counts nothing: no figure for a checkpoint's wear");
            }
        }
    }

    /** Asks the system to forget what it has cached of a file, by dd's way to say so. */
    private static void dropFromCache(Path file) throws IOException {
        DiskUse.force(file);
        new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                .inheritIO()
                .start()
                .onExit()
                .join();
    }

    private void add(String suite, String work, Peer peer, int round, double value) {
        results.add(new Row(suite, work, peer.name(), scale.entries(), round, value, 0, 0, 0));
    }

    static List<Table> tables(Results results, List<Peer> peers) {
        List<Table> tables = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("bytes on disk per live byte, behind"));
        peers.forEach(peer -> head.add(peer.title()));
        var sizes = new Table(head.toArray(String[]::new));
        for (String suite : List.of(Bars.SPACE, Bars.SPACE_RANDOM)) {
            String keys = suite.equals(Bars.SPACE) ? ", decimal keys" : ", random keys";
            for (int i = 0; i < STEPS.size(); i++) {
                row(sizes, results, peers, suite, STEPS.get(i), TITLES.get(i) + keys);
            }
        }
        tables.add(sizes);
        head.set(0, "device bytes written");
        var wear = new Table(head.toArray(String[]::new));
        row(wear, results, peers, Bars.SPACE, wearName(false), "per committed byte, NORMAL");
        row(wear, results, peers, Bars.SPACE, wearName(true), "per committed byte, FULL");
        row(
                wear,
                results,
                peers,
                Bars.SPACE,
                Bars.CHECKPOINT_WEAR,
                "per dirty byte of a checkpoint");
        tables.add(wear);
        return tables;
    }

    private static void row(
            Table table,
            Results results,
            List<Peer> peers,
            String suite,
            String work,
            String title) {
        List<Object> cells = new ArrayList<>(List.of(title));
        for (Peer peer : peers) {
            Sample sample = results.sample(suite, work, peer.name(), Row::wall);
            cells.add(sample.isEmpty() ? "-" : Table.ratio(sample.median()));
        }
        table.row(cells.toArray());
    }
}
