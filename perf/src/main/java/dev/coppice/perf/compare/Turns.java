package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.Suite;
import dev.coppice.perf.compare.work.Trial;
import dev.coppice.perf.compare.work.Work;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Runs suites round by round, the stores taking turns in JVMs of their own. One thread. */
final class Turns {
    /** Whether a work of a suite is wanted of a store. */
    interface Choice {
        boolean wants(Peer peer, Suite suite, Work work);
    }

    private final Scale scale;
    private final Path folder;
    private final Choice choice;
    private final Results results;

    Turns(Scale scale, Path folder, Choice choice, Results results) {
        this.scale = scale;
        this.folder = folder;
        this.choice = choice;
        this.results = results;
    }

    void run(List<Suite> suites, List<Peer> peers) throws IOException {
        for (int round = 0; round < scale.rounds(); round++) {
            Figures.say("round " + (round + 1) + " of " + scale.rounds());
            for (Suite suite : suites) {
                DiskUse.emptied(folder);
                for (List<Work> group : suite.groups()) {
                    turn(suite, group, peers, round);
                }
            }
        }
        DiskUse.delete(folder);
    }

    private void turn(Suite suite, List<Work> group, List<Peer> peers, int round)
            throws IOException {
        for (int i = 0; i < peers.size(); i++) {
            Peer peer = peers.get((i + round) % peers.size());
            List<Work> works = group.stream().filter(work -> isDone(peer, suite, work)).toList();
            boolean isSequence = group.getFirst().isStep();
            if ((scale.sharesJvms() || isSequence) && !works.isEmpty()) {
                trial(peer, suite, works, round);
            } else {
                for (Work work : works) {
                    trial(peer, suite, List.of(work), round);
                }
            }
        }
    }

    private boolean isDone(Peer peer, Suite suite, Work work) {
        return choice.wants(peer, suite, work)
                && (peer.isOrdered() || !work.needsOrder())
                && (peer.hasDurableCommits() || !work.isDurable());
    }

    /** A store that fails loses the figure; Coppice may not. */
    private void trial(Peer peer, Suite suite, List<Work> works, int round) throws IOException {
        int entries = suite.entries(scale.entries());
        String ids = works.stream().map(Work::id).collect(Collectors.joining(","));
        Path store = folder.resolve(suite.id() + "-" + peer.name());
        List<Row> rows = new ArrayList<>();
        long start = System.nanoTime();
        // The processors of a machine may differ, by what else runs on the other half of a core.
        boolean isBound = !scale.sharesJvms() && works.stream().allMatch(Work::isReading);
        try (Fork fork =
                Fork.start(
                        isBound,
                        Trial.class,
                        peer,
                        store,
                        suite.id(),
                        entries,
                        scale.passes(),
                        scale.passMillis(),
                        ids)) {
            for (int i = 0; i < works.size(); i++) {
                String[] words = fork.await("figure");
                rows.add(
                        new Row(
                                suite.id(),
                                words[0],
                                peer.name(),
                                entries,
                                round,
                                Double.parseDouble(words[1]),
                                Double.parseDouble(words[2]),
                                Double.parseDouble(words[3]),
                                Double.parseDouble(words[4])));
            }
            fork.end();
        } catch (IOException e) {
            if (peer == Peer.COPPICE) {
                throw e;
            }
            Figures.say(peer.title() + " failed: " + e.getMessage());
        }
        rows.forEach(results::add);
        double seconds = (System.nanoTime() - start) / 1e9;
        Figures.say(Table.number(seconds) + " s  " + suite.id() + " " + peer.title() + " " + ids);
    }
}
