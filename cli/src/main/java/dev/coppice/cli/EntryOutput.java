package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.cli.text.EntryWriter;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** Hands the entries of a snapshot to a writer. Thread safety: one thread. */
final class EntryOutput {
    private static final int ENTRIES_PER_REPORT = 1 << 12;

    private final Snapshot snapshot;
    private final EntryWriter writer;
    private final LongConsumer report;
    private long entries;

    /**
     * Prepares.
     *
     * @param report is told every now and then how many entries were written
     */
    EntryOutput(Snapshot snapshot, EntryWriter writer, LongConsumer report) {
        this.snapshot = snapshot;
        this.writer = writer;
        this.report = report;
    }

    /** Writes at most so many entries of a family, in the order of their keys or against it. */
    void write(ColumnFamily family, KeyRange range, boolean isReverse, long limit) {
        try (Cursor cursor = snapshot.cursor(family)) {
            boolean isThere = isReverse ? toEnd(cursor, range) : toStart(cursor, range);
            for (long i = 0; i < limit && isThere; i++) {
                byte[] key = cursor.key();
                if (!range.contains(key)) {
                    return;
                }
                writer.entry(key, cursor.value());
                if (++entries % ENTRIES_PER_REPORT == 0) {
                    report.accept(entries);
                }
                isThere = isReverse ? cursor.previous() : cursor.next();
            }
        }
    }

    private static boolean toStart(Cursor cursor, KeyRange range) {
        byte[] start = range.from();
        boolean isBounded = start != null && start.length > 0;
        return isBounded ? cursor.seek(start) : cursor.first();
    }

    private static boolean toEnd(Cursor cursor, KeyRange range) {
        byte[] end = range.to();
        if (end == null) {
            return cursor.last();
        }
        boolean isThere = cursor.seekFloor(end);
        boolean isBehind = isThere && Arrays.equals(cursor.key(), end);
        return isBehind ? cursor.previous() : isThere;
    }

    long entries() {
        return entries;
    }
}
