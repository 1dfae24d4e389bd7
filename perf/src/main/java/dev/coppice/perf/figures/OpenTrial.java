package dev.coppice.perf.figures;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@link OpenTime} does in JVMs of their own. Stateless. */
final class OpenTrial {
    private OpenTrial() {}

    /** Arguments: build FILE ENTRIES | open FILE IS_WARM | wear FILE ENTRIES COMMITS SEED. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1]);
        switch (args[0]) {
            case "build" -> build(file, Long.parseLong(args[2]));
            case "open" -> open(file, Boolean.parseBoolean(args[2]));
            case "wear" ->
                    wear(
                            file,
                            Long.parseLong(args[2]),
                            Integer.parseInt(args[3]),
                            Long.parseLong(args[4]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void build(Path file, long count) {
        KeyOrder order = new KeyOrder(count, 1);
        try (Store store = Store.open(file)) {
            putAll(store, order, 0, count);
        }
        Fork.result();
    }

    private static void putAll(Store store, KeyOrder order, long from, long to) {
        Entries entries = new Entries();
        byte[] key = new byte[Entries.KEY_BYTES];
        byte[] value = new byte[Entries.VALUE_BYTES];
        try (WriteTransaction txn = store.begin()) {
            for (long i = from; i < to; i++) {
                Entries.key(order.at(i), key, 0);
                entries.value(i, value, 0);
                txn.put(key, value);
            }
            txn.commit();
        }
    }

    private static void open(Path file, boolean isWarm) throws IOException {
        if (isWarm) {
            loadClasses(file.resolveSibling("warm.coppice"));
        }
        long start = System.nanoTime();
        Store store = Store.open(file);
        long opened = System.nanoTime();
        byte[] key = new byte[Entries.KEY_BYTES];
        Entries.key(0, key, 0);
        boolean isThere = store.get(key) != null;
        long read = System.nanoTime();
        long txn = store.latestTxn();
        store.close();
        Fork.result(opened - start, read - opened, txn, isThere);
    }

    private static void loadClasses(Path file) throws IOException {
        for (int i = 0; i < 2; i++) {
            try (Store store = Store.open(file)) {
                store.put(new byte[] {1}, new byte[] {1});
            }
        }
        Files.delete(file);
    }

    private static void wear(Path file, long count, int commits, long seed) throws IOException {
        StoreConfig config =
                StoreConfig.defaults()
                        .withCheckpointBytes(1L << 50)
                        .withCheckpointIntervalMillis(86_400_000);
        KeyOrder order = new KeyOrder(count, seed);
        Store store = Store.open(file, config);
        for (int i = 0; i < commits; i++) {
            putAll(store, order, i, i + 1L);
        }
        var stats = store.stats();
        Fork.line("worn", stats.latestTxn(), stats.logBytes());
        awaitDeath();
    }

    private static void awaitDeath() {
        while (true) {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
