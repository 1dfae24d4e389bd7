package dev.coppice.engine;

import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.btree.TreeWriter;
import dev.coppice.engine.btree.VacuumScan;
import dev.coppice.engine.commit.NamedRoot;
import dev.coppice.engine.commit.Origin;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.space.RunWriter;
import dev.coppice.engine.space.ValueSource;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

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
    private final ValueSource source = new ValueSource();
    private RunWriter run;
    private final StoreRoot work = new StoreRoot();
    private final Deque<Savepoint> savepoints = new ArrayDeque<>();
    private LongSupplier clock = () -> Long.MIN_VALUE;
    private long ttlAtBegin;
    private boolean isFull;
    private boolean isFailed;
    private boolean hasChangedNames;
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
        ttlAtBegin = work.defaultFamily().ttlMillis();
        isFull = waitsForMedium;
        isFailed = false;
        hasChangedNames = false;
        changes++;
        trees.spareBytes(0);
        writes.begin(id, isPositional);
        families.begin(work.catalogue());
    }

    /** Sets who tells the time, in milliseconds, when an entry with a deadline is met. */
    public void clock(LongSupplier newClock) {
        clock = newClock;
        trees.clock(newClock);
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

    /** {@return whether commit is to return only when the medium has it} */
    public boolean waitsForMedium() {
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
        flushFamilies();
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
        start();
        try {
            return done(families.create(work, name));
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** Drops a column family; returns whether it existed. */
    public boolean dropFamily(String name) {
        startReducing();
        try {
            return done(families.drop(writes.pages(), work, name));
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            writes.mayUseReserve(false);
        }
    }

    /** {@return whether the transaction's state lists a named snapshot} */
    public boolean isRetained(String name) {
        return NamedRoot.find(writes.pages(), work, name) != null;
    }

    /**
     * Gives the state of the transaction, as it is now, a name that keeps it. Requires: there is no
     * such name.
     *
     * @return the id of the root that is kept
     */
    public long retain(String name, long nowMillis) {
        start();
        try {
            families.flush(work);
            StoreRoot root = work.copy();
            if (!isUnchanged()) {
                // What the root has is not the transaction's own any more, and changes no more.
                root.stamp(writes.id(), nowMillis, engine.usedEnd());
                writes.mark(engine.takeId());
            }
            long entries = families.entries(writes.pages(), root);
            byte[] record = new NamedRoot(name, root, nowMillis, entries).toRecord();
            byte[] key = NamedRoot.key(name);
            trees.put(work.catalogue(), key, key.length, record, 0, record.length);
            work.addNames(1);
            hasChangedNames = true;
            return done(root.txn());
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** Takes a name away from the root that it keeps; returns whether it was there. */
    public boolean dropRetained(String name) {
        startReducing();
        try {
            byte[] key = NamedRoot.key(name);
            boolean isThere = trees.delete(work.catalogue(), key, key.length);
            work.addNames(isThere ? -1 : 0);
            hasChangedNames |= isThere;
            return done(isThere);
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            writes.mayUseReserve(false);
        }
    }

    /**
     * Records what the store is a copy of once the transaction has committed. It is the last thing
     * that the transaction does.
     */
    public void origin(long storeHigh, long storeLow, long txn) {
        start();
        try {
            byte[] key = Origin.key();
            byte[] record = new Origin(storeHigh, storeLow, txn, writes.id()).toRecord();
            trees.put(work.catalogue(), key, key.length, record, 0, record.length);
            isFailed = false;
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** {@return whether the transaction may have retained or dropped named snapshots} */
    boolean hasChangedNames() {
        return hasChangedNames;
    }

    /**
     * {@return the deadline of an entry that is stored without saying one, by the family's time to
     * live; or {@link LeafPage#NO_DEADLINE}}
     */
    public long defaultDeadline(TreeRoot tree) {
        return tree.ttlMillis() == 0 ? LeafPage.NO_DEADLINE : deadlineIn(tree.ttlMillis());
    }

    /** {@return the time in so many milliseconds, or the latest there is} */
    public long deadlineIn(long millis) {
        long now = Math.max(0, clock.getAsLong());
        return millis > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + millis;
    }

    /**
     * Stores an entry, which lives as long as those of its family do; returns whether the key is
     * new, or what was there has expired.
     */
    public boolean put(
            TreeRoot tree, byte[] key, int keyBytes, byte[] value, int from, int valueBytes) {
        long deadline = defaultDeadline(tree);
        return put(tree, key, keyBytes, source.of(value, from, valueBytes), deadline);
    }

    /** Stores an entry; returns whether the key is new, or what was there has expired. */
    public boolean put(
            TreeRoot tree,
            byte[] key,
            int keyBytes,
            byte[] value,
            int from,
            int valueBytes,
            long deadline) {
        return put(tree, key, keyBytes, source.of(value, from, valueBytes), deadline);
    }

    /**
     * Stores an entry; returns whether the key is new, or what was there has expired.
     *
     * @param value native or mapped memory, never memory on the heap
     */
    public boolean put(
            TreeRoot tree,
            byte[] key,
            int keyBytes,
            MemorySegment value,
            long from,
            int valueBytes,
            long deadline) {
        return put(tree, key, keyBytes, source.of(value, from, valueBytes), deadline);
    }

    /**
     * Stores an entry whose value is {@code valueBytes} zeros, which lie at {@link #valueAt} until
     * the next operation. Requires: the value lies in the leaf.
     */
    public void reserve(TreeRoot tree, byte[] key, int keyBytes, int valueBytes) {
        assert valueBytes <= maxReserveBytes(tree, keyBytes);
        put(tree, key, keyBytes, source.zeros(valueBytes), defaultDeadline(tree));
    }

    private boolean put(TreeRoot tree, byte[] key, int keyBytes, ValueSource value, long deadline) {
        start();
        try {
            return done(trees.put(tree, key, keyBytes, value, deadline));
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            value.clear();
        }
    }

    /**
     * Takes the pages of a value that comes in pieces and is too long for a leaf. Until {@link
     * #putRun} or {@link #dropRun}, the transaction does nothing else.
     */
    public void startRun(int valueBytes) {
        start();
        try {
            writes.beginOperation();
            run = writes.startRun(valueBytes);
            isFailed = false;
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** Adds a piece to the value: a multiple of 4 KiB, unless it is the last one. */
    public void addToRun(byte[] piece, int count) {
        start();
        try {
            run.add(source.of(piece, 0, count));
            isFailed = false;
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            source.clear();
        }
    }

    /** Gives the pages back: the transaction is what it was before. */
    public void dropRun() {
        writes.supersedeRun(run.page(), writes.id(), run.length());
        run = null;
    }

    /**
     * Stores an entry whose value is whole in its run; returns whether the key is new, or what was
     * there has expired.
     */
    public boolean putRun(TreeRoot tree, byte[] key, int keyBytes, long deadline) {
        start();
        try {
            run.finish();
            return done(trees.putRun(tree, key, keyBytes, run.page(), run.length(), deadline));
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            run = null;
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
            TreeRoot tree,
            byte[] key,
            int keyBytes,
            byte[] value,
            int from,
            int valueBytes,
            long deadline) {
        start();
        source.of(value, from, valueBytes);
        try {
            return done(trees.append(tree, key, keyBytes, source, deadline));
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            source.clear();
        }
    }

    /**
     * Adds to the little-endian number that is the value of a key; where the key is not there, to
     * 0. The sum lies at {@link #valueAt} until the next operation.
     *
     * @return the length of the value there, in bytes; unless it is 8, nothing was changed
     */
    public long addLong(TreeRoot tree, byte[] key, int keyBytes, long delta) {
        start();
        try {
            return done(trees.addLong(tree, key, keyBytes, delta, defaultDeadline(tree)));
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** {@return the segment that holds what the last operation left in a leaf} */
    public MemorySegment valueSegment() {
        return trees.valueSegment();
    }

    /** {@return where the value of {@link #reserve} or {@link #addLong} starts} */
    public long valueAt() {
        return trees.valueAt();
    }

    /** {@return what {@link #addLong} has made of the number} */
    public long sum() {
        return trees.valueSegment().get(Bytes.U64, trees.valueAt());
    }

    /** {@return the longest value that lies in the leaf with a key of this length} */
    public int maxReserveBytes(TreeRoot tree, int keyBytes) {
        int deadline = tree.ttlMillis() == 0 ? 0 : LeafPage.DEADLINE_BYTES;
        return writes.pageSize().maxInlineValueBytes(keyBytes) - deadline;
    }

    /**
     * Changes when an entry expires; returns whether it is there and has not expired.
     *
     * @param deadline the new one, or {@link LeafPage#NO_DEADLINE}
     */
    public boolean touch(TreeRoot tree, byte[] key, int keyBytes, long deadline) {
        start();
        try {
            return done(trees.touch(tree, key, keyBytes, deadline));
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** Removes expired entries, as {@link TreeWriter#purge}. */
    public long purge(
            TreeRoot tree,
            ExpiryScan scan,
            long now,
            long maxEntries,
            int maxPages,
            ExpiryScan.Keys keys) {
        startReducing();
        try {
            return done(trees.purge(tree, scan, now, maxEntries, maxPages, keys));
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            writes.mayUseReserve(false);
        }
    }

    /**
     * Moves pages of a tree, as {@link TreeWriter#vacuum}.
     *
     * @param tree null for the catalogue
     */
    public long vacuum(TreeRoot tree, VacuumScan scan, int maxLeaves) {
        flushFamilies();
        start();
        try {
            return done(trees.vacuum(tree == null ? work.catalogue() : tree, scan, maxLeaves));
        } catch (InternalError e) {
            throw faulted(e);
        }
    }

    /** Sets how long entries of a tree live that are stored without saying so; 0 for ever. */
    public void ttl(TreeRoot tree, long ttlMillis) {
        start();
        tree.ttlMillis(ttlMillis);
        isFailed = false;
    }

    /** Removes an entry; returns whether it was there. */
    public boolean delete(TreeRoot tree, byte[] key, int keyBytes) {
        startReducing();
        try {
            return done(trees.delete(tree, key, keyBytes));
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            writes.mayUseReserve(false);
        }
    }

    /** Removes the keys in [from, to), null for no bound; returns how many there were. */
    public long deleteRange(TreeRoot tree, byte[] from, byte[] to) {
        startReducing();
        try {
            return done(trees.deleteRange(tree, from, to));
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            writes.mayUseReserve(false);
        }
    }

    /** Needs few pages, and has them from the reserve: it comes with a commit, and with reads. */
    private void flushFamilies() {
        startReducing();
        try {
            families.flush(work);
            isFailed = false;
        } catch (InternalError e) {
            throw faulted(e);
        } finally {
            writes.mayUseReserve(false);
        }
    }

    private void start() {
        if (isFailed) {
            throw new IllegalStateException(
                    "an earlier operation of this transaction failed: roll it back");
        }
        isFailed = true;
        changes++;
    }

    /** Starts an operation with the pages that are kept for those that make room in the end. */
    private void startReducing() {
        start();
        writes.mayUseReserve(true);
    }

    private boolean done(boolean result) {
        isFailed = false;
        return result;
    }

    private long done(long result) {
        isFailed = false;
        return result;
    }

    private TreeRoot done(TreeRoot result) {
        isFailed = false;
        return result;
    }

    /** Makes the transaction one that can only be rolled back, as a whole or to a savepoint. */
    public void fail() {
        isFailed = true;
    }

    /** {@return what to throw for a fault of the mapping; the transaction has failed} */
    public StoreException faulted(InternalError e) {
        isFailed = true;
        engine.stopMappedStores();
        return new StoreIoException("a mapped page could not be read or written", e);
    }

    /** Takes a savepoint. */
    public Savepoint savepoint() {
        flushFamilies();
        isFailed = true;
        Savepoint savepoint = new Savepoint(writes.mark(engine.takeId()), work.copy());
        savepoints.push(savepoint);
        isFailed = false;
        return savepoint;
    }

    /** {@return whether the savepoint was taken by this transaction and not given up since} */
    public boolean isOpen(Savepoint savepoint) {
        return savepoints.contains(savepoint);
    }

    /**
     * Undoes everything since a savepoint, which stays. Where that fails, the transaction can only
     * be rolled back, to a savepoint or as a whole. Requires: isOpen(savepoint).
     */
    public void rollbackTo(Savepoint savepoint) {
        isFailed = true;
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
        flushFamilies();
    }

    /** {@return whether the transaction changed nothing} */
    boolean isUnchanged() {
        return writes.allocated().size() == 0
                && writes.superseded().size() == 0
                && work.defaultFamily().ttlMillis() == ttlAtBegin;
    }

    /** Ends the transaction: what it changed is the newest root from here on. */
    void committed() {
        families.committed(work.catalogue());
        end();
    }

    /** Ends the transaction: what it changed is gone. */
    void rolledBack() {
        families.clear();
        end();
    }

    private void end() {
        savepoints.clear();
        changes++;
    }
}
