package dev.coppice.perf.figures;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.MaintenanceMode;
import dev.coppice.Snapshot;
import dev.coppice.SnapshotDiff;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.StoreStats;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** What it costs to find what changed between two snapshots, and to have many of them. */
final class DiffFigures {
    private static final String HELP =
            """
            usage: perf/run diff [N [CHANGES]]

            A store in memory with N entries (5,000,000) of 8 bytes of key and 100 of value; CHANGES
            (1,000) of them, anywhere, are updated, deleted or inserted between two named snapshots.
            Pages read and CPU time of the difference, in both directions, against a scan of one
            snapshot. Then the CPU time of a commit of one put, with no named snapshots and with 1,000.
            """;
    private static final int ROUNDS = 5;
    private static final int COMMITS = 200_000;
    private static final int NAMES = 1_000;
    private static final int VALUE_BYTES = 100;
    private static final int PER_COMMIT = 1_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private DiffFigures() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of());
        long entries = arguments.nextNumber("entries", 5_000_000, 1_000, 100_000_000);
        long changes = arguments.nextNumber("changes", 1_000, 1, entries);
        arguments.end();
        StoreConfig config =
                StoreConfig.defaults()
                        .withMaintenance(MaintenanceMode.MANUAL)
                        .withMaxBytes(1L << 36);
        try (Store store = Store.inMemory(config)) {
            fill(store, entries);
            store.retain("before");
            change(store, entries, changes);
            store.retain("after");
            compare(store);
        }
        try (Store store = Store.inMemory(config)) {
            fill(store, 1_000_000);
            names(store);
        }
    }

    private static void fill(Store store, long entries) {
        byte[] value = new byte[VALUE_BYTES];
        for (long done = 0; done < entries; ) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < PER_COMMIT && done < entries; i++, done++) {
                    txn.put(ColumnFamily.DEFAULT, done << 1, value);
                }
                txn.commit();
            }
            store.doWork();
        }
    }

    private static void change(Store store, long entries, long changes) {
        SplittableRandom random = new SplittableRandom(1);
        byte[] value = new byte[VALUE_BYTES];
        Arrays.fill(value, (byte) 1);
        for (long i = 0; i < changes; i++) {
            long number = random.nextLong(entries) << 1;
            try (WriteTransaction txn = store.begin()) {
                switch ((int) (i % 10)) {
                    case 0 -> txn.put(ColumnFamily.DEFAULT, number + 1, value);
                    case 1 -> txn.delete(ColumnFamily.DEFAULT, number);
                    default -> txn.put(ColumnFamily.DEFAULT, number, value);
                }
                txn.commit();
            }
        }
        store.doWork();
    }

    private static void compare(Store store) {
        StoreStats stats = store.stats();
        long used = (stats.fileBytes() - stats.freeBytes()) / stats.pageBytes();
        Table table = new Table("", "pages", "CPU ms", "changes or entries");
        for (String[] names : new String[][] {{"before", "after"}, {"after", "before"}}) {
            long[] visits = {0};
            long[] found = {0};
            double millis =
                    median(() -> {
                        try (SnapshotDiff diff = store.diff(names[0], names[1])) {
                            long count = 0;
                            while (diff.next()) {
                                count++;
                            }
                            visits[0] = diff.pageVisits();
                            found[0] = count;
                            return count;
                        }
                    });
            String name = "diff " + names[0] + " " + names[1];
            table.row(
                    name,
                    Table.number((double) visits[0]),
                    Table.number(millis),
                    Table.number((double) found[0]));
        }
        long[] count = {0};
        double millis =
                median(() -> {
                    count[0] = scan(store);
                    return count[0];
                });
        table.row(
                "scan of one, of all pages in use",
                Table.number((double) used),
                Table.number(millis),
                Table.number((double) count[0]));
        table.print();
    }

    private static long scan(Store store) {
        long count = 0;
        try (Snapshot snapshot = store.snapshot("after");
                Cursor cursor = snapshot.cursor(ColumnFamily.DEFAULT)) {
            while (cursor.next()) {
                count++;
            }
        }
        return count;
    }

    private static void names(Store store) {
        Table table = new Table("commits of one put", "CPU ns each");
        SplittableRandom random = new SplittableRandom(2);
        table.row("no names", Table.number(commits(store, random)));
        for (int i = 0; i < NAMES; i++) {
            store.retain("name " + i);
            store.put(ColumnFamily.DEFAULT, new byte[] {1, 2, 3}, new byte[VALUE_BYTES]);
        }
        store.doWork();
        table.row("1,000 names", Table.number(commits(store, random)));
        for (int i = 0; i < NAMES; i++) {
            store.dropSnapshot("name " + i);
        }
        store.checkpoint();
        table.row("1,000 dropped", Table.number(commits(store, random)));
        table.print();
    }

    private static double commits(Store store, SplittableRandom random) {
        byte[] value = new byte[VALUE_BYTES];
        return median(() -> {
            for (int i = 0; i < COMMITS; i++) {
                try (WriteTransaction txn = store.begin()) {
                    long key = random.nextLong(1_000_000) << 1;
                    txn.put(ColumnFamily.DEFAULT, key, value);
                    txn.commit();
                }
                if (i % PER_COMMIT == 0) {
                    store.doWork();
                }
            }
            return COMMITS;
        })
                * 1e6
                / COMMITS;
    }

    /** {@return milliseconds of this thread's CPU time that some work takes} */
    private static double median(LongSupplier work) {
        double[] millis = new double[ROUNDS];
        long result = work.getAsLong();
        for (int i = 0; i < ROUNDS; i++) {
            long started = THREADS.getCurrentThreadCpuTime();
            if (work.getAsLong() != result) {
                throw new IllegalStateException("the work is not the same twice");
            }
            millis[i] = (THREADS.getCurrentThreadCpuTime() - started) / 1e6;
        }
        Arrays.sort(millis);
        return millis[ROUNDS / 2];
    }
}
