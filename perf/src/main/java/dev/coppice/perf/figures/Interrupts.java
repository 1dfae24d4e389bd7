package dev.coppice.perf.figures;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Reads and durable commits of a thread that is interrupted all the time. */
final class Interrupts {
    private static final String HELP =
            """
            Usage: perf/run interrupts [--operations N] [--commits N] [--dir DIR]

            Makes N gets (--operations, default 100000) and N durable commits (--commits, default
            10000) on a thread that another one interrupts about every 20 microseconds, counts what
            fails, and opens the store again to look for every commit. Nothing should fail.
            """;
    private static final int KEYS = 10_000;

    private final Map<String, Integer> failures = new TreeMap<>();
    private final Entries entries = new Entries();
    private final byte[] key = new byte[Entries.KEY_BYTES];
    private int flagged;
    private volatile long sent;

    private Interrupts() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments =
                new Arguments(words, List.of(), List.of("operations", "commits", "dir"));
        arguments.end();
        int operations = arguments.count("operations", 100_000, 1 << 30);
        int commits = arguments.count("commits", 10_000, 1 << 30);
        Path file = DiskUse.emptied(arguments.folder("dir", "interrupts")).resolve("data.coppice");
        new Interrupts().measure(file, operations, commits);
    }

    private void measure(Path file, int operations, int commits) throws IOException {
        StoreConfig config = StoreConfig.defaults().withSyncLevel(SyncLevel.FULL);
        long[] made = new long[KEYS];
        try (Store store = Store.open(file, config)) {
            try (var txn = store.begin()) {
                for (int i = 0; i < KEYS; i++) {
                    txn.put(key(i), value(0));
                }
                txn.commit();
            }
            storm(() -> {
                for (int i = 0; i < operations; i++) {
                    int number = i % KEYS;
                    attempt("get", () -> require(store.get(key(number)) != null));
                }
            });
            storm(() -> {
                for (int i = 1; i <= commits; i++) {
                    int number = i % KEYS;
                    long version = i;
                    if (attempt("put", () -> store.put(key(number), value(version)))) {
                        made[number] = version;
                    }
                }
            });
        }
        int lost = lost(file, made);
        Table table =
                new Table(
                        "operations",
                        "commits",
                        "interrupts sent",
                        "set at the start",
                        "failures",
                        "lost");
        table.row(operations, commits, sent, flagged, failures, lost);
        table.print();
        if (!failures.isEmpty() || lost > 0) {
            throw new IOException("operations failed under interrupts");
        }
    }

    private byte[] key(int number) {
        Entries.key(number, key, 0);
        return key;
    }

    private byte[] value(long version) {
        byte[] value = new byte[Entries.VALUE_BYTES];
        entries.value(version, value, 0);
        Entries.key(version, value, 0);
        return value;
    }

    private static void require(boolean isTrue) {
        if (!isTrue) {
            throw new IllegalStateException("a key is missing");
        }
    }

    private boolean attempt(String what, Runnable operation) {
        if (Thread.currentThread().isInterrupted()) {
            flagged++;
        }
        try {
            operation.run();
            return true;
        } catch (RuntimeException e) {
            failures.merge(what + ": " + e, 1, Integer::sum);
            return false;
        } finally {
            // Without this the flag would stay set, and hide what setting it in the middle does.
            Thread.interrupted();
        }
    }

    private void storm(Runnable work) {
        Thread worker = Thread.currentThread();
        var interrupter =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            long count = sent;
                            while (!Thread.currentThread().isInterrupted()) {
                                worker.interrupt();
                                sent = ++count;
                                LockSupport.parkNanos(10_000);
                            }
                        });
        work.run();
        interrupter.interrupt();
        while (interrupter.isAlive()) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
    }

    private int lost(Path file, long[] made) {
        int lost = 0;
        try (Store store = Store.open(file)) {
            for (int i = 0; i < KEYS; i++) {
                byte[] found = store.get(key(i));
                String version = new String(found, 0, Entries.KEY_BYTES, StandardCharsets.US_ASCII);
                if (Long.parseLong(version) < made[i]) {
                    lost++;
                }
            }
        }
        return lost;
    }
}
