package dev.coppice.testkit;

import dev.coppice.CheckReport;
import dev.coppice.Progress;
import dev.coppice.SnapshotInfo;
import dev.coppice.Store;
import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a store at the end of a test. Thread safety: one thread. */
final class Defects {
    private final List<String> found = new ArrayList<>();
    private boolean isWriting;

    /** {@return everything that was found} */
    List<String> found() {
        return found;
    }

    /** Looks at an open store that nobody should be using any more; does not close it. */
    void look(Store store) {
        lookForReaders(store);
        lookForWriter(store);
        if (!isWriting) {
            // The check would wait for the writer.
            lookAtPages(store);
        }
    }

    private void lookForReaders(Store store) {
        for (SnapshotInfo open : store.snapshots()) {
            String who = open.openedBy().isEmpty() ? "" : ", opened by thread " + open.openedBy();
            found.add(
                    "a snapshot or reader was left open: it sees transaction " + open.txn() + who);
        }
        long forgotten = store.stats().forgottenHandles();
        if (forgotten > 0) {
            found.add(forgotten + " snapshots or readers became garbage without being closed");
        }
    }

    private void lookForWriter(Store store) {
        if (store.config().readOnly()) {
            return;
        }
        try {
            store.begin().close();
        } catch (BusyException e) {
            isWriting = true;
            found.add("a write transaction of another thread was left open: " + e.getMessage());
        } catch (IllegalStateException e) {
            isWriting = true;
            found.add("a write transaction was left open: " + e.getMessage());
        } catch (StoreException e) {
            found.add("no transaction can begin any more: " + e);
        }
    }

    private void lookAtPages(Store store) {
        CheckReport report = store.check(Progress.NONE);
        report.problems().forEach(problem -> found.add("integrity check: " + problem));
    }

    /** Closes the store, unless a transaction is open, which nobody here could end. */
    void close(Store store) {
        if (isWriting) {
            return;
        }
        try {
            store.close();
        } catch (StoreException e) {
            found.add("closing failed: " + e);
        }
    }
}
