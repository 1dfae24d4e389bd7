package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.HeldSnapshotTrial;
import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How a file grows while a snapshot is held. Thread safety: one thread. */
final class SnapshotGrowth {
    private static final String HELP =
            """
            Usage: perf/run snapshot-growth [--overwrites N] [--peer-overwrites N] [--after N]
                                            [--dir DIR]

            Stores 100000 entries, then overwrites random ones N times (default 5000000), 100 per
            commit NORMAL, with and without a snapshot held all the while. Closes the snapshot and
            overwrites N times more (--after, default 500000): the file should not grow. lmdbjava
            beside it (NOSYNC, WRITEMAP, a read transaction held) needs 5 KB per overwrite:
            --peer-overwrites limits it, 0 leaves it out.
            """;

    private final Path folder;
    private final long after;
    private final Table table =
            new Table(
                    "store",
                    "overwrites",
                    "snapshot",
                    "loaded MB",
                    "file MB",
                    "allocated MB",
                    "after close, file MB",
                    "grown by MB",
                    "ns per overwrite");

    private SnapshotGrowth(Path folder, long after) {
        this.folder = folder;
        this.after = after;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments =
                new Arguments(
                        words, List.of(), List.of("overwrites", "peer-overwrites", "after", "dir"));
        arguments.end();
        long ours = arguments.number("overwrites", 5_000_000, 100, 1L << 40);
        long theirs = arguments.number("peer-overwrites", ours, 0, 1L << 40);
        long after = arguments.number("after", 500_000, 100, 1L << 40);
        var growth = new SnapshotGrowth(arguments.folder("dir", "snapshot-growth"), after);
        growth.pair(Peer.COPPICE, ours);
        if (theirs > 0) {
            growth.pair(Peer.LMDBJAVA, theirs);
        }
        growth.table.print();
    }

    private void pair(Peer peer, long overwrites) throws IOException {
        double without = measure(peer, overwrites, false);
        double with = measure(peer, overwrites, true);
        Figures.say(
                peer.title()
                        + ": file with a snapshot held / without: "
                        + Table.ratio(with / without));
    }

    /** {@return length of the file behind the overwrites} */
    private double measure(Peer peer, long overwrites, boolean isHeld) throws IOException {
        Path store = folder.resolve(peer.name());
        String[] result = Fork.run(HeldSnapshotTrial.class, peer, store, overwrites, after, isHeld);
        DiskUse.delete(store);
        double file = Double.parseDouble(result[1]);
        double later = Double.parseDouble(result[3]);
        double grown = Double.parseDouble(result[4]) - Double.parseDouble(result[2]);
        // lmdbjava's file is as long as its map from the start: what it takes tells more.
        boolean isSparse = peer == Peer.LMDBJAVA;
        table.row(
                peer.title(),
                overwrites,
                isHeld ? "held" : "none",
                Table.megabytes(Double.parseDouble(result[0])),
                isSparse ? "map" : Table.megabytes(file),
                Table.megabytes(Double.parseDouble(result[2])),
                isSparse ? "map" : Table.megabytes(later),
                Table.megabytes(isSparse ? grown : later - file),
                Table.number(Double.parseDouble(result[5])));
        return isSparse ? Double.parseDouble(result[2]) : file;
    }
}
