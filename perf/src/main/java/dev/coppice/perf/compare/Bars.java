package dev.coppice.perf.compare;

import dev.coppice.perf.compare.Bar.Outcome;
import dev.coppice.perf.compare.Bar.Term;
import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.Suite;
import dev.coppice.perf.compare.work.Work;
import dev.coppice.perf.figures.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** All bars, and how they are printed. Stateless. */
final class Bars {
    static final String LATENCY = "latency";
    static final String P999_SERVICE = "p99.9-service";
    static final String SPACE = "space";
    static final String SPACE_RANDOM = "space-random";
    static final String AFTER_LOAD = "bytes-after-load-per-flat-byte";
    static final String CHECKPOINT_WEAR = "device-bytes-per-dirty-byte";

    /** Fewer bytes than that per operation come from outside the loop that is measured. */
    private static final double NO_BYTES = 0.01;

    private static final List<Bar> COMPARE =
            List.of(
                    lmdb("get random, one snapshot", Suite.MAIN, Work.GET, 1.6),
                    lmdb("get random, Reader.refresh per get", Suite.MAIN, Work.GET_REFRESHED, 2),
                    lmdb("get random, Store.get", Suite.MAIN, Work.GET_NEWEST, 2),
                    new Bar(
                            "multiGet 64 per key, against get",
                            wall(Peer.COPPICE, Suite.MAIN, Work.MULTI_GET),
                            wall(Peer.LMDBJAVA, Suite.MAIN, Work.GET),
                            true,
                            3),
                    lmdb("scan forward, one byte", Suite.MAIN, Work.SCAN_BYTE, 2),
                    lmdb("scan forward, all bytes", Suite.MAIN, Work.SCAN_ALL, 2),
                    lmdb("scan reverse, one byte", Suite.MAIN, Work.REVERSE_BYTE, 2),
                    lmdb("scan reverse, all bytes", Suite.MAIN, Work.REVERSE_ALL, 2),
                    lmdb("load in random order", Suite.MAIN, Work.LOAD, 1.3),
                    lmdb("append load", Suite.ASCENDING, Work.LOAD, 1.5),
                    lmdb("put + commit NORMAL, random", Suite.MAIN, Work.COMMIT, 1.5),
                    lmdb(
                            "put + commit NORMAL, ascending",
                            Suite.ASCENDING,
                            Work.COMMIT_ASCENDING,
                            1.5),
                    lmdb("put, 100 per commit NORMAL", Suite.MAIN, Work.COMMIT_100, 1.3),
                    lmdb("put + commit FULL, 1 thread", Suite.MAIN, Work.COMMIT_DURABLE, 2),
                    new Bar(
                            "put + commit FULL, 1 thread, against SQLite",
                            wall(Peer.COPPICE, Suite.MAIN, Work.COMMIT_DURABLE),
                            wall(Peer.SQLITE, Suite.MAIN, Work.COMMIT_DURABLE),
                            true,
                            0.8),
                    new Bar(
                            "put + commit FULL, 8 threads, against own 1",
                            wall(Peer.COPPICE, Suite.MAIN, Work.COMMIT_DURABLE_8),
                            wall(Peer.COPPICE, Suite.MAIN, Work.COMMIT_DURABLE),
                            true,
                            2.5),
                    new Bar(
                            "commits per flush, 8 threads",
                            term(Peer.COPPICE, Suite.MAIN, Work.COMMIT_DURABLE_8, Row::more),
                            null,
                            true,
                            4),
                    lmdb("random write of 2 KiB values", Suite.LARGE, Work.LOAD, 1.3),
                    noBytes("B/op, get into caller's memory", Work.GET),
                    noBytes("B/op, refresh and get", Work.GET_REFRESHED),
                    noBytes("B/op, cursor next", Work.SCAN_BYTE),
                    noBytes("B/op, put into an open transaction", Work.PUT));

