package dev.coppice.perf.figures;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What {@link HandOver} does in JVMs of their own. Thread safety: one thread. */
final class HandOverTrial {
    private final Store store;
    private final long count;
    private final int rounds;
    private final SplittableRandom random;
    private final Entries entries = new Entries();
    private final byte[] key = new byte[Entries.KEY_BYTES];
    private final byte[] value = new byte[Entries.VALUE_BYTES];

    private HandOverTrial(Store store, long count, int rounds, long seed) {
        this.store = store;
        this.count = count;
        this.rounds = rounds;
        this.random = new SplittableRandom(seed);
    }

    /** Arguments: ask | answer, FILE ENTRIES ROUNDS SEED. */
    public static void main(String[] args) throws IOException, InterruptedException {
        StoreConfig config = StoreConfig.defaults().withBackgroundCheckpoints(false);
        try (Store store = Store.open(Path.of(args[1]), config)) {
            var trial =
                    new HandOverTrial(
                            store,
                            Long.parseLong(args[2]),
                            Integer.parseInt(args[3]),
                            Long.parseLong(args[4]));
            if (args[0].equals("ask")) {
                trial.ask();
            } else {
                trial.answer();
            }
        }
    }

    private long commit(WriteTransaction txn) {
        long number = random.nextLong(count);
        Entries.key(number, key, 0);
        entries.value(number, value, 0);
        txn.put(key, value);
        return txn.commit();
    }

    private void awaitBehind(long txn) throws IOException, InterruptedException {
        if (!store.awaitChange(txn, 10, TimeUnit.MINUTES)) {
            throw new IOException("the other process does not commit");
        }
    }

    private void answer() throws IOException, InterruptedException {
        long seen = store.latestTxn();
        Fork.line("open");
        for (int i = 0; i < rounds; i++) {
            awaitBehind(seen);
            try (WriteTransaction txn = store.begin()) {
                seen = commit(txn);
            }
        }
    }

    private void ask() throws IOException, InterruptedException {
        long[] begin = new long[rounds];
        long[] commit = new long[rounds];
        long[] again = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            try (WriteTransaction txn = store.begin()) {
                long begun = System.nanoTime();
                long id = commit(txn);
                long committed = System.nanoTime();
                begin[i] = begun - start;
                commit[i] = committed - begun;
                awaitBehind(id);
            }
        }
        long first = begin[0];
        for (int i = 0; i < rounds; i++) {
            try (WriteTransaction txn = store.begin()) {
                commit(txn);
            }
            long start = System.nanoTime();
            try (WriteTransaction txn = store.begin()) {
                again[i] = System.nanoTime() - start;
                txn.rollback();
            }
        }
        Fork.result(first, median(begin), median(commit), median(again));
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
