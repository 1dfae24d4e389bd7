package dev.coppice;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.LeafImage;
import java.util.Objects;

/**
 * Walks the entries of a column family, or of a range of its keys, in both directions. It stands on
 * an entry or between two; a new one before the first entry. At the bounds of its range everything
 * is as at the ends of the family.
 *
 * <p>A cursor sees what its handle sees. Where that becomes another state, because a transaction
 * changes entries or a reader is refreshed, it goes on from the key it stood on or beside, and no
 * entry is left out or met twice. So after {@link #next} has returned false, it may return true
 * once there are entries behind the last one it has seen.
 *
 * <p>It does not come to entries that have expired, see {@link Lifetime}. One on which it stands
 * when it expires can still be looked at.
 *
 * <p>Leaves are copied as a cursor comes to them: keys and values are read from memory of its own.
 * Stepping and looking at entries by {@link #keyView}, {@link #valueView} and the copying methods
 * allocates nothing, but for values and keys in pages of their own that are longer than any before.
 *
 * <p>Thread safety: one thread. Lifetime: until it is closed, or its handle ends. All methods throw
 * {@link IllegalStateException} when the cursor or a transaction under it has ended, and {@link
 * dev.coppice.error.SnapshotClosedException} when a snapshot has; what another thread closes
 * meanwhile, or the store evicts, may show only at the next leaf. When {@link #next}, {@link
 * #previous} or {@link #nextBatch} throws, the cursor stays where it was: a reader that was evicted
 * is refreshed, and goes on. After another move that threw, it stands as a new one.
 */
public final class Cursor implements AutoCloseable {
    private final ReadHandle handle;
    private final Walk walk;
    private final BytesView keyView = new BytesView();
    private final BytesView valueView = new BytesView();
    private final byte[] longKey = new byte[Long.BYTES];
    private byte[] large = {};
    private boolean isClosed;

    Cursor(ReadHandle handle, ColumnFamily family, KeyRange range) {
        this.handle = handle;
        this.walk = new Walk(handle, family, range);
    }

    /** Keeps to a range of keys from now on, and stands before its first entry. */
    public void keepTo(KeyRange range) {
        Objects.requireNonNull(range, "range");
        requireOpen();
        walk.keepTo(range);
    }

