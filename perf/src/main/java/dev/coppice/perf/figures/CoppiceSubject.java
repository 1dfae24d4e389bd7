package dev.coppice.perf.figures;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Coppice as {@link StoreConfig#defaults} has it, NORMAL or FULL. */
final class CoppiceSubject implements Subject {
    static final String FILE = "data.coppice";

    private final Store store;
    private WriteTransaction transaction;
    private Snapshot snapshot;

    private CoppiceSubject(Store store) {
        this.store = store;
    }

    static CoppiceSubject open(Path folder, boolean isDurable) throws IOException {
        Files.createDirectories(folder);
        SyncLevel level = isDurable ? SyncLevel.FULL : SyncLevel.NORMAL;
        StoreConfig config = StoreConfig.defaults().withSyncLevel(level);
        return new CoppiceSubject(Store.open(folder.resolve(FILE), config));
    }

    @Override
    public void begin() {
        transaction = store.begin();
    }

    @Override
    public void put(byte[] key, byte[] value) {
        transaction.put(ColumnFamily.DEFAULT, key, value);
    }

    @Override
    public void append(byte[] key, byte[] value) {
        transaction.append(ColumnFamily.DEFAULT, key, value);
    }

    @Override
    public void commit() {
        transaction.commit();
    }

    @Override
    public void openSnapshot() {
        snapshot = store.snapshot();
    }

    @Override
    public int get(byte[] key, byte[] target) {
        return snapshot.get(ColumnFamily.DEFAULT, key, target, 0);
    }

    @Override
    public void closeSnapshot() {
        snapshot.close();
    }

    @Override
    public int getFromFreshSnapshot(byte[] key, byte[] target) {
        try (Snapshot fresh = store.snapshot()) {
            return fresh.get(ColumnFamily.DEFAULT, key, target, 0);
        }
    }

    @Override
    public long step() {
        long count = 0;
        try (Cursor cursor = snapshot.cursor()) {
            while (cursor.next()) {
                count++;
            }
        }
        return count;
    }

    @Override
    public long scan() {
        long sum = 0;
        try (Cursor cursor = snapshot.cursor()) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] value = cursor.value();
                sum += key[key.length - 1] + value[value.length - 1];
            }
        }
        return sum;
    }

    @Override
    public void close() {
        store.close();
    }
}
