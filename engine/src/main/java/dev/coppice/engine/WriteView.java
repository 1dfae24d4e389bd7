package dev.coppice.engine;

import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.btree.TreeWriter;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The running write transaction: changes to trees that nobody else sees until it commits.
 *
 * <p>An operation that throws leaves the transaction failed: it can only be rolled back, as a whole
 * or to a savepoint. Thread safety: the holder of the writer role. Lifetime: from {@link
 * Engine#begin} to commit or rollback; the object is used again by the next transaction.
 */
public final class WriteView {
    private final Engine engine;
    private final WriteSet writes;
    private final TreeWriter trees;
    private final Families families;
    private final StoreRoot work = new StoreRoot();
    private final Deque<Savepoint> savepoints = new ArrayDeque<>();
    private boolean isFull;
    private boolean isFailed;
    private long changes;

    WriteView(Engine engine, WriteSet writes, TreeWriter trees) {
        this.engine = engine;
        this.writes = writes;
        this.trees = trees;
        this.families = new Families(trees);
    }

    /** A point to which the transaction can return. Belongs to the transaction that took it. */
    public static final class Savepoint {
        private final WriteSet.Mark mark;
        private final StoreRoot work;

        Savepoint(WriteSet.Mark mark, StoreRoot work) {
            this.mark = mark;
            this.work = work;
        }
    }

    void begin(StoreRoot newest, boolean waitsForMedium, boolean isPositional, long id) {
        work.copyFrom(newest);
        isFull = waitsForMedium;
        isFailed = false;
        changes++;
        trees.spareBytes(0);
        writes.begin(id, isPositional);
    }

    WriteSet writes() {
        return writes;
    }

    StoreRoot work() {
        return work;
    }

    boolean isFull() {
        return isFull;
    }

    /** {@return the pages as the transaction sees them} */
    public PageMap pages() {
        return writes.pages();
    }

    /** {@return a number that changes with every change of a tree, so that cursors notice} */
    public long changes() {
        return changes;
    }

    /**
     * {@return the catalogue as the transaction sees it, once records of changed families are in}
     */
    public TreeRoot catalogue() {
        change(() -> families.flush(work));
        return work.catalogue();
    }

    public TreeRoot defaultFamily() {
        return work.defaultFamily();
    }

    /**
     * {@return the tree of a column family, or null where there is none of that name}
     *
     * <p>Valid until the family is dropped or the transaction returns to a savepoint.
     */
    public TreeRoot family(String name) {
        return families.find(writes.pages(), work, name);
    }

    /** {@return the tree of a new column family} */
    public TreeRoot createFamily(String name) {
        TreeRoot[] created = new TreeRoot[1];
        change(() -> created[0] = families.create(work, name));
        return created[0];
    }

    /** Drops a column family; returns whether it existed. */
    public boolean dropFamily(String name) {
        boolean[] existed = new boolean[1];
        reducing(() -> existed[0] = families.drop(writes.pages(), work, name));
        return existed[0];
    }

    /** Stores an entry; returns whether the key is new. */
    public boolean put(
            TreeRoot tree, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        start();
        try {
            boolean isNew = trees.put(tree, key, keyBytes, value, from, valueBytes);
            isFailed = false;
            return isNew;
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /**
     * Sets how many bytes of a leaf {@link #append} leaves free, for this transaction: 0, the
     * default, to a quarter of a page.
     */
    public void spareBytes(int bytes) {
        trees.spareBytes(bytes);
    }

    /** Stores an entry whose key is above all others; returns false when it is not. */
    public boolean append(
            TreeRoot tree, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        start();
        try {
            boolean wasLast = trees.append(tree, key, keyBytes, value, from, valueBytes);
            isFailed = false;
            return wasLast;
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** Removes an entry; returns whether it was there. */
    public boolean delete(TreeRoot tree, byte[] key, int keyBytes) {
        boolean[] found = new boolean[1];
        reducing(() -> found[0] = trees.delete(tree, key, keyBytes));
        return found[0];
    }

    /** Removes the keys in [from, to), null for no bound; returns how many there were. */
    public long deleteRange(TreeRoot tree, byte[] from, byte[] to) {
        long[] removed = new long[1];
        reducing(() -> removed[0] = trees.deleteRange(tree, from, to));
        return removed[0];
    }

    private void start() {
        if (isFailed) {
            throw new IllegalStateException(
                    "an earlier operation of this transaction failed: roll it back");
        }
        isFailed = true;
        changes++;
    }

    private void change(Runnable operation) {
        start();
        try {
            operation.run();
            isFailed = false;
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** Runs an operation that makes room in the end, with the pages that are kept for it. */
    private void reducing(Runnable operation) {
        writes.mayUseReserve(true);
        try {
            change(operation);
        } finally {
            writes.mayUseReserve(false);
        }
    }

    private StoreException faulted(InternalError e) {
        engine.stopMappedStores();
        return new StoreIoException("a mapped page could not be read or written", e);
    }

    /** Takes a savepoint. */
    public Savepoint savepoint() {
        change(() -> families.flush(work));
        Savepoint savepoint = new Savepoint(writes.mark(engine.takeId()), work.copy());
        savepoints.push(savepoint);
        return savepoint;
    }

    /** {@return whether the savepoint was taken by this transaction and not given up since} */
    public boolean isOpen(Savepoint savepoint) {
        return savepoints.contains(savepoint);
    }

    /** Undoes everything since a savepoint, which stays. Requires: isOpen(savepoint). */
    public void rollbackTo(Savepoint savepoint) {
        while (savepoints.peek() != savepoint) {
            savepoints.pop();
        }
        families.clear();
        work.copyFrom(savepoint.work);
        writes.rollback(savepoint.mark, engine.takeId());
        isFailed = false;
        changes++;
    }

    /** Gives up a savepoint and those taken after it. Requires: isOpen(savepoint). */
    public void release(Savepoint savepoint) {
        while (savepoints.pop() != savepoint) {
            assert !savepoints.isEmpty();
        }
    }

    /** Brings everything into the work root, ready to be committed. */
    void finishWork() {
        if (isFailed) {
            throw new IllegalStateException(
                    "an operation of this transaction failed: it can only be rolled back");
        }
        reducing(() -> families.flush(work));
    }

    /** {@return whether the transaction changed nothing} */
    boolean isUnchanged() {
        return writes.allocated().size() == 0 && writes.superseded().size() == 0;
    }

    void end() {
        families.clear();
        savepoints.clear();
        changes++;
    }
}
