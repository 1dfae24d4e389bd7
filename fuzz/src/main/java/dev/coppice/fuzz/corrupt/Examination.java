package dev.coppice.fuzz.corrupt;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.error.StoreException;
import dev.coppice.testkit.model.Contents;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Does everything to a store that may be damaged; whatever it says is an answer or a {@link
 * StoreException}. Where checksums must tell, an answer is also right.
 *
 * <p>Thread safety: one thread.
 */
final class Examination {
    private static final int MAX_ENTRIES = 3000;

    private final Specimen specimen;
    private final boolean mustBeRight;
    private int errors;

    Examination(Specimen specimen, boolean mustBeRight) {
        this.specimen = specimen;
        this.mustBeRight = mustBeRight;
    }

    /** {@return how many operations ended with an error of the store} */
    int examine(Store store) {
        attempt(() -> read(store));
        attempt(() -> store.check(Progress.NONE));
        attempt(store::stats);
        attempt(() -> write(store));
        attempt(store::checkpoint);
        attempt(() -> read(store));
        return errors;
    }

    private void attempt(Runnable operation) {
        try {
            operation.run();
        } catch (StoreException e) {
            errors++;
        } catch (IllegalArgumentException e) {
            // Without its record a family is not there.
            if (mustBeRight || !String.valueOf(e.getMessage()).startsWith("no column family")) {
                throw e;
            }
        }
    }

    private void read(Store store) {
        try (Snapshot snapshot = store.snapshot()) {
            Contents expected = specimen.states().get(snapshot.txn());
            if (expected == null) {
                expected = specimen.states().values().iterator().next();
                if (mustBeRight && snapshot.txn() < specimen.newest()) {
                    throw new AssertionError("opened at the unknown " + snapshot.txn());
                }
            }
            boolean isKnown = mustBeRight && specimen.states().containsKey(snapshot.txn());
            for (String name : expected.families()) {
                Map<byte[], byte[]> entries = expected.entries(name);
                ColumnFamily family = ColumnFamily.of(name);
                attempt(() -> {
                    if (snapshot.count(family) != entries.size() && isKnown) {
                        throw new AssertionError("a wrong count");
                    }
                });
                entries.forEach((key, value) ->
                        attempt(() -> {
                            byte[] found = snapshot.get(family, key);
                            if (isKnown && !Arrays.equals(found, value)) {
                                throw new AssertionError("a wrong value");
                            }
                        }));
                attempt(() -> {
                    byte[][] keys = entries.keySet().toArray(byte[][]::new);
                    byte[][] found = snapshot.multiGet(family, keys);
                    byte[][] values = entries.values().toArray(byte[][]::new);
                    if (isKnown && !Arrays.deepEquals(found, values)) {
                        throw new AssertionError("wrong values");
                    }
                });
                attempt(() -> scan(snapshot, family, isKnown ? entries : null, Cursor::next));
                attempt(() -> scan(snapshot, family, null, Cursor::previous));
                attempt(() -> snapshot.count(family, KeyRange.prefix(new byte[] {'k'})));
            }
        }
    }

    private void scan(
            Snapshot snapshot,
            ColumnFamily family,
            Map<byte[], byte[]> expected,
            Predicate<Cursor> step) {
        try (Cursor cursor = snapshot.cursor(family)) {
            if (expected == null) {
                for (int i = 0; i < MAX_ENTRIES && step.test(cursor); i++) {
                    touch(cursor);
                }
                return;
            }
            for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
                if (!step.test(cursor)
                        || !Arrays.equals(cursor.key(), entry.getKey())
                        || !Arrays.equals(cursor.value(), entry.getValue())) {
                    throw new AssertionError("a wrong entry");
                }
            }
        }
    }

    private void touch(Cursor cursor) {
        attempt(cursor::key);
        attempt(cursor::value);
    }

    private void write(Store store) {
        Contents newest = specimen.states().get(specimen.newest());
        for (String name : newest.families()) {
            ColumnFamily family = ColumnFamily.of(name);
            attempt(() -> {
                try (WriteTransaction txn = store.begin()) {
                    int i = 0;
                    for (byte[] key : newest.entries(name).keySet()) {
                        if (i++ % 9 == 0) {
                            txn.put(family, key, new byte[i % 300]);
                        } else if (i % 9 == 4) {
                            txn.delete(family, key);
                        }
                    }
                    txn.commit();
                }
            });
            attempt(() -> {
                try (WriteTransaction txn = store.begin()) {
                    txn.deleteRange(family, KeyRange.prefix(new byte[] {'k', 'e'}));
                    txn.commit();
                }
            });
        }
    }
}
