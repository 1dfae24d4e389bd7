package dev.coppice.fuzz.differential;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import java.nio.file.Path;
import java.util.NavigableMap;

/** This store. Thread safety: one thread. */
final class CoppicePeer implements Peer {
    private final Store store;
    private WriteTransaction txn;

    CoppicePeer(Path path, int pageBytes) {
        store = Store.open(path, StoreConfig.defaults().withPageBytes(pageBytes));
        begin();
        for (String family : FAMILIES.subList(1, FAMILIES.size())) {
            txn.createFamily(ColumnFamily.of(family));
        }
        commit();
    }

    @Override
    public void begin() {
        txn = store.begin();
    }

    @Override
    public void put(String family, byte[] key, byte[] value) {
        txn.put(ColumnFamily.of(family), key, value);
    }

    @Override
    public void delete(String family, byte[] key) {
        txn.delete(ColumnFamily.of(family), key);
    }

    @Override
    public void deleteRange(String family, byte[] from, byte[] to) {
        txn.deleteRange(ColumnFamily.of(family), KeyRange.of(from, to));
    }

    @Override
    public void commit() {
        txn.commit();
    }

    @Override
    public void abort() {
        txn.close();
    }

    @Override
    public NavigableMap<byte[], byte[]> contents(String family) {
        Ordered entries = new Ordered();
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor(ColumnFamily.of(family))) {
            while (cursor.next()) {
                entries.add(cursor.key(), cursor.value());
            }
        }
        return entries.map();
    }

    @Override
    public void close() {
        var problems = store.check(Progress.NONE).problems();
        store.close();
        if (!problems.isEmpty()) {
            throw new AssertionError("check: " + problems);
        }
    }
}
