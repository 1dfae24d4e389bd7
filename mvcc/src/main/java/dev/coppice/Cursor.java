package dev.coppice;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.page.PageSize;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks the entries of a column family in the order of their keys, in both directions. It stands
 * before the first entry, on an entry, or behind the last; a new one before the first.
 *
 * <p>A cursor of a snapshot sees the snapshot. A cursor of a write transaction sees every change of
 * the transaction, those made while it is open included: it continues from the key it stood on.
 *
 * <p>Thread safety: one thread. Lifetime: until it is closed, or its snapshot or transaction ends.
 */
public final class Cursor implements AutoCloseable {
    private final ReadHandle handle;
    private final ColumnFamily family;
    private boolean isClosed;
    private TreeCursor tree;
    private long changes;

    /** Key of the entry it stands on, where a change could take the rest of that key away. */
    private byte @Nullable [] longKey;

    /** Creates a cursor before the first entry. Requires: inside an operation of the handle. */
    Cursor(ReadHandle handle, ColumnFamily family) {
        this.handle = handle;
        this.family = family;
        this.tree = new TreeCursor(handle.pages(), handle.tree(family));
        this.changes = handle.changes();
    }

    /** Goes to the first entry; returns whether there is one. */
    public boolean first() {
        return move(() -> fresh().first());
    }

    /** Goes to the last entry; returns whether there is one. */
    public boolean last() {
        return move(() -> fresh().last());
    }

    /** Goes to the first entry whose key is not below {@code key}; returns whether there is one. */
    public boolean seek(byte[] key) {
        return move(() -> fresh().seek(key, key.length));
    }

    /** Goes to the last entry whose key is not above {@code key}; returns whether there is one. */
    public boolean seekFloor(byte[] key) {
        return move(() -> fresh().seekFloor(key, key.length));
    }

    /** Goes one entry on, from before the first to the first; returns whether there is one. */
    public boolean next() {
        return move(this::stepForward);
    }

    /** Goes one entry back, from a new cursor to the last; returns whether there is one. */
    public boolean previous() {
        return move(this::stepBack);
    }

    private boolean stepForward() {
        if (isStale() && tree.isOnEntry()) {
            byte[] key = currentKey();
            TreeCursor fresh = fresh();
            boolean isThere = fresh.seek(key, key.length);
            boolean isSame = isThere && Arrays.equals(fresh.key(), key);
            return isSame ? fresh.next() : isThere;
        }
        return atSamePlace().next();
    }

    private boolean stepBack() {
        if (isStale() && tree.isOnEntry()) {
            byte[] key = currentKey();
            TreeCursor fresh = fresh();
            boolean isThere = fresh.seekFloor(key, key.length);
            boolean isSame = isThere && Arrays.equals(fresh.key(), key);
            return isSame ? fresh.previous() : isThere;
        }
        return atSamePlace().previous();
    }

    /** {@return the cursor on the tree as it is now, where it stands on no entry} */
    private TreeCursor atSamePlace() {
        boolean isBehind = tree.isBehind();
        boolean isBefore = tree.isBefore();
        if (isStale() && isBehind && fresh().last()) {
            tree.next();
        } else if (isStale() && isBefore && fresh().first()) {
            tree.previous();
        }
        return fresh();
    }

    /**
     * {@return the key it stands on, also when the transaction has removed it meanwhile}
     *
     * <p>The leaf is a copy of the cursor's own; but what a long key has outside of the leaf may be
     * overwritten once the transaction does not need it any more.
     */
    private byte[] currentKey() {
        return longKey != null ? longKey.clone() : tree.key();
    }

    private void rememberLongKey() {
        boolean isLong = tree.isOnEntry() && tree.keyBytes() > inlineKeyBytes();
        longKey = isLong ? tree.key() : null;
    }

    private int inlineKeyBytes() {
        return PageSize.inlineKeyBytes(handle.pages().pageBytes());
    }

    private boolean isStale() {
        return handle.changes() != changes;
    }

    /** {@return the cursor on the tree as it is now} */
    private TreeCursor fresh() {
        if (isStale()) {
            tree = new TreeCursor(handle.pages(), handle.tree(family));
            changes = handle.changes();
        }
        return tree;
    }

    /** {@return whether the cursor stands on an entry} */
    public boolean isOnEntry() {
        return !isClosed && tree.isOnEntry();
    }

    /**
     * {@return a copy of the key}
     *
     * @throws NoSuchElementException when the cursor stands on no entry
     */
    public byte[] key() {
        requireEntry();
        byte[] key;
        try {
            key = currentKey();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return key;
    }

    /**
     * {@return a copy of the value}
     *
     * @throws NoSuchElementException when the cursor stands on no entry, or the transaction has
     *     removed it
     */
    public byte[] value() {
        requireEntry();
        byte[] value;
        try {
            value = isStale() ? changedValue() : tree.value();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return value;
    }

    private byte[] changedValue() {
        byte[] value = handle.get(family, currentKey());
        if (value == null) {
            throw new NoSuchElementException("the transaction has removed the entry");
        }
        return value;
    }

    /** {@return the length of the value in bytes} As {@link #value}. */
    public long valueBytes() {
        requireEntry();
        long bytes;
        try {
            bytes = isStale() ? changedValue().length : tree.valueBytes();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return bytes;
    }

    private void requireEntry() {
        requireOpen();
        if (!tree.isOnEntry()) {
            throw new NoSuchElementException("the cursor stands on no entry");
        }
    }

    private boolean move(BooleanSupplier step) {
        requireOpen();
        boolean found;
        try {
            found = step.getAsBoolean();
            rememberLongKey();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return found;
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the cursor is closed");
        }
        handle.requireUsable();
    }

    /** Ends the use of the cursor. Idempotent. */
    @Override
    public void close() {
        isClosed = true;
    }
}
