package dev.coppice;

import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.commit.Origin;
import dev.coppice.error.CorruptStoreException;
import java.nio.file.Path;
import java.util.List;

/**
 * Applies incremental backups to a copy of what the first of them begins with.
 *
 * <p>Thread safety: one thread, used once.
 */
final class Restoration {
    private static final int CHANGES_PER_REPORT = 1024;

    private final Store store;
    private final HeaderBlock header;
    private final List<IncrementReader> increments;
    private long done;

    /** Reads and checks the files. */
    Restoration(Store store, HeaderBlock header, List<Path> files) {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("restore: increments=0, min=1");
        }
        this.store = store;
        this.header = header;
        this.increments = files.stream().map(IncrementReader::new).toList();
    }

    RestoreReport run(Progress progress) {
        long total = increments.stream().mapToLong(each -> each.head().changes()).sum();
        try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
            // Nobody changes the store from here on.
            Origin origin = origin();
            requireChain(origin);
            for (IncrementReader increment : increments) {
                increment.apply(txn, () -> report(progress, total));
            }
            Increment last = increments.getLast().head();
            requireEntries(txn, last);
            txn.view.origin(last.storeHigh(), last.storeLow(), last.toTxn());
            txn.commit();
            progress.reached(total, total);
            return new RestoreReport(origin.txn(), last.toTxn(), increments.size(), done);
        }
    }

    private void report(Progress progress, long total) {
        if (++done % CHANGES_PER_REPORT == 0) {
            progress.reached(done, total);
        }
    }

    /** {@return what the store is a copy of; a file that was copied as it is, of itself} */
    private Origin origin() {
        Increment first = increments.getFirst().head();
        boolean isOwn =
                first.storeHigh() == header.storeHigh() && first.storeLow() == header.storeLow();
        try (Snapshot newest = store.quietSnapshot()) {
            Origin found = newest.read(() -> Origin.find(newest.pages(), newest.root()));
            long txn = newest.txn();
            return isOwn || found == null
                    ? new Origin(header.storeHigh(), header.storeLow(), txn, txn)
                    : found;
        }
    }

    private void requireChain(Origin origin) {
        long at = origin.txn();
        for (IncrementReader each : increments) {
            Increment head = each.head();
            boolean isOfStore =
                    head.storeHigh() == origin.storeHigh() && head.storeLow() == origin.storeLow();
            if (!isOfStore) {
                throw new IllegalArgumentException(
                        each.file()
                                + ": the increment is of another store, or the one to restore is no"
                                + " copy, or was changed since it was copied");
            }
            if (head.fromTxn() != at) {
                throw new IllegalArgumentException(
                        each.file()
                                + ": the increment begins with commit "
                                + head.fromTxn()
                                + ", what is before it ends with commit "
                                + at
                                + ": one is missing, or the order is wrong");
            }
            at = head.toTxn();
        }
    }

    private static void requireEntries(WriteTransaction txn, Increment last) {
        long entries = txn.families().stream().mapToLong(txn::count).sum();
        if (entries != last.entries()) {
            throw new CorruptStoreException(
                    -1,
                    "the increments lead to "
                            + entries
                            + " entries, expected "
                            + last.entries()
                            + ": the copy is not what they begin with");
        }
    }
}
