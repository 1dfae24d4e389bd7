package dev.coppice.perf.allocation;

import dev.coppice.ColumnFamily;
import dev.coppice.KeyBuilder;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;

/**
 * A store in memory with the same entries in the default and in a named family, and an order of
 * them in which each is far from the last one. Thread safety: one thread.
 */
final class FilledStore implements AutoCloseable {
    static final int VALUE_BYTES = 100;
    static final ColumnFamily NAMED = ColumnFamily.of("named");
    static final ColumnFamily COUNTERS = ColumnFamily.of("counters");

    final Store store = Store.inMemory(StoreConfig.defaults());
    private final byte[][] keys;
    private int next;

    FilledStore(int entries) {
        keys = new byte[entries][];
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(NAMED);
            txn.createFamily(COUNTERS);
            for (int i = 0; i < entries; i++) {
                keys[i] = new KeyBuilder().addLong(i).toBytes();
                txn.append(ColumnFamily.DEFAULT, keys[i], new byte[VALUE_BYTES]);
                txn.append(NAMED, keys[i], new byte[VALUE_BYTES]);
                txn.append(COUNTERS, keys[i], new byte[Long.BYTES]);
            }
            txn.commit();
        }
    }

    /** {@return a number below that of the entries, far from the last one} */
    int random() {
        next = (int) ((next + 7_919_999L) % keys.length);
        return next;
    }

    /** {@return the key of an entry far from the last one} */
    byte[] randomKey() {
        return keys[random()];
    }

    @Override
    public void close() {
        store.close();
    }
}
