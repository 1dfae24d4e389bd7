package dev.coppice.fuzz.kill;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.ReadHandle;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.SyncLevel;
import dev.coppice.WriteTransaction;
import dev.coppice.testkit.model.Contents;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The commits of a killed process: each has a number, which it writes into every family together
 * with some entries. Stateless.
 */
public final class Sequence {
    static final List<String> FAMILIES = List.of(Contents.DEFAULT, "red", "blue");
    static final byte[] NUMBER = "number".getBytes(UTF_8);

    private static final int KEYS = 300;

    /**
     * Commits that follow each other write far from each other, so that each has its own leaves.
     */
    private static final int STRIDE = 67;

    /** {@code STRIDE * STRIDE_INVERSE % KEYS == 1}. */
    private static final int STRIDE_INVERSE = 103;

    private static final int DELETES_ONE_IN = 40;
    private static final int DELETED = 20;

    private Sequence() {}

    private static byte[] key(long place) {
        return String.format("key%04d", place).getBytes(UTF_8);
    }

    /** {@return the key that a commit writes} */
    private static byte[] written(long number) {
        return key(number * STRIDE % KEYS);
    }

    /** {@return the first of the neighbours that a commit deletes} */
    private static long doomed(long number) {
        return number * 7 % (KEYS - DELETED);
    }

    private static byte[] value(long number, int family) {
        int bytes = (int) (number % 7 == 0 ? 3000 : number % 200);
        byte[] value = new byte[bytes];
        new Random(number * 4 + family).nextBytes(value);
        return value;
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }

    /** Commits number {@code number} of the sequence. */
    static void commit(Store store, SyncLevel level, long number) {
        try (WriteTransaction txn = store.begin(level)) {
            write(txn, number);
            txn.commit();
        }
    }

    /** Makes the changes of commit {@code number}, which follows the one that the store has. */
    public static void write(WriteTransaction txn, long number) {
        for (int i = 0; i < FAMILIES.size(); i++) {
            ColumnFamily family = ColumnFamily.of(FAMILIES.get(i));
            if (number == 0 && i > 0) {
                txn.createFamily(family);
            }
            if (number % DELETES_ONE_IN == DELETES_ONE_IN - 1) {
                txn.deleteRange(
                        family, KeyRange.of(key(doomed(number)), key(doomed(number) + DELETED)));
            }
            txn.put(family, written(number), value(number, i));
            txn.put(family, NUMBER, text(number));
        }
    }

    /**
     * {@return the number of the commit that a snapshot shows in a family, or -1 before the first}
     */
    private static long number(ReadHandle snapshot, ColumnFamily family) {
        byte[] text = snapshot.get(family, NUMBER);
        return text == null ? -1 : Long.parseLong(new String(text, UTF_8));
    }

    /** {@return the number of the newest commit that a transaction sees, or -1} */
    public static long number(WriteTransaction txn) {
        return number(txn, ColumnFamily.DEFAULT);
    }

    /** {@return the number of a snapshot's commit, or -1, after everything in it was compared} */
    public static long verify(Snapshot snapshot) {
        long number = number(snapshot, ColumnFamily.DEFAULT);
        for (int i = 0; i < FAMILIES.size() && number >= 0; i++) {
            verify(snapshot, i, number);
        }
        return number;
    }

    /**
     * Compares every entry of a family with the last commit that has written it, which its key and
     * the number of the newest one tell; that it may have been deleted since does not matter.
     */
    private static void verify(Snapshot snapshot, int index, long number) {
        ColumnFamily family = ColumnFamily.of(FAMILIES.get(index));
        if (number(snapshot, family) != number) {
            throw new AssertionError("a snapshot shows two commits at once");
        }
        try (Cursor cursor = snapshot.cursor(family)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                if (!Arrays.equals(key, NUMBER)) {
                    long place = Long.parseLong(new String(key, 3, key.length - 3, UTF_8));
                    long residue = place * STRIDE_INVERSE % KEYS;
                    long writer = number - Math.floorMod(number - residue, (long) KEYS);
                    if (!Arrays.equals(cursor.value(), value(writer, index))) {
                        throw new AssertionError(
                                "commit " + number + " shows another value at " + place);
                    }
                }
            }
        }
    }

    /** Does what commit {@code number} does to the model. */
    static void apply(Contents contents, long number) {
        for (int i = 0; i < FAMILIES.size(); i++) {
            String family = FAMILIES.get(i);
            if (number == 0 && i > 0) {
                contents.create(family);
            }
            if (number % DELETES_ONE_IN == DELETES_ONE_IN - 1) {
                contents.deleteRange(family, key(doomed(number)), key(doomed(number) + DELETED));
            }
            contents.put(family, written(number), value(number, i));
            contents.put(family, NUMBER, text(number));
        }
    }
}
