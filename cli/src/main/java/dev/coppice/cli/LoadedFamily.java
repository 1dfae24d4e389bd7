package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.Lifetime;
import dev.coppice.WriteTransaction;
import java.util.Arrays;

/**
 * A column family that is being loaded by one writer. Keys above all others are appended, which is
 * the fast way; sorted input consists of nothing else.
 *
 * <p>Thread safety: one thread.
 */
final class LoadedFamily {
    private final ColumnFamily family;
    private byte[] highest = new byte[64];
    private int highestBytes;
    private final boolean mayAppend;

    /** Finds a family, or creates it. */
    LoadedFamily(WriteTransaction txn, String name) {
        family = ColumnFamily.of(name);
        if (!txn.families().contains(family)) {
            txn.createFamily(family);
        }
        try (Cursor cursor = txn.cursor(family)) {
            if (cursor.last()) {
                setHighest(cursor.key());
            }
        }
        // Those that a cursor passes may be above: then nothing is sure to be.
        mayAppend = txn.countExpired(family, KeyRange.all()) == 0;
    }

    String name() {
        return family.name();
    }

    /** Stores an entry; returns whether the key is new. */
    boolean put(WriteTransaction txn, byte[] key, byte[] value, Lifetime lifetime) {
        int order = Arrays.compareUnsigned(key, 0, key.length, highest, 0, highestBytes);
        if (order <= 0 || !mayAppend) {
            return txn.put(family, key, value, lifetime);
        }
        txn.append(family, key, value, lifetime);
        setHighest(key);
        return true;
    }

    private void setHighest(byte[] key) {
        if (key.length > highest.length) {
            highest = new byte[Math.max(key.length, 2 * highest.length)];
        }
        System.arraycopy(key, 0, highest, 0, key.length);
        highestBytes = key.length;
    }
}
