package dev.coppice.perf.figures;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.EntryBatch;
import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@link ParallelScan} does in a JVM of its own. Thread safety: one thread starts it. */
final class ParallelScanTrial {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Snapshot snapshot;
    private final int entries;

    private ParallelScanTrial(Snapshot snapshot, int entries) {
        this.snapshot = snapshot;
        this.entries = entries;
    }

    /** One part of a scan: what it found, and what it took. */
    private static final class Part implements Runnable {
        private final Snapshot snapshot;
        private final KeyRange range;
        private long count;
        private long sum;
        private long processorNanos;

        Part(Snapshot snapshot, KeyRange range) {
            this.snapshot = snapshot;
            this.range = range;
        }

        @Override
        public void run() {
            long start = THREADS.getCurrentThreadCpuTime();
            EntryBatch batch = new EntryBatch();
            try (Cursor cursor = snapshot.cursor(ColumnFamily.DEFAULT, range)) {
                while (cursor.nextBatch(batch)) {
                    count += batch.count();
                    sum += sum(batch);
                }
            }
            processorNanos = THREADS.getCurrentThreadCpuTime() - start;
        }

        private static long sum(EntryBatch batch) {
            byte[] data = batch.data();
            int[] offsets = batch.valueOffsets();
            long sum = 0;
            for (int i = 0; i < batch.count(); i++) {
                sum += data[offsets[i] + 1];
            }
            return sum;
        }
    }

    /** Arguments: folder, entries, rounds. */
    public static void main(String[] args) throws InterruptedException {
        int entries = Integer.parseInt(args[1]);
        try (Store store = Store.open(Path.of(args[0]).resolve("data.coppice"))) {
            fill(store, entries);
            try (Snapshot snapshot = store.snapshot()) {
                new ParallelScanTrial(snapshot, entries).measure(Integer.parseInt(args[2]));
            }
        }
    }

    private static void fill(Store store, int entries) {
        Entries values = new Entries();
        KeyOrder order = new KeyOrder(entries, 1);
        byte[] key = new byte[Entries.KEY_BYTES];
        byte[] value = new byte[Entries.VALUE_BYTES];
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < entries; i++) {
                Entries.key(order.at(i), key, 0);
                values.value(i, value, 0);
                txn.put(key, value);
            }
            txn.commit();
        }
    }

    private void measure(int rounds) throws InterruptedException {
        Sample[] walls = {new Sample(), new Sample()};
        Sample[] processors = {new Sample(), new Sample()};
        String counts = "";
        long found = 0;
        for (int round = -1; round < rounds; round++) {
            for (int threads = 1; threads <= 2; threads++) {
                long start = System.nanoTime();
                List<Part> parts = scan(threads);
                long wall = System.nanoTime() - start;
                long sum = parts.stream().mapToLong(part -> part.sum).sum();
                if (round == -1 && threads == 1) {
                    found = sum;
                }
                if (sum != found) {
                    throw new IllegalStateException("the parts do not add up");
                }
                if (round >= 0) {
                    walls[threads - 1].add(wall / (double) entries);
                    long processor = parts.stream().mapToLong(part -> part.processorNanos).sum();
                    processors[threads - 1].add(processor / (double) entries);
                }
                counts = String.join("+", parts.stream().map(part -> "" + part.count).toList());
            }
        }
        Fork.result(
                walls[0].median(),
                walls[1].median(),
                processors[0].median(),
                processors[1].median(),
                counts);
    }

    private List<Part> scan(int threads) throws InterruptedException {
        List<Part> parts = new ArrayList<>();
        List<Thread> running = new ArrayList<>();
        for (KeyRange part : snapshot.split(ColumnFamily.DEFAULT, KeyRange.all(), threads)) {
            parts.add(new Part(snapshot, part));
        }
        for (Part part : parts) {
            running.add(Thread.ofPlatform().start(part));
        }
        for (Thread thread : running) {
            thread.join();
        }
        return parts;
    }
}
