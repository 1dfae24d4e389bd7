package dev.coppice;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every way to change the store in the one write transaction at a time. What it reads includes its
 * own changes.
 *
 * <p>A put without a {@link Lifetime} takes that of the family, and the deadline that the entry had
 * goes with the old value. To a put, an entry that has expired is not there; a delete may still
 * find it, and what is removed counts it, until it is purged.
 *
 * <p>Puts, deletes and counters allocate nothing. Values come from arrays and from memory segments
 * of any kind, or are written in place through a {@link Reservation}. An array range that does not
 * lie in its array is an {@link IndexOutOfBoundsException}.
 *
 * <p>After an operation threw a {@link dev.coppice.error.StoreException}, the transaction can only
 * be rolled back, as a whole or to a savepoint; after a mistake of the caller it goes on.
 *
 * <p>Thread safety: the thread that began the transaction; others get {@link
 * IllegalStateException}.
 */
public abstract sealed class WriteHandle extends ReadHandle permits WriteTransaction, Writer {
    /*
     * Whether a handle may be used is one comparison: the owner is the thread that began the
     * transaction, and nobody while none is open. Another thread may read a stale owner, but never
     * itself.
     */
    final WriteView view;
    private final byte[] keyScratch = new byte[Long.BYTES];
    private @Nullable Thread owner;
    private @Nullable Reservation reservation;
    private final List<Expired> expired = new ArrayList<>();

    WriteHandle(Store store, WriteView view) {
        super(store);
        this.view = view;
    }

    /** A point inside a transaction to return to. Valid until the transaction ends. */
    public static final class Savepoint {
        private final WriteView.Savepoint point;
        private final int expired;

        private Savepoint(WriteView.Savepoint point, int expired) {
            this.point = point;
            this.expired = expired;
        }
    }

    /** Keys of entries that the transaction has purged. */
    record Expired(ColumnFamily family, List<byte[]> keys) {}

    /** Makes this thread the owner of a transaction that has begun. */
    final void own() {
        owner = Thread.currentThread();
    }

    final boolean isOwned() {
        return owner != null;
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
            return view.put(tree, key, keyBytes, value, offset, length, deadline);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
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
            return view.put(tree, key, keyBytes, value, offset, (int) length, deadline);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
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

    private boolean putIfAbsent(
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
            throw Faults.translate(e);
        }
    }

    /** Gives an entry another lifetime and leaves its value; returns whether it is there. */
    public final boolean touch(ColumnFamily family, byte[] key, Lifetime lifetime) {
        return touch(family, key, key.length, lifetime);
    }

    /** As {@link #touch(ColumnFamily, byte[], Lifetime)}. */
    public final boolean touch(ColumnFamily family, long key, Lifetime lifetime) {
        return touch(family, encoded(key), Long.BYTES, lifetime);
    }

    /** As {@link #touch(ColumnFamily, byte[], Lifetime)}. */
    public final boolean touch(ColumnFamily family, KeyBuilder key, Lifetime lifetime) {
        return touch(family, key.array(), key.length(), lifetime);
    }

