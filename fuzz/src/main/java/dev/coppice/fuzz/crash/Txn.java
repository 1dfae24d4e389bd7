package dev.coppice.fuzz.crash;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.btree.VacuumScan;
import dev.coppice.testkit.model.Contents;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A write transaction on the store and on the model.
 *
 * <p>Thread safety: one thread.
 */
public final class Txn {
    private final WriteView view;
    private final long nowMillis;
    private Contents work;

    /** A point to return to, in both. */
    public static final class Savepoint {
        private final WriteView.Savepoint point;
        private final Contents contents;

        private Savepoint(WriteView.Savepoint point, Contents contents) {
            this.point = point;
            this.contents = contents;
        }
    }

    Txn(WriteView view, Contents work, long nowMillis) {
        this.view = view;
        this.work = work;
        this.nowMillis = nowMillis;
    }

    private static void requireEqual(long expected, long found, String what) {
        if (expected != found) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }

    /** {@return what the store should contain when the transaction commits now} */
    Contents contents() {
        return work;
    }

    private TreeRoot tree(String family) {
        return family.equals(Contents.DEFAULT) ? view.defaultFamily() : view.family(family);
    }

    public void put(byte[] key, byte[] value) {
        put(Contents.DEFAULT, key, value);
    }

    public void put(String family, byte[] key, byte[] value) {
        boolean isNew = view.put(tree(family), key, key.length, value, 0, value.length);
        store(family, key, value, work.defaultDeadline(family, nowMillis), isNew);
    }

    /**
     * Puts an entry with a deadline.
     *
     * @param deadlineMillis or {@link Contents#NEVER}
     */
    public void put(String family, byte[] key, byte[] value, long deadlineMillis) {
        boolean isNew =
                view.put(tree(family), key, key.length, value, 0, value.length, deadlineMillis);
        store(family, key, value, deadlineMillis, isNew);
    }

    private void store(
            String family, byte[] key, byte[] value, long deadlineMillis, boolean isNew) {
        if (isNew == work.isLive(family, key, nowMillis)) {
            throw new AssertionError("put: a new key is " + isNew);
        }
        work.put(family, key, value, deadlineMillis);
    }

    // ---- expiry

    /** Gives an entry another deadline, or {@link Contents#NEVER}. */
    public void touch(String family, byte[] key, long deadlineMillis) {
        boolean isThere = view.touch(tree(family), key, key.length, deadlineMillis);
        if (isThere != work.touch(family, key, deadlineMillis, nowMillis)) {
            throw new AssertionError("touch: the entry is there: " + isThere);
        }
    }

    /** Sets how long entries of a family live that are put without saying so. */
    public void ttl(String family, long ttlMillis) {
        view.ttl(tree(family), ttlMillis);
        work.ttl(family, ttlMillis);
    }

    /** Removes expired entries, those with the lowest keys. */
    public void purge(String family, long maxEntries) {
        long expected = Math.min(maxEntries, work.expired(family, nowMillis).size());
        long removed = purge(family, new ExpiryScan(), maxEntries, Integer.MAX_VALUE);
        requireEqual(expected, removed, "purge of " + family);
    }

    /** Removes expired entries from where a scan stands on; returns how many. */
    public long purge(String family, ExpiryScan scan, long maxEntries, int maxPages) {
        Deque<byte[]> expired = new ArrayDeque<>(work.expired(family, nowMillis));
        ExpiryScan.Keys keys =
                key -> {
                    while (!Arrays.equals(key, expired.pop())) {
                        // The scan had passed it before it expired.
                    }
                    work.delete(family, key);
                };
        return view.purge(tree(family), scan, nowMillis, maxEntries, maxPages, keys);
    }

    // ---- the rest

    public void delete(byte[] key) {
        delete(Contents.DEFAULT, key);
    }

    public void delete(String family, byte[] key) {
        view.delete(tree(family), key, key.length);
        work.delete(family, key);
    }

    /** Removes the keys in [from, to), null for no bound. */
    public void deleteRange(String family, byte[] from, byte[] to) {
        view.deleteRange(tree(family), from, to);
        work.deleteRange(family, from, to);
    }

    public void createFamily(String family) {
        view.createFamily(family);
        work.create(family);
    }

    public void dropFamily(String family) {
        view.dropFamily(family);
        work.drop(family);
    }

    /** Gives what the transaction has made so far a name. */
    public void retain(String name) {
        view.retain(name, nowMillis);
        work.retain(name);
    }

    public void dropSnapshot(String name) {
        view.dropRetained(name);
        work.dropSnapshot(name);
    }

    /**
     * Moves what a scan finds of a family.
     *
     * @param family null for the catalogue
     */
    void vacuum(String family, VacuumScan scan, int maxLeaves) {
        view.vacuum(family == null ? null : tree(family), scan, maxLeaves);
    }

    public Savepoint savepoint() {
        return new Savepoint(view.savepoint(), work.copy());
    }

    public void rollbackTo(Savepoint savepoint) {
        view.rollbackTo(savepoint.point);
        work = savepoint.contents.copy();
    }

    public void release(Savepoint savepoint) {
        view.release(savepoint.point);
    }
}
