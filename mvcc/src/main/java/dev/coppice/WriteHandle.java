package dev.coppice;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Every way to change the store in the one write transaction at a time. What it reads includes its
 * own changes.
 *
 * <p>After an operation threw a {@link dev.coppice.error.StoreException}, the transaction can only
 * be rolled back, as a whole or to a savepoint; after a mistake of the caller it goes on.
 */
public abstract sealed class WriteHandle extends ReadHandle permits WriteTransaction {
    final WriteView view;
    private final byte[] keyScratch = new byte[Long.BYTES];

    WriteHandle(Store store, WriteView view) {
        super(store);
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
    public final void put(byte[] key, byte[] value) {
        put(ColumnFamily.DEFAULT, key, value);
    }

    /**
     * Stores an entry; returns whether the key is new.
     *
     * @throws dev.coppice.error.StoreFullException when there is no room
     */
    public final boolean put(ColumnFamily family, byte[] key, byte[] value) {
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
    public final void append(ColumnFamily family, byte[] key, byte[] value) {
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
    final void spareBytes(int bytes) {
        requireUsable();
        view.spareBytes(bytes);
    }

    /** Removes an entry of the default family; returns whether it was there. */
    public final boolean delete(byte[] key) {
        return delete(ColumnFamily.DEFAULT, key);
    }

    /** Removes an entry; returns whether it was there. */
    public final boolean delete(ColumnFamily family, byte[] key) {
        requireUsable();
        Keys.check(key);
        return guarded(() -> view.delete(tree(family), key, key.length));
    }

    /** Removes the entries of a range, dropping whole subtrees; returns how many. */
    public final long deleteRange(ColumnFamily family, KeyRange range) {
        requireUsable();
        Objects.requireNonNull(range, "range");
        return guarded(() -> view.deleteRange(tree(family), range.lower(), range.upper()));
    }

    /** Removes all entries of a family; returns how many there were. */
    public final long clear(ColumnFamily family) {
        return deleteRange(family, KeyRange.all());
    }

    /**
     * Creates a column family.
     *
     * @throws IllegalArgumentException when it exists
     */
    public final void createFamily(ColumnFamily family) {
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
    public final boolean dropFamily(ColumnFamily family) {
        requireUsable();
        if (family.equals(ColumnFamily.DEFAULT)) {
            throw new IllegalArgumentException("the default family cannot be dropped: clear it");
        }
        return guarded(() -> view.dropFamily(family.name()));
    }

    /** {@return a point to which {@link #rollbackTo} returns} */
    public final Savepoint savepoint() {
        requireUsable();
        return new Savepoint(guarded(view::savepoint));
    }

    /** Undoes everything since a savepoint, which stays valid; later ones do not. */
    public final void rollbackTo(Savepoint savepoint) {
        requireSavepoint(savepoint);
        view.rollbackTo(savepoint.point);
    }

    /** Gives up a savepoint, and those taken after it, keeping the changes. */
    public final void release(Savepoint savepoint) {
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

    @Override
    final PageMap pages() {
        return view.pages();
    }

    @Override
    final TreeRoot tree(ColumnFamily family) {
        if (family.equals(ColumnFamily.DEFAULT)) {
            return view.defaultFamily();
        }
        TreeRoot tree = view.family(family.name());
        if (tree == null) {
            throw FamilyNames.missing(family);
        }
        return tree;
    }

    @Override
    final TreeRoot catalogue() {
        return view.catalogue();
    }

    @Override
    final long changes() {
        return view.changes();
    }

    @Override
    final byte[] keyScratch() {
        return keyScratch;
    }

    /** Nobody else lets go of what a transaction reads. */
    @Override
    final void checkAfterRead() {}

    private static <T> T guarded(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
    }
}
