package dev.coppice;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageSize;
import java.util.List;
import java.util.function.Supplier;

/**
 * The one write transaction at a time: changes to any column families that become visible together
 * at {@link #commit}, or not at all.
 *
 * <p>{@link #close} rolls back what was not committed, so that {@code try (var txn =
 * store.begin())} is safe whatever happens inside. After an operation threw, the transaction can
 * only be rolled back, as a whole or to a savepoint.
 *
 * <p>Thread safety: the thread that began it; others get {@link IllegalStateException}.
 */
public final class WriteTransaction implements AutoCloseable {
    private final Store store;
    private final WriteView view;
    private final Thread owner = Thread.currentThread();
    private boolean isOpen = true;

    WriteTransaction(Store store, WriteView view) {
        this.store = store;
        this.view = view;
    }

    /** A point inside a transaction to return to. Valid until the transaction ends. */
    public static final class Savepoint {
        private final WriteView.Savepoint point;

        private Savepoint(WriteView.Savepoint point) {
            this.point = point;
        }
    }

    /** Stores an entry in the default family. */
    public void put(byte[] key, byte[] value) {
        put(ColumnFamily.DEFAULT, key, value);
    }

    /**
     * Stores an entry; returns whether the key is new.
     *
     * @throws dev.coppice.error.StoreFullException when there is no room
     */
    public boolean put(ColumnFamily family, byte[] key, byte[] value) {
        requireUsable();
        Keys.check(key, value);
        try {
            return view.put(tree(family), key, key.length, value, 0, value.length);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
    }

    /**
     * Stores an entry whose key is above all others of the family: the fast way to load sorted
     * data.
     *
     * @throws IllegalArgumentException when the key is not above all others
     */
    public void append(ColumnFamily family, byte[] key, byte[] value) {
        requireUsable();
        Keys.check(key, value);
        boolean wasLast;
        try {
            wasLast = view.append(tree(family), key, key.length, value, 0, value.length);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
        if (!wasLast) {
            throw new IllegalArgumentException(
                    "append: the key is not above all others of family '" + family.name() + "'");
        }
    }

    /** Sets how many bytes of a leaf {@link #append} leaves free, up to a quarter of a page. */
    void spareBytes(int bytes) {
        requireUsable();
        view.spareBytes(bytes);
    }

    /** Removes an entry of the default family; returns whether it was there. */
    public boolean delete(byte[] key) {
        return delete(ColumnFamily.DEFAULT, key);
    }

    /** Removes an entry; returns whether it was there. */
    public boolean delete(ColumnFamily family, byte[] key) {
        requireUsable();
        Keys.check(key);
        return guarded(() -> view.delete(tree(family), key, key.length));
    }

    /**
     * Removes the entries with keys in [from, to), dropping whole subtrees; returns how many.
     *
     * @param from null for no lower bound
     * @param to null for no upper bound
     */
    public long deleteRange(ColumnFamily family, byte[] from, byte[] to) {
        requireUsable();
        Keys.checkRange(from, to);
        return guarded(() -> view.deleteRange(tree(family), from, to));
    }

    /** Removes all entries of a family; returns how many there were. */
    public long clear(ColumnFamily family) {
        return deleteRange(family, null, null);
    }

    /** {@return a copy of the value as the transaction sees it, or null} */
    public byte[] get(byte[] key) {
        return get(ColumnFamily.DEFAULT, key);
    }

    /** {@return a copy of the value as the transaction sees it, or null} */
    public byte[] get(ColumnFamily family, byte[] key) {
        requireUsable();
        Keys.check(key);
        return guarded(() -> {
            long found = TreeReader.find(view.pages(), tree(family), key, key.length);
            return found == TreeReader.ABSENT ? null : TreeReader.value(view.pages(), found);
        });
    }

    /** {@return the number of entries of a family as the transaction sees it} */
    public long count(ColumnFamily family) {
        requireUsable();
        return guarded(() -> tree(family).count());
    }

    /** {@return a cursor over a family as the transaction sees it} */
    public Cursor cursor(ColumnFamily family) {
        requireUsable();
        return guarded(() -> new Cursor(this, family));
    }

    /** {@return all column families as the transaction sees them} */
    public List<ColumnFamily> families() {
        requireUsable();
        return guarded(() -> FamilyNames.list(view.pages(), view.catalogue()));
    }

    /**
     * Creates a column family.
     *
     * @throws IllegalArgumentException when it exists
     */
    public void createFamily(ColumnFamily family) {
        requireUsable();
        boolean exists =
                family.equals(ColumnFamily.DEFAULT)
                        || guarded(() -> view.family(family.name())) != null;
        if (exists) {
            throw new IllegalArgumentException(
                    "a column family named '" + family.name() + "' exists already");
        }
        guarded(() -> view.createFamily(family.name()));
    }

    /**
     * Drops a column family with all its entries; returns whether it existed.
     *
     * @throws IllegalArgumentException for the default family, which can only be cleared
     */
    public boolean dropFamily(ColumnFamily family) {
        requireUsable();
        if (family.equals(ColumnFamily.DEFAULT)) {
            throw new IllegalArgumentException("the default family cannot be dropped: clear it");
        }
        return guarded(() -> view.dropFamily(family.name()));
    }

    /** {@return a point to which {@link #rollbackTo} returns} */
    public Savepoint savepoint() {
        requireUsable();
        return new Savepoint(guarded(view::savepoint));
    }

    /** Undoes everything since a savepoint, which stays valid; later ones do not. */
    public void rollbackTo(Savepoint savepoint) {
        requireSavepoint(savepoint);
        view.rollbackTo(savepoint.point);
    }

    /** Gives up a savepoint, and those taken after it, keeping the changes. */
    public void release(Savepoint savepoint) {
        requireSavepoint(savepoint);
        view.release(savepoint.point);
    }

    private void requireSavepoint(Savepoint savepoint) {
        requireUsable();
        if (!view.isOpen(savepoint.point)) {
            throw new IllegalStateException(
                    "the savepoint is not one of this transaction, or was given up");
        }
    }

    /**
     * Makes the changes visible, and durable as far as the transaction's {@link SyncLevel} says.
     * Ends the transaction, also when it throws: then nothing was changed, unless it throws {@link
     * dev.coppice.error.CommitInDoubtException}.
     *
     * @return the transaction's id
     */
    public long commit() {
        requireUsable();
        isOpen = false;
        return store.commit(view);
    }

    /** Undoes everything and ends the transaction. */
    public void rollback() {
        requireUsable();
        isOpen = false;
        store.rollback(view);
    }

    /** Rolls back what was not committed. Idempotent. */
    @Override
    public void close() {
        if (isOpen) {
            rollback();
        }
    }

    private TreeRoot tree(ColumnFamily family) {
        if (family.equals(ColumnFamily.DEFAULT)) {
            return view.defaultFamily();
        }
        TreeRoot tree = view.family(family.name());
        if (tree == null) {
            throw FamilyNames.missing(family);
        }
        return tree;
    }

    TreeCursor treeCursor(ColumnFamily family) {
        return new TreeCursor(view.pages(), tree(family));
    }

    long changes() {
        return view.changes();
    }

    /** {@return how many bytes of a key lie in its leaf} */
    int inlineKeyBytes() {
        return PageSize.inlineKeyBytes(view.pages().pageBytes());
    }

    void requireUsable() {
        if (!owner.equals(Thread.currentThread())) {
            throw new IllegalStateException(
                    "a write transaction belongs to the thread that began it: " + owner.getName());
        }
        if (!isOpen) {
            throw new IllegalStateException("the transaction was committed or rolled back");
        }
    }

    private <T> T guarded(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
    }
}
