package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.Expiry;
import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.cli.text.EntryWriter;
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
        try (Cursor cursor = snapshot.cursor(family, range)) {
            for (long i = 0; i < limit; i++) {
                if (!(isReverse ? cursor.previous() : cursor.next())) {
                    return;
                }
                writer.entry(cursor.key(), cursor.value(), deadline(cursor));
                if (++entries % ENTRIES_PER_REPORT == 0) {
                    report.accept(entries);
                }
            }
        }
    }

    /** {@return when the entry expires; when it just has, that too is over when it is read} */
    private static long deadline(Cursor cursor) {
        return switch (cursor.expiry()) {
            case Expiry.Never() -> EntryWriter.NEVER;
            case Expiry.At at -> at.deadlineMillis();
            case Expiry.Absent() -> 0;
        };
    }

    long entries() {
        return entries;
    }
}
