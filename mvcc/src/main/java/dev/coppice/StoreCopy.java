package dev.coppice;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One copy of a store, made and verified under another name and then given its own.
 *
 * <p>Thread safety: one thread, used once.
 */
final class StoreCopy {
    /*
     * One transaction appends everything: no page of the copy is ever superseded, and none lies free
     * between others. The checkpoint behind it seals and flushes what the check then reads.
     */
    private static final int SPARE_PART = 5;
    private static final int ENTRIES_PER_REPORT = 1024;

    private final Store store;
    private final Snapshot snapshot;
    private final NewFile file;
    private final boolean isCompact;
    private final Map<ColumnFamily, Long> counts = new LinkedHashMap<>();
    private long done;
    private long total;

    /**
     * Prepares.
     *
     * @param snapshot what is copied; stays open
     */
    StoreCopy(Store store, Snapshot snapshot, Path target, boolean isCompact) {
        this.store = store;
        this.snapshot = snapshot;
        this.file = new NewFile("copy", target);
        this.isCompact = isCompact;
    }

    CopyReport run(Progress progress) {
        try (file) {
            try (Store copy = Store.open(file.temporary(), config())) {
                fill(copy, progress);
                verify(copy, progress);
            }
            file.complete();
            return new CopyReport(
                    snapshot.txn(),
                    snapshot.commitMillis(),
                    counts.size(),
                    done,
                    Files.size(file.target()));
        } catch (IOException e) {
            throw new StoreIoException("the size of " + file.target() + " cannot be read", e);
        }
    }

    /** Checkpoints come when they are asked for, once. */
    private StoreConfig config() {
        return StoreConfig.defaults()
                .withPageBytes(store.pageBytes())
                .withSyncLevel(SyncLevel.OFF)
                .withVerify(Verify.NEVER)
                .withAllowUnsafeFileSystem(store.config().allowUnsafeFileSystem());
    }

    private void fill(Store copy, Progress progress) {
        try (WriteTransaction to = copy.begin()) {
            for (ColumnFamily family : snapshot.families()) {
                long count = snapshot.count(family);
                counts.put(family, count);
                total += count;
            }
            to.spareBytes(isCompact ? 0 : store.pageBytes() / SPARE_PART);
            for (ColumnFamily family : counts.keySet()) {
                if (!family.equals(ColumnFamily.DEFAULT)) {
                    to.createFamily(family);
                }
                to.defaultTtl(family, snapshot.defaultTtl(family));
                append(family, to, progress);
            }
            store.writeOrigin(to, snapshot.txn());
            to.commit();
        }
        copy.checkpoint();
    }

    private void append(ColumnFamily family, WriteTransaction to, Progress progress) {
        snapshot.read(() -> {
            TreeCursor cursor = new TreeCursor(snapshot.pages(), snapshot.tree(family));
            while (cursor.next()) {
                append(cursor, family, to);
                if (++done % ENTRIES_PER_REPORT == 0) {
                    snapshot.checkAfterRead();
                    progress.reached(done, total);
                }
            }
            return done;
        });
    }

    /** Copies an entry with its deadline, also one that has expired: what is there is copied. */
    private static void append(TreeCursor cursor, ColumnFamily family, WriteTransaction to) {
        byte[] key = cursor.key();
        byte[] value = cursor.valueToStore();
        Lifetime lifetime = SnapshotDiff.lifetime(cursor.deadline());
        to.append(family, key, key.length, value, 0, value.length, lifetime);
    }

    private void verify(Store copy, Progress progress) {
        progress.reached(done, total);
        try (Snapshot made = copy.snapshot()) {
            if (made.families().size() != counts.size()) {
                throw wrong("it has " + made.families().size() + " column families");
            }
            counts.forEach((family, count) -> {
                if (made.count(family) != count) {
                    throw wrong(
                            "'"
                                    + family.name()
                                    + "' has "
                                    + made.count(family)
                                    + " entries, expected "
                                    + count);
                }
            });
        }
        CheckReport report = copy.check((_, _) -> progress.reached(done, total));
        if (!report.isClean()) {
            throw wrong(report.problems().getFirst());
        }
    }

    private CorruptStoreException wrong(String what) {
        return new CorruptStoreException(
                -1,
                "the copy to "
                        + file.target()
                        + " is not what was copied and was removed: "
                        + what);
    }
}