    private static final List<Bar> OTHERS =
            List.of(
                    new Bar(
                            "p99.9 service time of put + commit, 50 % load",
                            term(Peer.COPPICE, LATENCY, P999_SERVICE),
                            term(Peer.LMDBJAVA, LATENCY, P999_SERVICE),
                            true,
                            2),
                    new Bar(
                            "size after random load / flat, decimals",
                            term(Peer.COPPICE, SPACE, AFTER_LOAD),
                            null,
                            false,
                            1.35),
                    new Bar(
                            "size after random load / flat, random keys",
                            term(Peer.COPPICE, SPACE_RANDOM, AFTER_LOAD),
                            null,
                            false,
                            1.5),
                    new Bar(
                            "device bytes per dirty page byte, checkpoint",
                            term(Peer.COPPICE, SPACE, CHECKPOINT_WEAR),
                            null,
                            false,
                            2));

    private Bars() {}

    private static Term term(Peer peer, Suite suite, Work work, ToDoubleFunction<Row> figure) {
        return new Term(peer, suite.id(), work.id(), figure);
    }

    private static Term term(Peer peer, String suite, String work) {
        return new Term(peer, suite, work, Row::wall);
    }

    private static Term wall(Peer peer, Suite suite, Work work) {
        return term(peer, suite, work, Row::wall);
    }

    private static Bar lmdb(String name, Suite suite, Work work, double required) {
        return new Bar(
                name,
                wall(Peer.COPPICE, suite, work),
                wall(Peer.LMDBJAVA, suite, work),
                true,
                required);
    }

    private static Bar noBytes(String name, Work work) {
        return new Bar(
                name, term(Peer.COPPICE, Suite.MAIN, work, Row::allocated), null, false, NO_BYTES);
    }

    /** {@return all of them, in the order of the table} */
    static List<Bar> all() {
        List<Bar> bars = new ArrayList<>(COMPARE);
        bars.addAll(OTHERS);
        return bars;
    }

    /** {@return the stores that bars are about} */
    static List<Peer> peers() {
        return List.of(Peer.COPPICE, Peer.LMDBJAVA, Peer.SQLITE);
    }

    /** {@return whether a bar needs that figure of that store} */
    static boolean needs(Peer peer, Suite suite, Work work) {
        boolean isLoadForOthers =
                work == Work.LOAD
                        && COMPARE.stream().anyMatch(bar -> isOf(bar, peer, suite.id(), null));
        return isLoadForOthers
                || COMPARE.stream().anyMatch(bar -> isOf(bar, peer, suite.id(), work.id()));
    }

    private static boolean isOf(Bar bar, Peer peer, String suite, String work) {
        return isOf(bar.ours(), peer, suite, work)
                || (bar.theirs() != null && isOf(bar.theirs(), peer, suite, work));
    }

    private static boolean isOf(Term term, Peer peer, String suite, String work) {
        return term.peer() == peer
                && term.suite().equals(suite)
                && (work == null || term.work().equals(work));
    }

    /** {@return the figures of the last runs of what the bars need} */
    static Results lastResults() throws IOException {
        var all = new Results();
        for (String name : List.of(Compare.BARS, Latency.NAME, Space.NAME)) {
            all.addAll(Results.load(name));
        }
        return all;
    }

    /** {@return what the results say of the bars that they have figures for} */
    static List<Outcome> outcomes(Results results) {
        return all().stream().map(bar -> bar.outcome(results)).filter(Objects::nonNull).toList();
    }

    /** Prints the bars that the results have figures for: a table, and lines for programs. */
    static void print(Results results) {
        List<Outcome> outcomes = outcomes(results);
        if (outcomes.isEmpty()) {
            return;
        }
        System.out.println();
        table(outcomes).print();
        System.out.println();
        outcomes.forEach(outcome -> System.out.println(outcome.line()));
        System.out.flush();
    }

    static Table table(List<Outcome> outcomes) {
        var table = new Table("bar", "Coppice", "other", "ratio", "range", "required", "outcome");
        outcomes.forEach(outcome -> outcome.row(table));
        return table;
    }
}
