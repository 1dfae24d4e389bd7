package dev.coppice;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.stats.Tally;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every way to store and remove entries in the one write transaction at a time. What it reads
 * includes its own changes.
 *
 * <p>A put without a {@link Lifetime} takes that of the family, and the deadline that the entry had
 * goes with the old value. To a put, an entry that has expired is not there; a delete may still
 * find it, and what is removed counts it, until it is purged.
 *
 * <p>Puts, deletes and counters allocate nothing. Values come from arrays and from memory segments
 * of any kind, or are written in place through a {@link Reservation}. An array range that does not
 * lie in its array is an {@link IndexOutOfBoundsException}.
 *
 * <p>Thread safety: that of the {@link WriteHandle}.
 */
public abstract sealed class EntryWrites extends ReadHandle permits WriteHandle {
    final WriteView view;
    private final byte[] keyScratch = new byte[Long.BYTES];
    private @Nullable Reservation reservation;

    EntryWrites(Store store, WriteView view) {
        super(store);
        this.view = view;
    }

    @Override
    final Tally tally() {
        return store.statistics().writer();
    }

    @Override
    final byte[] keyScratch() {
        return keyScratch;
    }

    final byte[] encoded(long key) {
        return Keys.encode(key, keyScratch);
    }

    /** Stores an entry in the default family; returns whether the key is new. */
    public final boolean put(byte[] key, byte[] value) {
        return put(ColumnFamily.DEFAULT, key, key.length, value, 0, value.length);
    }

    /**
     * Stores an entry; returns whether the key is new.
     *
     * @throws dev.coppice.error.StoreFullException when there is no room
     */
    public final boolean put(ColumnFamily family, byte[] key, byte[] value) {
        return put(family, key, key.length, value, 0, value.length);
    }

    /** As {@link #put(ColumnFamily, byte[], byte[])}. */
    public final boolean put(ColumnFamily family, long key, byte[] value) {
        return put(family, encoded(key), Long.BYTES, value, 0, value.length);
    }

    /** As {@link #put(ColumnFamily, byte[], byte[])}. */
    public final boolean put(ColumnFamily family, KeyBuilder key, byte[] value) {
        return put(family, key.array(), key.length(), value, 0, value.length);
    }

    /** Stores an entry whose value is a part of an array; returns whether the key is new. */
    public final boolean put(
            ColumnFamily family, byte[] key, byte[] value, int offset, int length) {
        return put(family, key, key.length, value, offset, length);
    }

    /** As {@link #put(ColumnFamily, byte[], byte[], int, int)}. */
    public final boolean put(ColumnFamily family, long key, byte[] value, int offset, int length) {
        return put(family, encoded(key), Long.BYTES, value, offset, length);
    }

    /** As {@link #put(ColumnFamily, byte[], byte[], int, int)}. */
    public final boolean put(
            ColumnFamily family, KeyBuilder key, byte[] value, int offset, int length) {
        return put(family, key.array(), key.length(), value, offset, length);
    }

    /**
     * Stores an entry whose value is a part of a memory segment; returns whether the key is new.
     *
     * @throws IllegalArgumentException when the memory was freed, or another thread alone may use
     *     it
     */
    public final boolean put(
            ColumnFamily family, byte[] key, MemorySegment value, long offset, long length) {
        return put(family, key, key.length, value, offset, length);
    }

    /** As {@link #put(ColumnFamily, byte[], MemorySegment, long, long)}. */
    public final boolean put(
            ColumnFamily family, long key, MemorySegment value, long offset, long length) {
        return put(family, encoded(key), Long.BYTES, value, offset, length);
    }

    /** As {@link #put(ColumnFamily, byte[], MemorySegment, long, long)}. */
    public final boolean put(
            ColumnFamily family, KeyBuilder key, MemorySegment value, long offset, long length) {
        return put(family, key.array(), key.length(), value, offset, length);
    }

    /** Stores an entry that lives as long as it says; returns whether the key is new. */
    public final boolean put(ColumnFamily family, byte[] key, byte[] value, Lifetime lifetime) {
        return put(family, key, key.length, value, 0, value.length, lifetime);
    }

