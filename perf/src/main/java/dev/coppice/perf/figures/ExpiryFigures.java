package dev.coppice.perf.figures;

import dev.coppice.ColumnFamily;
import dev.coppice.KeyRange;
import dev.coppice.Lifetime;
import dev.coppice.MaintenanceMode;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** What it costs to purge, and to look through entries that have not expired. */
final class ExpiryFigures {
    private static final String HELP =
            """
            usage: perf/run expiry [N]

            N entries (1,000,000) of 16 random bytes of key and 100 of value, all with a deadline,
            in a store in memory. CPU time of: a walk that finds nothing expired; the same for one
            entry in a hundred; a purge of that one; a purge of everything else.
            """;
    private static final int ROUNDS = 3;

    private ExpiryFigures() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of());
        long entries = arguments.nextNumber("entries", 1_000_000, 1_000, 100_000_000);
        arguments.end();
        Table table = new Table("CPU time", "ms", "entries/s");
        for (int round = 0; round < ROUNDS; round++) {
            boolean isLast = round == ROUNDS - 1;
            new Round(entries, isLast ? table : new Table("")).run();
        }
        table.print();
    }

    /** One store from its first entry to its last. */
    private static final class Round {
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
        private final AtomicLong now = new AtomicLong(1_000);
        private final long entries;
        private final Table table;
        private final Store store;

        Round(long entries, Table table) {
            this.entries = entries;
            this.table = table;
            this.store =
                    Store.inMemory(
                            StoreConfig.defaults()
                                    .withMaintenance(MaintenanceMode.MANUAL)
                                    .withClock(() -> Instant.ofEpochMilli(now.get())));
        }

        void run() {
            try (store) {
                time("put, a deadline each", entries, this::fill);
                time("count expired: none", entries, this::countExpired);
                time("purge: none expired", entries, store::purgeExpired);
                now.set(2_000);
                time("count expired: 1 %", entries, this::countExpired);
                time("purge 1 %", entries / 100, store::purgeExpired);
                now.set(3_000);
                long left = entries - entries / 100;
                time("purge the rest", left, store::purgeExpired);
                try (Snapshot snapshot = store.snapshot()) {
                    if (snapshot.count() != 0) {
                        throw new IllegalStateException(snapshot.count() + " entries are left");
                    }
                }
            }
        }

        private void fill() {
            SplittableRandom random = new SplittableRandom(1);
            byte[] key = new byte[16];
            byte[] value = new byte[100];
            Lifetime early = Lifetime.until(2_000);
            Lifetime late = Lifetime.until(3_000);
            for (long done = 0; done < entries; ) {
                try (WriteTransaction txn = store.begin()) {
                    for (int i = 0; i < 1_000 && done < entries; i++, done++) {
                        random.nextBytes(key);
                        txn.put(ColumnFamily.DEFAULT, key, value, done % 100 == 0 ? early : late);
                    }
                    txn.commit();
                }
                store.doWork();
            }
        }

        private void countExpired() {
            try (Snapshot snapshot = store.snapshot()) {
                snapshot.countExpired(ColumnFamily.DEFAULT, KeyRange.all());
            }
        }

        private void time(String name, long count, Runnable work) {
            long started = THREADS.getCurrentThreadCpuTime();
            work.run();
            double millis = (THREADS.getCurrentThreadCpuTime() - started) / 1e6;
            table.row(name, Table.number(millis), Table.number(count / millis * 1000));
        }
    }
}