    private boolean touch(ColumnFamily family, byte[] key, int keyBytes, Lifetime lifetime) {
        requireUsable();
        Keys.checkLength(keyBytes);
        try {
            TreeRoot tree = tree(family);
            return view.touch(tree, key, keyBytes, lifetime.deadline(view, tree));
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
    }

    /** Takes the deadline of an entry away; returns whether the entry is there. */
    public final boolean persist(ColumnFamily family, byte[] key) {
        return touch(family, key, Lifetime.FOREVER);
    }

    /** As {@link #persist(ColumnFamily, byte[])}. */
    public final boolean persist(ColumnFamily family, long key) {
        return touch(family, key, Lifetime.FOREVER);
    }

    /** As {@link #persist(ColumnFamily, byte[])}. */
    public final boolean persist(ColumnFamily family, KeyBuilder key) {
        return touch(family, key, Lifetime.FOREVER);
    }

    /**
     * {@return a copy of the value of an entry, which gets another lifetime, or null where the key
     * is not there} With {@link Lifetime#OF_FAMILY}, entries of a family with a default time to
     * live stay as long as somebody uses them.
     */
    public final byte @Nullable [] getAndTouch(ColumnFamily family, byte[] key, Lifetime lifetime) {
        return touch(family, key, lifetime) ? present(family, key, key.length) : null;
    }

    /** As {@link #getAndTouch(ColumnFamily, byte[], Lifetime)}. */
    public final byte @Nullable [] getAndTouch(ColumnFamily family, long key, Lifetime lifetime) {
        return touch(family, key, lifetime) ? present(family, encoded(key), Long.BYTES) : null;
    }

    /** As {@link #getAndTouch(ColumnFamily, byte[], Lifetime)}. */
    public final byte @Nullable [] getAndTouch(
            ColumnFamily family, KeyBuilder key, Lifetime lifetime) {
        return touch(family, key, lifetime) ? present(family, key.array(), key.length()) : null;
    }

    /** {@return the value of an entry, even if its new deadline is over already} */
    private byte[] present(ColumnFamily family, byte[] key, int keyBytes) {
        return guarded(() -> {
            long found = TreeReader.find(pages(), tree(family), key, keyBytes);
            return TreeReader.value(pages(), found);
        });
    }

    /**
     * Sets how long entries of a family live that are put without a {@link Lifetime} from now on,
     * and are counters that begin. Those that are there keep their deadlines.
     *
     * @param ttl zero for ever; parts of milliseconds are rounded up
     */
    public final void defaultTtl(ColumnFamily family, Duration ttl) {
        requireUsable();
        long millis = Lifetime.millis(ttl);
        try {
            view.ttl(tree(family), millis);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
    }

    /**
     * Removes the entries of a family that have expired, as a part of this transaction; returns how
     * many. See {@link Store#purgeExpired(ColumnFamily)}.
     */
    public final long purgeExpired(ColumnFamily family) {
        return purgeExpired(family, Long.MAX_VALUE);
    }

    /**
     * Removes at most so many entries of a family that have expired, those with the lowest keys;
     * returns how many.
     *
     * @param maxEntries at least 1
     */
    public final long purgeExpired(ColumnFamily family, long maxEntries) {
        if (maxEntries < 1) {
            throw new IllegalArgumentException("purge: maxEntries=" + maxEntries + ", min=1");
        }
        return purge(family, new ExpiryScan(), maxEntries, Integer.MAX_VALUE);
    }

    /** Removes expired entries from where a scan stands on. */
    final long purge(ColumnFamily family, ExpiryScan scan, long maxEntries, int maxPages) {
        requireUsable();
        List<byte[]> keys = store.wantsExpired() ? new ArrayList<>() : null;
        long removed;
        try {
            long now = clock().getAsLong();
            ExpiryScan.Keys sink = keys == null ? null : keys::add;
            removed = view.purge(tree(family), scan, now, maxEntries, maxPages, sink);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
        if (keys != null && !keys.isEmpty()) {
            expired.add(new Expired(family, keys));
        }
        return removed;
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
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
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
            throw Faults.translate(e);
        }
        if (valueBytes != Long.BYTES) {
            throw new IllegalArgumentException(
                    "addLong: the value is no counter: valueBytes="
                            + valueBytes
                            + ", must be "
                            + Long.BYTES);
        }
        return view.sum();
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
            return view.delete(tree(family), key, keyBytes);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
    }

    /** Removes the entries of a range, dropping whole subtrees; returns how many. */
    public final long deleteRange(ColumnFamily family, KeyRange range) {
        requireUsable();
        Objects.requireNonNull(range, "range");
        try {
            return view.deleteRange(tree(family), range.lower(), range.upper());
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
    }

    /** Removes all entries of a family; returns how many there were. */
    public final long clear(ColumnFamily family) {
        return deleteRange(family, KeyRange.all());
    }

    /**
     * Does what a batch says, as a part of this transaction; the batch stays as it is.
     *
     * <p>When it throws, a part of it may have been done: the transaction can only be rolled back,
     * as a whole or to a savepoint.
     *
     * @throws IllegalArgumentException for a family that is not there, or a counter that is none
     * @throws IllegalStateException when the batch is waiting to be applied elsewhere
     */
    public final void apply(WriteBatch batch) {
        requireUsable();
        batch.requireIdle();
        doAll(batch);
    }

    final void doAll(WriteBatch batch) {
        boolean isDone = false;
        try {
            batch.applyTo(this);
            isDone = true;
        } finally {
            if (!isDone) {
                view.fail();
            }
        }
    }

    /**
     * Creates a column family.
     *
     * @throws IllegalArgumentException when it exists
     */
    public final void createFamily(ColumnFamily family) {
        if (!createFamilyIfMissing(family)) {
            throw new IllegalArgumentException(
                    "a column family named '" + family.name() + "' exists already");
        }
    }

    /** Creates a column family unless it exists; returns whether it did not. */
    public final boolean createFamilyIfMissing(ColumnFamily family) {
        requireUsable();
        boolean exists =
                family.equals(ColumnFamily.DEFAULT)
                        || guarded(() -> view.family(family.name())) != null;
        if (!exists) {
            guarded(() -> view.createFamily(family.name()));
        }
        return !exists;
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
        return new Savepoint(guarded(view::savepoint), expired.size());
    }

    /** Undoes everything since a savepoint, which stays valid; later ones do not. */
    public final void rollbackTo(Savepoint savepoint) {
        requireSavepoint(savepoint);
        view.rollbackTo(savepoint.point);
        expired.subList(savepoint.expired, expired.size()).clear();
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

    /**
     * Makes the changes visible, and durable as far as the transaction's {@link SyncLevel} says.
     * Ends the transaction, also when it throws: then nothing was changed, unless it throws {@link
     * dev.coppice.error.CommitInDoubtException}.
     *
     * @return the transaction's id; that of the newest commit where nothing was changed
     */
    public final long commit() {
        requireUsable();
        owner = null;
        if (expired.isEmpty()) {
            return store.commit(view);
        }
        try {
            long txn = store.commit(view);
            store.expired(List.copyOf(expired), txn);
            return txn;
        } finally {
            expired.clear();
        }
    }

    /**
     * As {@link #commit}, and asks for the medium at once. When it returns, the changes are
     * visible; the future completes with the transaction's id when they are durable, with {@link
     * dev.coppice.error.CommitInDoubtException} when a flush failed, and with {@link
     * dev.coppice.error.StoreClosedException} when the store was closed without making them so.
     *
     * <p>What is chained to the future runs on the store's maintenance thread, or inside {@code
     * checkpoint}, {@code awaitDurable} or {@code close} where there is none: use the {@code Async}
     * methods of the future for anything that takes long.
     */
    public final CompletableFuture<Long> commitAsync() {
        return store.durability().future(commit());
    }

    /** Undoes everything and ends the transaction. */
    public final void rollback() {
        requireUsable();
        owner = null;
        expired.clear();
        store.rollback(view);
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

    private byte[] encoded(long key) {
        return Keys.encode(key, keyScratch);
    }

    @Override
    final void requireUsable() {
        if (!Thread.currentThread().equals(owner)) {
            throw notUsable(owner);
        }
    }

    /** {@return why a thread that is not the owner may not use the handle} */
    private static IllegalStateException notUsable(@Nullable Thread other) {
        return new IllegalStateException(
                other == null
                        ? "no transaction is open: it was committed or rolled back, or never begun"
                        : "a write transaction belongs to the thread that began it: "
                                + other.getName());
    }

    @Override
    final Arena ownArena() {
        throw new IllegalStateException(
                "a paranoid store has no raw segments of a transaction: copy the value");
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
