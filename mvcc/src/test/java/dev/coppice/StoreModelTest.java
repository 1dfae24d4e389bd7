package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: whatever is done to a store through its interface, it and all its snapshots hold what a
 * model holds.
 *
 * <p>Method: random transactions and batches at random sync levels, with savepoints and rollbacks,
 * while many snapshots are held, each with the model of its moment; checkpoints and reopenings in
 * between.
 */
class StoreModelTest {
    private static final int MAX_SNAPSHOTS = 12;

    @TempDir Path directory;

    private record Held(Snapshot snapshot, Model model) {}

    /** One run over one store. */
    private static final class Run {
        private final Random random;
        private final Path path;
        private final StoreConfig config;
        private final List<Held> held = new ArrayList<>();
        private final List<CompletableFuture<Long>> async = new ArrayList<>();
        private Store store;
        private Writer writer;
        private Model model = new Model();

        Run(Path path, int pageBytes, long seed) {
            this.path = path;
            this.random = new Random(seed);
            Verify[] verifies = Verify.values();
            this.config =
                    StoreConfig.defaults()
                            .withPageBytes(pageBytes)
                            .withVerify(verifies[random.nextInt(verifies.length)])
                            .withCheckpointBytes(1 << 16)
                            .withCheckpointIntervalMillis(10)
                            .withCloseTimeoutMillis(0);
            this.store = Store.open(path, config);
            this.writer = store.writer();
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                step();
            }
            reopen();
            store.close();
        }

        private void step() {
            switch (random.nextInt(40)) {
                case 0 -> reopen();
                case 1, 2 -> Model.checkpoint(store);
                case 3, 4, 5, 6 -> hold();
                case 7, 8, 9 -> letGo();
                case 11, 12 -> batches();
                case 10 -> held.forEach(each -> each.model().verify(each.snapshot()));
                default -> transaction();
            }
        }

        private void reopen() {
            held.forEach(each -> each.model().verify(each.snapshot()));
            store.close();
            held.clear();
            async.forEach(each -> assertTrue(each.isDone() && !each.isCompletedExceptionally()));
            async.clear();
            store = Store.open(path, config);
            writer = store.writer();
            model.verify(store);
        }

        private void hold() {
            if (held.size() < MAX_SNAPSHOTS) {
                held.add(new Held(store.snapshot(), model.copy()));
            }
        }

        private void letGo() {
            if (!held.isEmpty()) {
                Held gone = held.remove(random.nextInt(held.size()));
                gone.model().verify(gone.snapshot());
                gone.snapshot().close();
            }
        }

        private void transaction() {
            SyncLevel level = random.nextInt(10) == 0 ? SyncLevel.FULL : SyncLevel.NORMAL;
            Model before = model.copy();
            WriteHandle txn = begin(level);
            changes(txn, 1 + random.nextInt(30));
            while (random.nextInt(3) == 0) {
                withSavepoint(txn);
            }
            if (random.nextInt(8) == 0) {
                txn.rollback();
                model = before;
            } else if (random.nextInt(8) == 0) {
                async.add(txn.commitAsync());
            } else {
                txn.commit();
            }
            if (random.nextInt(5) == 0) {
                model.verify(store);
            }
        }

        private WriteHandle begin(SyncLevel level) {
            if (random.nextBoolean()) {
                return store.begin(level);
            }
            writer.begin(level);
            return writer;
        }

