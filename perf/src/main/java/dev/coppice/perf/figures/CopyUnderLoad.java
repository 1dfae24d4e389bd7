package dev.coppice.perf.figures;

import dev.coppice.ColumnFamily;
import dev.coppice.CopyReport;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Copies of a store that another thread writes to all the time. Thread safety: one thread. */
final class CopyUnderLoad {
    private static final String HELP =
            """
            Usage: perf/run copy-under-load [--entries N] [--copies N] [--dir DIR]

            Fills a store with N entries (default 1000000) in random order, then copies it (--copies,
            default 4; compact and roomy in turn) while a thread commits without pause, each
            time 10 new values, 5 entries more in family "growing", and their number under a key of
            the default family. Each copy is opened and checked; its "growing" must have the number
            of entries that the copy itself says, as only one commit can, and its default family
            the N + 1.
            """;
    private static final byte[] COUNTER = {'#'};
    private static final int UPDATES = 10;
    private static final int INSERTS = 5;
    private static final ColumnFamily GROWING = ColumnFamily.of("growing");

    private final Table table =
            new Table(
                    "copy",
                    "seconds",
                    "entries",
                    "entries/s",
                    "commits meanwhile",
                    "file MB",
                    "source MB",
                    "check",
                    "counts");
    private final Store store;
    private final Path file;
    private final int count;
    private final Entries entries = new Entries();
    private final AtomicLong commits = new AtomicLong();
    private volatile boolean isDone;
    private volatile RuntimeException failure;

    private CopyUnderLoad(Store store, Path file, int count) {
        this.store = store;
        this.file = file;
        this.count = count;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of("entries", "copies", "dir"));
        arguments.end();
        int count = arguments.count("entries", 1_000_000, 1 << 30);
        int copies = arguments.count("copies", 4, 1000);
        Path folder = DiskUse.emptied(arguments.folder("dir", "copy-under-load"));
        Path file = folder.resolve("data.coppice");
        try (Store store = Store.open(file)) {
            new CopyUnderLoad(store, file, count).measure(folder, copies);
        }
    }

    private void measure(Path folder, int copies) throws IOException {
        fill();
        Thread writer = Thread.ofPlatform().name("writer").start(this::write);
        List<String> problems = new ArrayList<>();
        try {
            for (int i = 0; i < copies; i++) {
                copy(folder.resolve("copy" + i + ".coppice"), i % 2 == 0, problems);
            }
        } finally {
            isDone = true;
            join(writer);
        }
        table.print();
        if (failure != null) {
            throw failure;
        }
        problems.addAll(store.check(Progress.NONE).problems());
        if (!problems.isEmpty()) {
            throw new IOException(String.join("\n", problems));
        }
    }

    private void fill() {
        KeyOrder order = new KeyOrder(count, 1);
        try (var txn = store.begin()) {
            txn.createFamily(GROWING);
            for (int i = 0; i < count; i++) {
                txn.put(key(order.at(i)), value(i));
            }
            txn.put(COUNTER, key(0));
            txn.commit();
        }
    }

    private static byte[] key(long number) {
        byte[] key = new byte[Entries.KEY_BYTES];
        Entries.key(number, key, 0);
        return key;
    }

    private byte[] value(long number) {
        byte[] value = new byte[Entries.VALUE_BYTES];
        entries.value(number, value, 0);
        return value;
    }

    private void write() {
        KeyOrder order = new KeyOrder(count, 2);
        try {
            for (long commit = 0; !isDone; commit++) {
                try (var txn = store.begin()) {
                    for (int i = 0; i < UPDATES; i++) {
                        txn.put(key(order.at((commit * UPDATES + i) % count)), value(commit + i));
                    }
                    for (int i = 0; i < INSERTS; i++) {
                        txn.append(GROWING, key(commit * INSERTS + i), value(i));
                    }
                    txn.put(COUNTER, key((commit + 1) * INSERTS));
                    txn.commit();
                }
                commits.incrementAndGet();
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void copy(Path target, boolean isCompact, List<String> problems) throws IOException {
        long before = commits.get();
        long start = System.nanoTime();
        CopyReport report = store.copyTo(target, isCompact, Progress.NONE);
        double seconds = (System.nanoTime() - start) / 1e9;
        long meanwhile = commits.get() - before;
        int known = problems.size();
        String counts;
        try (Store copy = Store.open(target)) {
            problems.addAll(copy.check(Progress.NONE).problems());
            counts = counts(copy, report, problems);
        }
        table.row(
                isCompact ? "compact" : "roomy",
                Table.number(seconds),
                report.entries(),
                Table.number(report.entries() / seconds),
                meanwhile,
                Table.megabytes((double) report.bytes()),
                Table.megabytes((double) DiskUse.of(file).length()),
                problems.size() == known ? "clean" : "see below",
                counts);
    }

    private String counts(Store copy, CopyReport report, List<String> problems) {
        try (Snapshot snapshot = copy.snapshot()) {
            long expected =
                    Long.parseLong(new String(snapshot.get(COUNTER), StandardCharsets.US_ASCII));
            long growing = snapshot.count(GROWING);
            long others = snapshot.count();
            boolean isRight =
                    growing == expected
                            && others == count + 1L
                            && growing + others == report.entries();
            if (!isRight) {
                problems.add(
                        "growing=" + growing + ", expected=" + expected + ", others=" + others);
            }
            return isRight ? "right" : "wrong";
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the writer ends", e);
        }
    }
}