    /** As {@link #put(ColumnFamily, byte[], byte[], Lifetime)}. */
    public final boolean put(ColumnFamily family, long key, byte[] value, Lifetime lifetime) {
        return put(family, encoded(key), Long.BYTES, value, 0, value.length, lifetime);
    }

    /** As {@link #put(ColumnFamily, byte[], byte[], Lifetime)}. */
    public final boolean put(ColumnFamily family, KeyBuilder key, byte[] value, Lifetime lifetime) {
        return put(family, key.array(), key.length(), value, 0, value.length, lifetime);
    }

    /** As {@link #put(ColumnFamily, byte[], MemorySegment, long, long)}, with a lifetime. */
    public final boolean put(
            ColumnFamily family,
            byte[] key,
            MemorySegment value,
            long offset,
            long length,
            Lifetime lifetime) {
        return put(family, key, key.length, value, offset, length, lifetime);
    }

    /** Stores an entry whose value is read from a stream in the default family. */
    public final boolean put(byte[] key, InputStream value, long length) {
        return put(ColumnFamily.DEFAULT, key, value, length, Lifetime.OF_FAMILY);
    }

    /**
     * Stores an entry whose value is all that a stream gives; returns whether the key is new. The
     * value goes to its place in pieces of 64 KiB and is never on the heap as a whole. All of it is
     * stored, or nothing is changed.
     *
     * <p>The stream is read to its end, which must come at {@code length}, and stays open. While it
     * is read, nobody else writes; it may not use the transaction itself. What it throws other than
     * an {@link java.io.IOException} comes out as it is, and changes nothing either.
     *
     * @throws ValueStreamException when it ends early, goes on, or fails: nothing was changed, and
     *     the transaction goes on
     * @throws IllegalArgumentException for a length that no value has, before anything is read
     * @throws dev.coppice.error.StoreFullException when there is no room, before anything is read
     */
    public final boolean put(ColumnFamily family, byte[] key, InputStream value, long length) {
        return put(family, key, value, length, Lifetime.OF_FAMILY);
    }

    /** As {@link #put(ColumnFamily, byte[], InputStream, long)}. */
    public final boolean put(ColumnFamily family, long key, InputStream value, long length) {
        return put(family, Keys.encode(key, new byte[Long.BYTES]), value, length);
    }

    /** As {@link #put(ColumnFamily, byte[], InputStream, long)}. */
    public final boolean put(ColumnFamily family, KeyBuilder key, InputStream value, long length) {
        return put(family, key.toBytes(), value, length);
    }

    /**
     * As {@link #put(ColumnFamily, byte[], InputStream, long)}, of an entry that lives as long as
     * it says, from when the stream has ended.
     */
    public final boolean put(
            ColumnFamily family, byte[] key, InputStream value, long length, Lifetime lifetime) {
        requireUsable();
        Keys.checkLength(key.length);
        Values.checkLength(length);
        Objects.requireNonNull(lifetime, "lifetime");
        TreeRoot tree = guarded(() -> tree(family));
        StreamedValue streamed = streamed(value, (int) length);
        byte[] ownKey = key.clone();
        if (length <= store.maxReserveBytes(key.length)) {
            byte[] whole = streamed.toArray();
            return put(family, ownKey, ownKey.length, whole, 0, whole.length, lifetime);
        }
        boolean isNew = streamed.put(tree, ownKey, lifetime);
        tally().put(ownKey.length + length);
        return isNew;
    }

    abstract StreamedValue streamed(InputStream value, int length);

    final boolean put(
            ColumnFamily family, byte[] key, int keyBytes, byte[] value, int offset, int length) {
        return put(family, key, keyBytes, value, offset, length, Lifetime.OF_FAMILY);
    }

