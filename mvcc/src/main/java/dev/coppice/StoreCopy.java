package dev.coppice;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.FileStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One copy of a store, made and verified under another name and then given its own.
 *
 * <p>Thread safety: one thread, used once.
 */
final class StoreCopy {
    /*
     * One transaction appends everything: no page of the copy is ever superseded, and none lies free
     * between others. The checkpoint behind it seals and flushes what the check then reads. Names are
     * unique, so that two copies to one target cannot meet before the end, where the file system lets
     * one of them win.
     */
    private static final int SPARE_PART = 5;
    private static final int ENTRIES_PER_REPORT = 1024;

    private final Store store;
    private final Path target;
    private final Path temporary;
    private final boolean isCompact;
    private final Map<ColumnFamily, Long> counts = new LinkedHashMap<>();
    private long txn;
    private long commitMillis;
    private long done;
    private long total;

    StoreCopy(Store store, Path target, boolean isCompact) {
        this.store = store;
        this.target = Objects.requireNonNull(target, "target").toAbsolutePath();
        this.isCompact = isCompact;
        requireFree(target);
        String name = Integer.toHexString(ThreadLocalRandom.current().nextInt());
        this.temporary = this.target.resolveSibling(this.target.getFileName() + "-copying-" + name);
    }

    private void requireFree(Path target) {
        if (target.getFileName() == null || Files.exists(this.target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    "copy: " + target + " exists already; name a file that does not");
        }
        Path directory = this.target.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    "copy: there is no directory " + directory + "; create it");
        }
    }

    CopyReport run(Progress progress) {
        try {
            try (Store copy = Store.open(temporary, config())) {
                fill(copy, progress);
                verify(copy, progress);
            }
            FileStorage.rename(temporary, target);
            return new CopyReport(txn, commitMillis, counts.size(), done, Files.size(target));
        } catch (IOException e) {
            throw new StoreIoException("the size of " + target + " cannot be read", e);
        } finally {
            remove(temporary);
            remove(temporary.resolveSibling(temporary.getFileName() + "-live"));
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
        try (Snapshot snapshot = store.snapshot();
                WriteTransaction to = copy.begin()) {
            txn = snapshot.txn();
            commitMillis = snapshot.commitMillis();
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
                append(snapshot, family, to, progress);
            }
            to.commit();
        }
        copy.checkpoint();
    }

    private void append(
            Snapshot snapshot, ColumnFamily family, WriteTransaction to, Progress progress) {
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
        byte[] value = cursor.value();
        long deadline = cursor.deadline();
        Lifetime lifetime =
                deadline == LeafPage.NO_DEADLINE ? Lifetime.FOREVER : Lifetime.until(deadline);
        to.append(family, key, key.length, value, 0, value.length, lifetime);
    }

    private void verify(Store copy, Progress progress) {
        progress.reached(done, total);
        try (Snapshot snapshot = copy.snapshot()) {
            if (snapshot.families().size() != counts.size()) {
                throw wrong("it has " + snapshot.families().size() + " column families");
            }
            counts.forEach((family, count) -> {
                if (snapshot.count(family) != count) {
                    throw wrong(
                            "'"
                                    + family.name()
                                    + "' has "
                                    + snapshot.count(family)
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
                -1, "the copy to " + target + " is not what was copied and was removed: " + what);
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger("dev.coppice")
                    .log(System.Logger.Level.WARNING, file + " cannot be removed: delete it", e);
        }
    }
}
