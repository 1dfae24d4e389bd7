package dev.coppice;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.btree.VacuumScan;
import dev.coppice.engine.page.PageMap;
import dev.coppice.stats.FlightRecording;
import dev.coppice.stats.PurgeEvent;
import dev.coppice.stats.Tally;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Every way to change the store in the one write transaction at a time: its entries, when they
 * expire, its families; with savepoints, up to the commit.
 *
 * <p>After an operation threw a {@link dev.coppice.error.StoreException}, the transaction can only
 * be rolled back, as a whole or to a savepoint; after a mistake of the caller it goes on.
 *
 * <p>Thread safety: the thread that began the transaction; others get {@link
 * IllegalStateException}.
 */
public abstract sealed class WriteHandle extends EntryWrites permits WriteTransaction, Writer {
    /*
     * Whether a handle may be used is one comparison: the owner is the thread that began the
     * transaction, and nobody while none is open. Another thread may read a stale owner, but never
     * itself.
     */
    private @Nullable Thread owner;
    private boolean isCallingOut;
    private final List<Expired> expired = new ArrayList<>();

    WriteHandle(Store store, WriteView view) {
        super(store, view);
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
        return owner != null || isCallingOut;
    }

    /**
     * {@return operations on single entries of the default family, see {@link
     * #atomic(ColumnFamily)}}
     */
    public final AtomicOperations atomic() {
        return atomic(ColumnFamily.DEFAULT);
    }

    /**
     * {@return operations that read and change single entries of a family, as a part of the
     * transaction of this handle that is open when they are called}
     */
    public final AtomicOperations atomic(ColumnFamily family) {
        return AtomicOperations.in(this, family);
    }

    @Override
    final StreamedValue streamed(InputStream value, int length) {
        return new StreamedValue(this, value, length);
    }

    /** Code of the program's. */
    interface CallOut<T extends @Nullable Object, X extends Exception> {
        T call() throws X;
    }

    /** Calls code of the program's, which may not use the transaction. */
    final <T extends @Nullable Object, X extends Exception> T callOut(CallOut<T, X> code) throws X {
        Thread mine = owner;
        owner = null;
        isCallingOut = true;
        try {
            return code.call();
        } finally {
            isCallingOut = false;
            owner = mine;
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
            throw store.failed(e);
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
        byte[] value =
                guarded(() -> {
                    long found = TreeReader.find(pages(), tree(family), key, keyBytes);
                    return TreeReader.value(pages(), found);
                });
        tally().got(value.length);
        return value;
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
            throw store.failed(e);
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
        PurgeEvent event = FlightRecording.isSetUp() ? PurgeEvent.start() : null;
        long removed;
        try {
            long now = clock().getAsLong();
            ExpiryScan.Keys sink = keys == null ? null : keys::add;
            removed = view.purge(tree(family), scan, now, maxEntries, maxPages, sink);
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
        tally().add(Tally.PURGED, removed);
        if (event != null) {
            event.finish(store.statistics().store(), family.name(), removed);
        }
        if (keys != null && !keys.isEmpty()) {
            expired.add(new Expired(family, keys));
        }
        return removed;
    }

    /** Moves pages of a family, or of the catalogue, from where a scan stands on. */
    final long vacuum(@Nullable ColumnFamily family, VacuumScan scan, int maxLeaves) {
        requireUsable();
        try {
            return view.vacuum(family == null ? null : tree(family), scan, maxLeaves);
        } catch (RuntimeException | Error e) {
            throw store.failed(e);
        }
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

    /**
     * Gives the state of the transaction as it is now a name, under which it stays, across
     * restarts, until {@link #dropSnapshot}: see {@link Store#retain}. What the transaction changes
     * later is not in it; where it is rolled back, it leaves no name.
     *
     * @param name 1 to 255 bytes in UTF-8
     * @return the id of the snapshot: that of the newest commit where nothing was changed before
     * @throws IllegalArgumentException when the name is none, or is taken
     */
    public final long retain(String name) {
        NamedSnapshots.require(name);
        requireUsable();
        return guarded(() -> {
            if (view.isRetained(name)) {
                throw NamedSnapshots.exists(name);
            }
            return view.retain(name, clock().getAsLong());
        });
    }

    /**
     * Drops a named snapshot; returns whether it existed. Handles that are open on it keep it for
     * themselves. What nobody else keeps is free from the next checkpoint on.
     */
    public final boolean dropSnapshot(String name) {
        NamedSnapshots.require(name);
        requireUsable();
        return guarded(() -> view.isRetained(name) && view.dropRetained(name));
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
            return store.transactions().commit(view);
        }
        try {
            long txn = store.transactions().commit(view);
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
        store.transactions().rollback(view);
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
    final boolean isStillAt(long changes) {
        return Thread.currentThread().equals(owner) && view.changes() == changes;
    }

    @Override
    final void requireUsable() {
        if (!Thread.currentThread().equals(owner)) {
            throw isCallingOut
                    ? new IllegalStateException(
                            "the function of a merge and the stream of a value may not use the"
                                    + " transaction that they are a part of")
                    : notUsable(owner);
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
}