    final boolean put(
            ColumnFamily family,
            byte[] key,
            int keyBytes,
            byte[] value,
            int offset,
            int length,
            Lifetime lifetime) {
        requireUsable();
        Keys.checkLength(keyBytes);
        Values.check(value, offset, length);
        try {
            TreeRoot tree = tree(family);
            long deadline = lifetime.deadline(view, tree);
            boolean isNew = view.put(tree, key, keyBytes, value, offset, length, deadline);
            tally().put(keyBytes + length);
            return isNew;
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }

    private boolean put(
            ColumnFamily family,
            byte[] key,
            int keyBytes,
            MemorySegment value,
            long offset,
            long length) {
        return put(family, key, keyBytes, value, offset, length, Lifetime.OF_FAMILY);
    }

    private boolean put(
            ColumnFamily family,
            byte[] key,
            int keyBytes,
            MemorySegment value,
            long offset,
            long length,
            Lifetime lifetime) {
        requireUsable();
        Keys.checkLength(keyBytes);
        Values.check(value, offset, length);
        if (!value.isNative()) {
            return putFromHeap(family, key, keyBytes, value, offset, (int) length, lifetime);
        }
        try {
            TreeRoot tree = tree(family);
            long deadline = lifetime.deadline(view, tree);
            boolean isNew = view.put(tree, key, keyBytes, value, offset, (int) length, deadline);
            tally().put(keyBytes + length);
            return isNew;
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }

    /** The engine is never given a segment on the heap: it would slow down all that it reads. */
    private boolean putFromHeap(
            ColumnFamily family,
            byte[] key,
            int keyBytes,
            MemorySegment value,
            long offset,
            int length,
            Lifetime lifetime) {
        byte[] array = Values.array(value);
        if (array != null) {
            int from = (int) (value.address() + offset);
            return put(family, key, keyBytes, array, from, length, lifetime);
        }
        byte[] copy = value.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        return put(family, key, keyBytes, copy, 0, length, lifetime);
    }

    /** Stores an entry unless the key is there; returns whether it was stored. */
    public final boolean putIfAbsent(ColumnFamily family, byte[] key, byte[] value) {
        return putIfAbsent(family, key, value, Lifetime.OF_FAMILY);
    }

    /** As {@link #putIfAbsent(ColumnFamily, byte[], byte[])}. */
    public final boolean putIfAbsent(ColumnFamily family, long key, byte[] value) {
        return putIfAbsent(family, key, value, Lifetime.OF_FAMILY);
    }

    /** As {@link #putIfAbsent(ColumnFamily, byte[], byte[])}. */
    public final boolean putIfAbsent(ColumnFamily family, KeyBuilder key, byte[] value) {
        return putIfAbsent(family, key, value, Lifetime.OF_FAMILY);
    }

    /**
     * Stores an entry unless the key is there; returns whether it was stored. What is there stays
     * as it is, its deadline too.
     */
    public final boolean putIfAbsent(
            ColumnFamily family, byte[] key, byte[] value, Lifetime lifetime) {
        return putIfAbsent(family, key, key.length, value, lifetime);
    }

    /** As {@link #putIfAbsent(ColumnFamily, byte[], byte[], Lifetime)}. */
    public final boolean putIfAbsent(
            ColumnFamily family, long key, byte[] value, Lifetime lifetime) {
        return putIfAbsent(family, encoded(key), Long.BYTES, value, lifetime);
    }

    /** As {@link #putIfAbsent(ColumnFamily, byte[], byte[], Lifetime)}. */
    public final boolean putIfAbsent(
            ColumnFamily family, KeyBuilder key, byte[] value, Lifetime lifetime) {
        return putIfAbsent(family, key.array(), key.length(), value, lifetime);
    }

    final boolean putIfAbsent(
            ColumnFamily family, byte[] key, int keyBytes, byte[] value, Lifetime lifetime) {
        Values.check(value, 0, value.length);
        return !isThere(family, key, keyBytes)
                && put(family, key, keyBytes, value, 0, value.length, lifetime);
    }

    private boolean isThere(ColumnFamily family, byte[] key, int keyBytes) {
        requireUsable();
        Keys.checkLength(keyBytes);
        try {
            return live(tree(family), key, keyBytes) != TreeReader.ABSENT;
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }

    /**
     * Stores an entry whose key is above all others of the family, expired ones included: the fast
     * way to load sorted data.
     *
     * @throws IllegalArgumentException when the key is not above all others
     */
    public final void append(ColumnFamily family, byte[] key, byte[] value) {
        append(family, key, key.length, value, 0, value.length);
    }

    /** As {@link #append(ColumnFamily, byte[], byte[])}. */
    public final void append(ColumnFamily family, long key, byte[] value) {
        append(family, encoded(key), Long.BYTES, value, 0, value.length);
    }

    /** As {@link #append(ColumnFamily, byte[], byte[])}. */
    public final void append(ColumnFamily family, KeyBuilder key, byte[] value) {
        append(family, key.array(), key.length(), value, 0, value.length);
    }

    /** As {@link #append(ColumnFamily, byte[], byte[])}, with a part of an array as the value. */
    public final void append(
            ColumnFamily family, byte[] key, byte[] value, int offset, int length) {
        append(family, key, key.length, value, offset, length);
    }

    /** As {@link #append(ColumnFamily, byte[], byte[])}, with a part of an array as the value. */
    public final void append(ColumnFamily family, long key, byte[] value, int offset, int length) {
        append(family, encoded(key), Long.BYTES, value, offset, length);
    }

    /**
     * As {@link #append(ColumnFamily, byte[], byte[])}, of an entry that lives as long as it says.
     */
    public final void append(ColumnFamily family, byte[] key, byte[] value, Lifetime lifetime) {
        append(family, key, key.length, value, 0, value.length, lifetime);
    }

    private void append(
            ColumnFamily family, byte[] key, int keyBytes, byte[] value, int offset, int length) {
        append(family, key, keyBytes, value, offset, length, Lifetime.OF_FAMILY);
    }

    final void append(
            ColumnFamily family,
            byte[] key,
            int keyBytes,
            byte[] value,
            int offset,
            int length,
            Lifetime lifetime) {
        requireUsable();
        Keys.checkLength(keyBytes);
        Values.check(value, offset, length);
        boolean wasLast;
        try {
            TreeRoot tree = tree(family);
            long deadline = lifetime.deadline(view, tree);
            wasLast = view.append(tree, key, keyBytes, value, offset, length, deadline);
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
        if (!wasLast) {
            throw new IllegalArgumentException(
                    "append: the key is not above all others of family '" + family.name() + "'");
        }
        tally().put(keyBytes + length);
    }

    /** Sets how many bytes of a leaf {@link #append} leaves free, up to a quarter of a page. */
    final void spareBytes(int bytes) {
        requireUsable();
        view.spareBytes(bytes);
    }

    /**
     * Stores an entry of {@code length} zeros, whatever was there before, and shows where they are,
     * so that the value can be written in place.
     *
     * @param length 0 to {@link Store#maxReserveBytes} for the length of this key, 8 less in a
     *     family with a default time to live
     * @return the handle's one reservation, valid until its next operation other than a read
     */
    public final Reservation putReserve(ColumnFamily family, byte[] key, int length) {
        return reserve(family, key, key.length, length);
    }

    /** As {@link #putReserve(ColumnFamily, byte[], int)}. */
    public final Reservation putReserve(ColumnFamily family, long key, int length) {
        return reserve(family, encoded(key), Long.BYTES, length);
    }

    /** As {@link #putReserve(ColumnFamily, byte[], int)}. */
    public final Reservation putReserve(ColumnFamily family, KeyBuilder key, int length) {
        return reserve(family, key.array(), key.length(), length);
    }

    private Reservation reserve(ColumnFamily family, byte[] key, int keyBytes, int length) {
        requireUsable();
        Keys.checkLength(keyBytes);
        TreeRoot tree = tree(family);
        int max = view.maxReserveBytes(tree, keyBytes);
        if (length < 0 || length > max) {
            throw new IllegalArgumentException(
                    "putReserve: length="
                            + length
                            + ", must be 0 to "
                            + max
                            + " with a key of "
                            + keyBytes
                            + " bytes");
        }
        try {
            view.reserve(tree, key, keyBytes, length);
            tally().put(keyBytes + length);
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
        Reservation mine = reservation;
        if (mine == null) {
            mine = new Reservation(this);
            reservation = mine;
        }
        return mine.at(length);
    }

    /**
     * Adds to a counter, which is a value of 8 bytes, little-endian; where the key is not there, it
     * counts as 0. Wraps around. A counter that is there keeps its deadline.
     *
     * @return the sum
     * @throws IllegalArgumentException when the value there is not 8 bytes long
     */
    public final long addLong(ColumnFamily family, byte[] key, long delta) {
        return add(family, key, key.length, delta);
    }

    /** As {@link #addLong(ColumnFamily, byte[], long)}. */
    public final long addLong(ColumnFamily family, long key, long delta) {
        return add(family, encoded(key), Long.BYTES, delta);
    }

    /** As {@link #addLong(ColumnFamily, byte[], long)}. */
    public final long addLong(ColumnFamily family, KeyBuilder key, long delta) {
        return add(family, key.array(), key.length(), delta);
    }

    final long add(ColumnFamily family, byte[] key, int keyBytes, long delta) {
        requireUsable();
        Keys.checkLength(keyBytes);
        long valueBytes;
        try {
            valueBytes = view.addLong(tree(family), key, keyBytes, delta);
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
        if (valueBytes != Long.BYTES) {
            throw new IllegalArgumentException(
                    "addLong: the value is no counter: valueBytes="
                            + valueBytes
                            + ", must be "
                            + Long.BYTES);
        }
        tally().put(keyBytes + Long.BYTES);
        return view.sum();
    }

    /** {@return when the entry of a key expires, in the engine's terms} Requires: it is there. */
    final long deadline(ColumnFamily family, byte[] key, int keyBytes) {
        try {
            return TreeReader.deadline(
                    pages(), TreeReader.find(pages(), tree(family), key, keyBytes));
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }

    /** Stores an entry with a deadline in the engine's terms. */
    final void putUntil(
            ColumnFamily family, byte[] key, int keyBytes, byte[] value, long deadline) {
        requireUsable();
        try {
            view.put(tree(family), key, keyBytes, value, 0, value.length, deadline);
            tally().put(keyBytes + value.length);
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }

    /** Removes an entry of the default family; returns whether it was there, expired or not. */
    public final boolean delete(byte[] key) {
        return delete(ColumnFamily.DEFAULT, key, key.length);
    }

    /** Removes an entry; returns whether it was there. */
    public final boolean delete(ColumnFamily family, byte[] key) {
        return delete(family, key, key.length);
    }

    /** Removes an entry; returns whether it was there. */
    public final boolean delete(ColumnFamily family, long key) {
        return delete(family, encoded(key), Long.BYTES);
    }

    /** Removes an entry; returns whether it was there. */
    public final boolean delete(ColumnFamily family, KeyBuilder key) {
        return delete(family, key.array(), key.length());
    }

    final boolean delete(ColumnFamily family, byte[] key, int keyBytes) {
        requireUsable();
        Keys.checkLength(keyBytes);
        try {
            boolean wasThere = view.delete(tree(family), key, keyBytes);
            tally().add(Tally.DELETES, wasThere ? 1 : 0);
            return wasThere;
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }

    /** Removes the entries of a range, dropping whole subtrees; returns how many. */
    public final long deleteRange(ColumnFamily family, KeyRange range) {
        requireUsable();
        Objects.requireNonNull(range, "range");
        try {
            long removed = view.deleteRange(tree(family), range.lower(), range.upper());
            tally().add(Tally.DELETES, removed);
            return removed;
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }

    /** Removes all entries of a family; returns how many there were. */
    public final long clear(ColumnFamily family) {
        return deleteRange(family, KeyRange.all());
    }

    /** {@return what an operation of the engine's gives, whose failures are counted} */
    final <T> T guarded(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
    }
}
