package dev.coppice.perf.figures;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.EntryBatch;
import dev.coppice.MaintenanceMode;
import dev.coppice.Reader;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.Writer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Workloads on a store without deadlines, which every build of the last while can run: the same
 * steps each time. Some values are large.
 *
 * <p>Thread safety: one thread.
 */
public final class BeforeWork implements AutoCloseable {
    /** What is measured. */
    public enum Step {
        PUT,
        OVERWRITE,
        GET,
        SCAN,
        BATCH,
        DELETE
    }

    private static final ColumnFamily FAMILY = ColumnFamily.DEFAULT;
    private static final int PER_COMMIT = 100;
    private static final int LARGE_EVERY = 500;

    private final Store store;
    private final Writer writer;
    private final Reader reader;
    private final long entries;
    private final byte[] value = new byte[100];
    private final byte[] large = new byte[3_000];
    private final EntryBatch batch = new EntryBatch();
    private long sum;

    /**
     * Opens an empty store.
     *
     * @param file null for one in memory
     */
    public BeforeWork(long entries, Path file) {
        StoreConfig config =
                StoreConfig.defaults()
                        .withSyncLevel(SyncLevel.OFF)
                        .withMaintenance(MaintenanceMode.MANUAL)
                        .withClock(() -> Instant.ofEpochMilli(1));
        this.entries = entries;
        store = file == null ? Store.inMemory(config) : Store.open(file, config);
        writer = store.writer();
        reader = store.reader();
        Arrays.fill(value, (byte) 7);
    }

    /** {@return operations in a step} */
    public long operations(Step step) {
        return step == Step.OVERWRITE || step == Step.GET || step == Step.DELETE
                ? entries / 2
                : entries;
    }

    /**
     * Does a step; in the order of the constants, for {@code SCAN} and {@code BATCH} any number.
     */
    public void run(Step step) {
        switch (step) {
            case PUT -> write(1, entries, false);
            case OVERWRITE -> write(2, entries / 2, false);
            case GET -> get();
            case SCAN -> scan();
            case BATCH -> batches();
            case DELETE -> write(1, entries / 2, true);
        }
    }

    private void write(long seed, long count, boolean isDelete) {
        SplittableRandom random = new SplittableRandom(seed);
        for (long done = 0; done < count; ) {
            writer.begin();
            for (int i = 0; i < PER_COMMIT && done < count; i++, done++) {
                long key = random.nextLong(4 * entries);
                if (isDelete) {
                    writer.delete(FAMILY, key);
                } else {
                    writer.put(FAMILY, key, done % LARGE_EVERY == 0 ? large : value);
                }
            }
            writer.commit();
        }
        reader.refresh();
    }

    private void get() {
        SplittableRandom random = new SplittableRandom(3);
        byte[] target = new byte[large.length];
        for (long i = 0; i < entries / 2; i++) {
            sum += reader.get(FAMILY, random.nextLong(4 * entries), target, 0);
        }
    }

    private void scan() {
        try (Cursor cursor = reader.cursor(FAMILY)) {
            while (cursor.next()) {
                sum += cursor.keyLong() + cursor.valueLength();
            }
        }
    }

    private void batches() {
        try (Cursor cursor = reader.cursor(FAMILY)) {
            while (cursor.nextBatch(batch)) {
                for (int i = 0; i < batch.count(); i++) {
                    sum += batch.valueLength(i);
                }
            }
        }
    }

    /** {@return a number made of what was read} */
    public long sum() {
        return sum;
    }

    @Override
    public void close() {
        reader.close();
        writer.close();
        store.checkpoint();
        store.close();
    }
}