    /** Goes to the first entry; returns whether there is one. */
    public boolean first() {
        requireOpen();
        try {
            return walk.first();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
    }

    /** Goes to the last entry; returns whether there is one. */
    public boolean last() {
        requireOpen();
        try {
            return walk.last();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
    }

    /** Goes one entry on, from a new cursor to the first; returns whether there is one. */
    public boolean next() {
        boolean isInPlace = walk.isInPlace();
        if (!isInPlace) {
            requireOpen();
        }
        try {
            return isInPlace ? walk.nextInPlace() : walk.next();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
    }

    /** Goes one entry back, from a new cursor to the last; returns whether there is one. */
    public boolean previous() {
        boolean isInPlace = walk.isInPlace();
        if (!isInPlace) {
            requireOpen();
        }
        try {
            return isInPlace ? walk.previousInPlace() : walk.previous();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
    }

    /**
     * Goes to the first entry whose key is not below {@code key}; returns whether there is one. If
     * not, it stands where the key would.
     *
     * @param key any bytes, also none and also more than a key may have: as in all seeks, and as in
     *     the bounds of a range, they name a place
     */
    public boolean seek(byte[] key) {
        return seek(Walk.Target.CEILING, key, key.length);
    }

    /** As {@link #seek(byte[])}. */
    public boolean seek(long key) {
        return seek(Walk.Target.CEILING, Keys.encode(key, longKey), Long.BYTES);
    }

    /** As {@link #seek(byte[])}. */
    public boolean seek(KeyBuilder key) {
        return seek(Walk.Target.CEILING, key.array(), key.length());
    }

    /**
     * Goes to the entry with that key; returns whether it is there and in the range. If not, the
     * cursor stands where the key would.
     */
    public boolean seekExact(byte[] key) {
        return seek(Walk.Target.EXACT, key, key.length);
    }

    /** As {@link #seekExact(byte[])}. */
    public boolean seekExact(long key) {
        return seek(Walk.Target.EXACT, Keys.encode(key, longKey), Long.BYTES);
    }

    /** As {@link #seekExact(byte[])}. */
    public boolean seekExact(KeyBuilder key) {
        return seek(Walk.Target.EXACT, key.array(), key.length());
    }

    /**
     * Goes to the last entry whose key is not above {@code key}; returns whether there is one. If
     * not, it stands where the key would.
     */
    public boolean seekFloor(byte[] key) {
        return seek(Walk.Target.FLOOR, key, key.length);
    }

    /** As {@link #seekFloor(byte[])}. */
    public boolean seekFloor(long key) {
        return seek(Walk.Target.FLOOR, Keys.encode(key, longKey), Long.BYTES);
    }

    /** As {@link #seekFloor(byte[])}. */
    public boolean seekFloor(KeyBuilder key) {
        return seek(Walk.Target.FLOOR, key.array(), key.length());
    }

    /**
     * Goes to the first entry whose key is above {@code key}; returns whether there is one. If not,
     * it stands where the key would.
     */
    public boolean seekHigher(byte[] key) {
        return seek(Walk.Target.HIGHER, key, key.length);
    }

    /** As {@link #seekHigher(byte[])}. */
    public boolean seekHigher(long key) {
        return seek(Walk.Target.HIGHER, Keys.encode(key, longKey), Long.BYTES);
    }

    /** As {@link #seekHigher(byte[])}. */
    public boolean seekHigher(KeyBuilder key) {
        return seek(Walk.Target.HIGHER, key.array(), key.length());
    }

    /**
     * Goes to the last entry whose key is below {@code key}; returns whether there is one. If not,
     * it stands where the key would.
     */
    public boolean seekLower(byte[] key) {
        return seek(Walk.Target.LOWER, key, key.length);
    }

    /** As {@link #seekLower(byte[])}. */
    public boolean seekLower(long key) {
        return seek(Walk.Target.LOWER, Keys.encode(key, longKey), Long.BYTES);
    }

    /** As {@link #seekLower(byte[])}. */
    public boolean seekLower(KeyBuilder key) {
        return seek(Walk.Target.LOWER, key.array(), key.length());
    }

    private boolean seek(Walk.Target target, byte[] key, int keyBytes) {
        requireOpen();
        try {
            return walk.seek(target, key, keyBytes);
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
    }

    /**
     * Goes {@code distance} entries on, or back where it is negative, as so many calls of {@link
     * #next} or {@link #previous} would, but in logarithmic time where no entries expire; returns
     * whether it stands on an entry.
     */
    public boolean skip(long distance) {
        requireOpen();
        try {
            return walk.skip(distance);
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
    }

    /**
     * {@return how many entries {@link #next} has still to come to, in logarithmic time; expired
     * ones that were not purged are counted, though it passes them}
     */
    public long remaining() {
        requireOpen();
        long remaining;
        try {
            remaining = walk.remaining();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return remaining;
    }

    /**
     * Goes to the next entry and on to the last one in its leaf and range, and copies all of these
     * into a batch. So a loop over batches meets each entry once, and may be mixed with moves.
     *
     * @return whether there is at least one; if not, the batch is empty
     */
    public boolean nextBatch(EntryBatch batch) {
        requireOpen();
        try {
            return walk.nextBatch(batch);
        } catch (RuntimeException | Error e) {
            batch.clear();
            throw handle.failure(e);
        }
    }

    /** {@return whether the cursor stands on an entry} */
    public boolean isOnEntry() {
        return !isClosed && walk.isOnEntry();
    }

    /**
     * {@return a copy of the key}
     *
     * @throws IllegalStateException when the cursor stands on no entry; as all methods that show it
     */
    public byte[] key() {
        return keyView().toBytes();
    }

    /**
     * {@return the number that a long key stands for}
     *
     * @throws IllegalArgumentException when the key is not 8 bytes long
     */
    public long keyLong() {
        return Keys.decode(keyView().array(), 0, keyView.length());
    }

    /**
     * Copies the key into the caller's array.
     *
     * @return its length; when it is longer than the room behind {@code offset}, nothing is copied
     */
    public int key(byte[] target, int offset) {
        Objects.checkIndex(offset, target.length + 1);
        if (walk.isInPlace()) {
            try {
                TreeCursor entry = walk.entryInPlace();
                if (!entry.isLongKey()) {
                    return copyKey(entry.leaf(), entry.index(), target, offset);
                }
            } catch (RuntimeException | Error e) {
                throw handle.failure(e);
            }
        }
        int length = keyView().length();
        return length > target.length - offset ? length : keyView.copyTo(target, offset);
    }

    private static int copyKey(LeafImage leaf, int index, byte[] target, int offset) {
        int length = leaf.keyBytes(index);
        if (length <= target.length - offset) {
            leaf.copyKey(index, target, offset);
        }
        return length;
    }

    /** {@return the key, until the cursor's next call} */
    public BytesView keyView() {
        boolean isInPlace = walk.isInPlace();
        if (!isInPlace) {
            requireEntry();
        }
        boolean isOfLeaf;
        try {
            TreeCursor entry = walk.entryInPlace();
            isOfLeaf = isInPlace && !entry.isLongKey();
            if (isOfLeaf) {
                keyView.show(entry.keyArray(), 0, entry.keyBytes());
            } else {
                keyView.show(walk.keyArray(), 0, walk.keyBytes());
            }
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        if (!isOfLeaf) {
            handle.checkAfterRead();
        }
        return keyView;
    }

    /**
     * {@return a copy of the value}
     *
     * @throws IllegalStateException when the cursor stands on no entry, or the entry was removed
     *     since the cursor came to it; as all methods that show the value
     */
    public byte[] value() {
        requireEntry();
        byte[] value;
        try {
            value = walk.entry().value();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return value;
    }

    /**
     * Copies the value into the caller's array.
     *
     * @return its length; when it is longer than the room behind {@code offset}, nothing is copied
     */
    public int value(byte[] target, int offset) {
        Objects.checkIndex(offset, target.length + 1);
        boolean isInPlace = walk.isInPlace();
        if (!isInPlace) {
            requireEntry();
        }
        long range;
        int length;
        try {
            TreeCursor entry = isInPlace ? walk.entryInPlace() : walk.entry();
            LeafImage leaf = entry.leaf();
            range = leaf.valueRange(entry.index());
            length = range >= 0 ? (int) range : entry.valueArrayBytes();
            if (length <= target.length - offset) {
                if (range >= 0) {
                    Bytes.copy(leaf.bytes(), (int) (range >>> 32), target, offset, length);
                } else {
                    entry.copyValue(target, offset);
                }
            }
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        if (!isInPlace || range < 0) {
            handle.checkAfterRead();
        }
        return length;
    }

    /** {@return the value, until the cursor's next call} */
    public BytesView valueView() {
        boolean isInPlace = walk.isInPlace();
        if (!isInPlace) {
            requireEntry();
        }
        boolean isOfLeaf;
        try {
            isOfLeaf = show(isInPlace ? walk.entryInPlace() : walk.entry());
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        if (!isInPlace || !isOfLeaf) {
            handle.checkAfterRead();
        }
        return valueView;
    }

    /** Shows a value; returns whether it is that of the leaf that was copied. */
    private boolean show(TreeCursor entry) {
        LeafImage leaf = entry.leaf();
        long range = leaf.valueRange(entry.index());
        if (range >= 0) {
            valueView.show(leaf.bytes(), (int) (range >>> 32), (int) range);
            return true;
        }
        int length = entry.valueArrayBytes();
        if (large.length < length) {
            large = new byte[length];
        }
        entry.copyValue(large, 0);
        valueView.show(large, 0, length);
        return false;
    }

    /** {@return the length of the value in bytes} */
    public long valueLength() {
        requireEntry();
        long length;
        try {
            length = walk.entry().valueBytes();
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return length;
    }

    /**
     * {@return when the entry expires; {@link Expiry.Absent} where it has, since the cursor came to
     * it}
     */
    public Expiry expiry() {
        requireEntry();
        Expiry expiry;
        try {
            expiry = Expiry.of(walk.entry().deadline(), handle.clock());
        } catch (RuntimeException | Error e) {
            throw handle.failure(e);
        }
        handle.checkAfterRead();
        return expiry;
    }

    private void requireEntry() {
        if (walk.isInPlace()) {
            return;
        }
        requireOpen();
        if (!walk.isOnEntry()) {
            handle.checkAfterRead();
            throw new IllegalStateException("the cursor stands on no entry");
        }
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
        walk.end();
    }
}
