package dev.coppice.perf.figures;

import dev.coppice.ColumnFamily;
import dev.coppice.Progress;
import dev.coppice.Reader;
import dev.coppice.Store;
import dev.coppice.VacuumResult;
import dev.coppice.WriteTransaction;
import dev.coppice.Writer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** What a vacuum leaves of a file beside a writer and a reader. Thread safety: one thread. */
final class VacuumFigures {
    private static final String HELP =
            """
            Usage: perf/run vacuum [--entries N] [--rate N] [--dir DIR]

            Fills a store with N entries (default 1000000) of 16 random bytes of key and 100 of
            value, deletes 90 % of them at random, and runs a vacuum while one thread overwrites
            entries, one to a commit, --rate of them a second (default 1000), and another one
            refreshes a reader and reads.
            Prints the size of the file when the vacuum ends and later, when the writer has taken
            the room that it needs between two checkpoints, that of a compact copy, and how long the
            writer's commits took before and meanwhile. Fails when the file is more than 1.3 times as long as the
            copy, when an entry is missing, or when a check finds problems.
            """;
    private static final double MOST = 1.3;
    private static final int KEY_BYTES = 16;
    private static final int VALUE_BYTES = 100;
    private static final int KEPT_OF = 10;
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Store store;
    private final Path file;
    private final int count;
    private final long periodNanos;
    private volatile boolean isDone;
    private volatile Throwable failure;
    private volatile Histogram commits = new Histogram(LONGEST_NANOS, 3);

    private VacuumFigures(Store store, Path file, int count, int rate) {
        this.periodNanos = 1_000_000_000L / rate;
        this.store = store;
        this.file = file;
        this.count = count;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of("entries", "rate", "dir"));
        arguments.end();
        int rate = arguments.count("rate", 1_000, 1_000_000);
        int count = arguments.count("entries", 1_000_000, 1 << 28);
        Path folder = DiskUse.emptied(arguments.folder("dir", "vacuum"));
        Path file = folder.resolve("data.coppice");
        try (Store store = Store.open(file)) {
            new VacuumFigures(store, file, count, rate).measure(folder);
        }
    }

    private void measure(Path folder) throws IOException {
        Table sizes = new Table("file", "MB", "of the copy");
        fill();
        long full = Files.size(file);
        long copy = compactCopy(folder.resolve("copy.coppice"));
        Thread writer = Thread.ofPlatform().name("writer").start(() -> guarded(this::write));
        Thread reader = Thread.ofPlatform().name("reader").start(() -> guarded(this::read));
        LockSupport.parkNanos(3_000_000_000L);
        Histogram before = commits;
        commits = new Histogram(LONGEST_NANOS, 3);
        long started = System.nanoTime();
        VacuumResult result = store.vacuum(0);
        double seconds = (System.nanoTime() - started) / 1e9;
        Histogram during = commits;
        long after = result.fileBytes();
        LockSupport.parkNanos(6_000_000_000L);
        long later = Files.size(file);
        isDone = true;
        join(writer);
        join(reader);
        row(sizes, "after deleting", full, copy);
        row(sizes, "after the vacuum", after, copy);
        row(sizes, "6 seconds later", later, copy);
        row(sizes, "compact copy", copy, copy);
        sizes.print();
        Table times = new Table("commits of the writer", "count", "p50 us", "p99 us", "max us");
        row(times, "before", before);
        row(times, "meanwhile", during);
        times.print();
        Figures.say(result + " in " + Table.number(seconds) + " s");
        requireGood(after, copy);
    }

    private void requireGood(long after, long copy) throws IOException {
        if (failure != null) {
            throw new IOException("a thread failed: " + failure, failure);
        }
        List<String> problems = store.check(Progress.NONE).problems();
        if (!problems.isEmpty()) {
            throw new IOException(String.join("\n", problems));
        }
        if (after > MOST * copy) {
            throw new IOException("the file is " + after + " bytes long, the copy " + copy);
        }
    }

    private static void row(Table table, String name, long bytes, long copy) {
        table.row(name, Table.number(bytes / 1e6), Table.number((double) bytes / copy));
    }

    private static void row(Table table, String name, Histogram nanos) {
        table.row(
                name,
                Table.number((double) nanos.getTotalCount()),
                Table.number(nanos.getValueAtPercentile(50) / 1e3),
                Table.number(nanos.getValueAtPercentile(99) / 1e3),
                Table.number(nanos.getMaxValue() / 1e3));
    }

    /** Fills the store, then deletes what is not a tenth, in another order. */
    private void fill() {
        KeyOrder order = new KeyOrder(count, 1);
        for (int from = 0; from < count; from += 1_000) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = from; i < Math.min(count, from + 1_000); i++) {
                    txn.put(key(order.at(i)), new byte[VALUE_BYTES]);
                }
                txn.commit();
            }
        }
        KeyOrder other = new KeyOrder(count, 2);
        for (int from = 0; from < count; from += 1_000) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = from; i < Math.min(count, from + 1_000); i++) {
                    if (other.at(i) % KEPT_OF != 0) {
                        txn.delete(key(other.at(i)));
                    }
                }
                txn.commit();
            }
        }
        while (!store.checkpoint()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static byte[] key(long number) {
        byte[] key = new byte[KEY_BYTES];
        new SplittableRandom(number).nextBytes(key);
        return key;
    }

    private long compactCopy(Path copy) throws IOException {
        store.copyTo(copy, true, Progress.NONE);
        return Files.size(copy);
    }

    private void write() {
        SplittableRandom random = new SplittableRandom(3);
        byte[] value = new byte[VALUE_BYTES];
        try (Writer writer = store.writer()) {
            long due = System.nanoTime();
            while (!isDone) {
                due += periodNanos;
                LockSupport.parkNanos(due - System.nanoTime());
                byte[] key = key((long) random.nextInt(count / KEPT_OF) * KEPT_OF);
                long started = System.nanoTime();
                writer.begin();
                writer.put(ColumnFamily.DEFAULT, key, value);
                writer.commit();
                commits.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - started));
            }
        }
    }

    private void read() {
        SplittableRandom random = new SplittableRandom(4);
        try (Reader reader = store.reader()) {
            while (!isDone) {
                reader.refresh();
                for (int i = 0; i < 100; i++) {
                    long number = (long) random.nextInt(count / KEPT_OF) * KEPT_OF;
                    if (reader.valueLength(ColumnFamily.DEFAULT, key(number)) != VALUE_BYTES) {
                        throw new IllegalStateException("entry " + number + " is missing");
                    }
                }
            }
        }
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private static void join(Thread thread) throws IOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }
}
