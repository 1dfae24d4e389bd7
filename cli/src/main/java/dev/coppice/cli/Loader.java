package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.util.Arrays;

/**
 * Puts the lines of a {@link TsvReader} into a store. Keys above all others are appended, which is
 * the fast way; sorted input consists of nothing else.
 *
 * <p>Thread safety: one thread.
 */
final class Loader {
    private static final int LINES_PER_REPORT = 1 << 14;

    private final Store store;
    private final Family familyOption;
    private final Encoding encoding;
    private final long entriesPerCommit;
    private final FieldArrays keys = new FieldArrays();
    private final FieldArrays values = new FieldArrays();
    private byte[] highest = new byte[64];
    private int highestBytes;
    private long entries;
    private long newEntries;
    private long committedEntries;
    private long committedLines;

    Loader(Store store, Family family, Encoding encoding, long entriesPerCommit) {
        this.store = store;
        this.familyOption = family;
        this.encoding = encoding;
        this.entriesPerCommit = entriesPerCommit;
    }

    /**
     * Loads all lines.
     *
     * @param report is called every now and then
     * @throws UsageException at a malformed line; its transaction is rolled back
     */
    void load(TsvReader lines, Runnable report) {
        boolean isMore = true;
        while (isMore) {
            try (WriteTransaction txn = store.begin()) {
                ColumnFamily family = familyOption.createdIn(txn);
                findHighest(txn, family);
                isMore = putSome(lines, txn, family, report);
                txn.commit();
            }
            committedEntries = entries;
            committedLines = lines.lines();
        }
    }

    private void findHighest(WriteTransaction txn, ColumnFamily family) {
        highestBytes = 0;
        try (Cursor cursor = txn.cursor(family)) {
            if (cursor.last()) {
                setHighest(cursor.key());
            }
        }
    }

    private void setHighest(byte[] key) {
        if (key.length > highest.length) {
            highest = new byte[Math.max(key.length, 2 * highest.length)];
        }
        System.arraycopy(key, 0, highest, 0, key.length);
        highestBytes = key.length;
    }

    /** Returns whether there may be more lines for another transaction. */
    private boolean putSome(
            TsvReader lines, WriteTransaction txn, ColumnFamily family, Runnable report) {
        long limit = entriesPerCommit == 0 ? Long.MAX_VALUE : entries + entriesPerCommit;
        while (entries < limit) {
            if (!lines.next()) {
                return false;
            }
            put(lines, txn, family);
            if (++entries % LINES_PER_REPORT == 0) {
                report.run();
            }
        }
        return true;
    }

    private void put(TsvReader lines, WriteTransaction txn, ColumnFamily family) {
        try {
            byte[] key = field(keys, lines, lines.keyFrom(), lines.keyTo());
            byte[] value = field(values, lines, lines.valueFrom(), lines.valueTo());
            int order = Arrays.compareUnsigned(key, 0, key.length, highest, 0, highestBytes);
            if (order > 0) {
                txn.append(family, key, value);
                setHighest(key);
                newEntries++;
            } else if (txn.put(family, key, value)) {
                newEntries++;
            }
        } catch (UsageException | IllegalArgumentException e) {
            throw lines.malformed(e.getMessage());
        }
    }

    private byte[] field(FieldArrays arrays, TsvReader lines, int from, int to) {
        boolean isPlain = encoding == Encoding.UTF8 && !lines.hasEscapes();
        return isPlain
                ? arrays.copyOf(lines.text(), from, to)
                : encoding.decode(lines.text(), from, to);
    }

    long entries() {
        return entries;
    }

    /** {@return how many keys were not in the store before} */
    long newEntries() {
        return newEntries;
    }

    long committedEntries() {
        return committedEntries;
    }

    long committedLines() {
        return committedLines;
    }
}