        /**
         * Batches that are committed together or one after the other, in the order of the queue.
         */
        private void batches() {
            List<WriteBatch> batches = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                WriteBatch batch = new WriteBatch();
                for (int n = random.nextInt(20); n > 0; n--) {
                    change(batch);
                }
                batches.add(batch);
                if (i > 0) {
                    assertTrue(store.trySubmit(batch));
                    if (random.nextInt(4) == 0) {
                        WriteBatch wrong = new WriteBatch().put(key(), value());
                        wrong.delete(ColumnFamily.of("never made"), key());
                        assertTrue(store.trySubmit(wrong));
                        assertThrows(IllegalArgumentException.class, () -> outcome(wrong));
                    }
                } else {
                    store.apply(batch);
                }
            }
            long last = 0;
            for (WriteBatch batch : batches) {
                long txn = outcome(batch);
                assertTrue(txn >= last);
                last = txn;
            }
        }

        private static long outcome(WriteBatch batch) {
            try {
                assertTrue(batch.await(1, TimeUnit.MINUTES));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return batch.txn();
        }

        private void change(WriteBatch batch) {
            ColumnFamily family = family();
            if (!model.families().contains(family)) {
                return;
            }
            byte[] key = key();
            switch (random.nextInt(8)) {
                case 0 -> {
                    byte[] other = key();
                    boolean isInOrder = Arrays.compareUnsigned(key, other) <= 0;
                    byte[] from = isInOrder ? key : other;
                    byte[] to = isInOrder ? other : key;
                    batch.deleteRange(family, KeyRange.of(from, to));
                    model.of(family).subMap(from, to).clear();
                }
                case 1, 2 -> {
                    batch.delete(family, key);
                    model.of(family).remove(key);
                }
                case 3 -> {
                    if (model.isCounter(family, key)) {
                        batch.addLong(family, key, 7);
                        model.add(family, key, 7);
                    }
                }
                default -> {
                    byte[] value = value();
                    batch.put(family, key, value);
                    model.of(family).put(key, value);
                }
            }
        }

        private void withSavepoint(WriteHandle txn) {
            WriteHandle.Savepoint savepoint = txn.savepoint();
            Model kept = model.copy();
            changes(txn, 1 + random.nextInt(20));
            if (random.nextInt(3) == 0) {
                withSavepoint(txn);
            }
            switch (random.nextInt(3)) {
                case 0 -> {
                    txn.rollbackTo(savepoint);
                    model = kept;
                }
                case 1 -> txn.release(savepoint);
                default -> changes(txn, 1);
            }
        }

        private void changes(WriteHandle txn, int count) {
            for (int i = 0; i < count; i++) {
                change(txn);
            }
        }

        private void change(WriteHandle txn) {
            ColumnFamily family = family();
            int what = random.nextInt(100);
            if (!model.families().contains(family)) {
                txn.createFamily(family);
                model.create(family);
            } else if (what == 0 && !family.equals(ColumnFamily.DEFAULT)) {
                txn.dropFamily(family);
                model.drop(family);
            } else if (what == 1) {
                assertEquals(model.of(family).size(), txn.clear(family));
                model.of(family).clear();
            } else if (what < 6) {
                deleteRange(txn, family);
            } else if (what < 35) {
                byte[] key = key();
                assertEquals(model.of(family).remove(key) != null, txn.delete(family, key));
            } else if (what < 40) {
                walk(txn, family);
            } else if (what < 45) {
                byte[] key = key();
                long delta = random.nextLong();
                if (model.isCounter(family, key)) {
                    assertEquals(model.add(family, key, delta), txn.addLong(family, key, delta));
                } else {
                    assertThrows(
                            IllegalArgumentException.class, () -> txn.addLong(family, key, delta));
                }
            } else if (what < 48) {
                WriteBatch batch = new WriteBatch();
                change(batch);
                change(batch);
                txn.apply(batch);
            } else {
                model.put(txn, family, key(), value(), random.nextInt(5));
            }
        }

        private void deleteRange(WriteHandle txn, ColumnFamily family) {
            byte[] one = key();
            byte[] other = key();
            boolean isInOrder = Arrays.compareUnsigned(one, other) <= 0;
            byte[] from = isInOrder ? one : other;
            byte[] to = isInOrder ? other : one;
            NavigableMap<byte[], byte[]> range = model.of(family).subMap(from, true, to, false);
            assertEquals(range.size(), txn.deleteRange(family, KeyRange.of(from, to)));
            range.clear();
        }

        private void walk(WriteHandle txn, ColumnFamily family) {
            byte[] from = key();
            try (Cursor cursor = txn.cursor(family)) {
                Map.Entry<byte[], byte[]> expected = model.of(family).ceilingEntry(from);
                boolean isThere = cursor.seek(from);
                for (int i = 0; i < 20 && expected != null; i++) {
                    assertEquals(true, isThere);
                    assertArrayEquals(expected.getKey(), cursor.key());
                    assertArrayEquals(expected.getValue(), cursor.value());
                    expected = model.of(family).higherEntry(expected.getKey());
                    isThere = cursor.next();
                }
                assertEquals(expected != null, isThere);
            }
        }

        private ColumnFamily family() {
            int number = random.nextInt(5);
            return number < 2 ? ColumnFamily.DEFAULT : ColumnFamily.of("family " + number);
        }

        private byte[] key() {
            int number = random.nextInt(400);
            return switch (number % 20) {
                case 0 -> Samples.key(number, 1 + number);
                case 1 -> Samples.key(number, 2000 + number);
                default -> Samples.key(number);
            };
        }

        private byte[] value() {
            int choice = random.nextInt(60);
            int valueBytes =
                    choice == 0
                            ? random.nextInt(60_000)
                            : choice < 5 ? random.nextInt(3000) : random.nextInt(60);
            return Samples.value(random.nextInt(1000), valueBytes);
        }
    }

    private void run(int pageBytes, int steps, long seed) {
        System.out.println("page size " + pageBytes + ", seed " + seed);
        new Run(directory.resolve("store " + seed), pageBytes, seed).steps(steps);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 2048, 4096})
    void storeAndItsSnapshotsHoldWhatTheModelHolds(int pageBytes) {
        run(pageBytes, 300, System.nanoTime());
    }

    @Test
    @Tag("slow")
    void storeAndItsSnapshotsHoldWhatTheModelHoldsInManyRuns() {
        long seed = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            run(512 << i % 4, 400, seed + i);
        }
    }
}
