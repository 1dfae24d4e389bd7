package dev.coppice;

import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.engine.btree.Neighbours;
import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.btree.VacuumScan;
import dev.coppice.engine.page.PageMap;
import dev.coppice.stats.Tally;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Every way to read one state of the store: that of a {@link Snapshot} or {@link Reader}, or of a
 * transaction with its own changes.
 *
 * <p>Keys are {@code byte[]}, {@code long} or {@link KeyBuilder}. A long key is 8 bytes that sort
 * as the numbers do, negative ones first; it is the same key as those bytes. An absent entry is
 * null or -1.
 *
 * <p>An entry that has a deadline, see {@link Lifetime}, is absent from the moment on at which the
 * clock of the store reaches it: also in a snapshot that is older. Reading removes nothing. What is
 * counted without being read, {@link #count}, {@link #rank}, {@link #split} and {@link
 * Cursor#remaining}, includes expired entries until they are purged.
 *
 * <p>Thread safety and lifetime: those of the handle. Errors that every operation has: {@link
 * IllegalArgumentException} for a key that is empty or longer than 65,536 bytes and for a column
 * family that the state does not have, {@link dev.coppice.error.CorruptStoreException} for damaged
 * pages, {@link dev.coppice.error.SnapshotClosedException} and {@link
 * dev.coppice.error.StoreClosedException} when the state was let go of before the operation ended.
 */
public abstract sealed class ReadHandle permits Snapshot, Reader, EntryWrites {
    /*
     * Every operation has the same shape: is the handle usable; read; is the handle still on the
     * state that was read? A read may look at bytes that are already something else; it is built to
     * survive that, and what it found, an exception included, is thrown away when the last question
     * is answered with no. What a cursor has copied it shows without the last question. Operations
     * that programs call millions of times spell this out, since a lambda would be allocated; the
     * others use read().
     */
    final Store store;

    ReadHandle(Store store) {
        this.store = store;
    }

    /** {@return the pages that it reads} */
    abstract PageMap pages();

    /** {@return the tree of a family; throws {@link FamilyNames#missing} where there is none} */
    abstract TreeRoot tree(ColumnFamily family);

    /** {@return the tree of the column families' records, as it is now} */
    abstract TreeRoot catalogue();

    /** {@return a number that moves whenever the trees it reads are other ones} */
    abstract long changes();

    /**
     * {@return whether it may be used, and reads the same trees still as when {@link #changes} was
     * that number} What another thread does may show late: it is for who reads no pages. Requires:
     * the handle could be used then.
     */
    abstract boolean isStillAt(long changes);

    /** {@return what this thread counts in} */
    abstract Tally tally();

    /** {@return 8 bytes for a long key, which the running operation alone uses} */
    abstract byte[] keyScratch();

    /** Called before every operation: throws when this thread may not use the handle now. */
    abstract void requireUsable();

    /** {@return memory that goes when the handle is closed or moves, or null where it has} */
    abstract @Nullable Arena ownArena();

    /** Called behind every operation: what was read counts only if this returns. */
    abstract void checkAfterRead();

    /** {@return what to throw for an exception of a read: another one if that does not count} */
    final RuntimeException failure(Throwable fault) {
        checkAfterRead();
        return store.failed(fault);
    }

    /** {@return a copy of the value of a key of the default family, or null} */
    public final byte @Nullable [] get(byte[] key) {
        return get(ColumnFamily.DEFAULT, key);
    }

    /** {@return a copy of the value, or null where the key is not there} */
    public final byte @Nullable [] get(ColumnFamily family, byte[] key) {
        return value(family, key, key.length);
    }

    /** {@return a copy of the value, or null where the key is not there} */
    public final byte @Nullable [] get(ColumnFamily family, long key) {
        return value(family, Keys.encode(key, keyScratch()), Long.BYTES);
    }

    /** {@return a copy of the value, or null where the key is not there} */
    public final byte @Nullable [] get(ColumnFamily family, KeyBuilder key) {
        return value(family, key.array(), key.length());
    }

    /** {@return where the entry of a key is that has not expired, or {@link TreeReader#ABSENT}} */
    final long live(TreeRoot tree, byte[] key, int keyBytes) {
        long found = TreeReader.find(pages(), tree, key, keyBytes);
        boolean isGone =
                found != TreeReader.ABSENT
                        && tree.mayExpire()
                        && TreeReader.isExpired(pages(), found, clock());
        if (isGone) {
            tally().add(Tally.EXPIRED, 1);
            return TreeReader.ABSENT;
        }
        return found;
    }

    final LongSupplier clock() {
        return store.now();
    }

    final byte @Nullable [] value(ColumnFamily family, byte[] key, int keyBytes) {
        Keys.checkLength(keyBytes);
        requireUsable();
        byte[] value;
        try {
            long found = live(tree(family), key, keyBytes);
            value = found == TreeReader.ABSENT ? null : TreeReader.value(pages(), found);
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        checkAfterRead();
        if (value != null) {
            tally().got(value.length);
        }
        return value;
    }

    /**
     * Copies a value into the caller's array.
     *
     * @return its length, or -1 where the key is not there; when it is longer than the room behind
     *     {@code offset}, nothing is copied
     */
    public final int get(ColumnFamily family, byte[] key, byte[] target, int offset) {
        return copy(family, key, key.length, target, offset);
    }

    /** As {@link #get(ColumnFamily, byte[], byte[], int)}. */
    public final int get(ColumnFamily family, long key, byte[] target, int offset) {
        return copy(family, Keys.encode(key, keyScratch()), Long.BYTES, target, offset);
    }

    /** As {@link #get(ColumnFamily, byte[], byte[], int)}. */
    public final int get(ColumnFamily family, KeyBuilder key, byte[] target, int offset) {
        return copy(family, key.array(), key.length(), target, offset);
    }

    final int copy(ColumnFamily family, byte[] key, int keyBytes, byte[] target, int offset) {
        Keys.checkLength(keyBytes);
        Objects.checkFromIndexSize(offset, target.length - offset, target.length);
        requireUsable();
        int length;
        try {
            long found = live(tree(family), key, keyBytes);
            length =
                    found == TreeReader.ABSENT
                            ? -1
                            : (int) TreeReader.copyValue(pages(), found, target, offset);
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        checkAfterRead();
        if (length >= 0 && length <= target.length - offset) {
            tally().got(length);
        }
        return length;
    }

    /**
     * Copies a value into the caller's memory.
     *
     * @param target any segment that this thread may write to
     * @return its length, or -1 where the key is not there; when it is longer than the room behind
     *     {@code offset}, nothing is copied
     */
    public final long get(ColumnFamily family, byte[] key, MemorySegment target, long offset) {
        return copy(family, key, key.length, target, offset);
    }

    /** As {@link #get(ColumnFamily, byte[], MemorySegment, long)}. */
    public final long get(ColumnFamily family, long key, MemorySegment target, long offset) {
        return copy(family, Keys.encode(key, keyScratch()), Long.BYTES, target, offset);
    }

    /** As {@link #get(ColumnFamily, byte[], MemorySegment, long)}. */
    public final long get(ColumnFamily family, KeyBuilder key, MemorySegment target, long offset) {
        return copy(family, key.array(), key.length(), target, offset);
    }

    private long copy(
            ColumnFamily family, byte[] key, int keyBytes, MemorySegment target, long offset) {
        Keys.checkLength(keyBytes);
        Memory.checkWritable(target, offset);
        requireUsable();
        long length;
        try {
            long found = live(tree(family), key, keyBytes);
            length =
                    found == TreeReader.ABSENT
                            ? -1
                            : TreeReader.copyValue(pages(), found, target, offset);
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        checkAfterRead();
        if (length >= 0 && length <= target.byteSize() - offset) {
            tally().got(length);
        }
        return length;
    }

    /**
     * Shows a value where it lies in the store, without a copy; for values of many pages.
     *
     * @param into forgets what it showed before, also when the key is not there
     * @return whether the key is there
     */
    public final boolean map(ColumnFamily family, byte[] key, LargeValue into) {
        return map(family, key, key.length, into);
    }

    /** As {@link #map(ColumnFamily, byte[], LargeValue)}. */
    public final boolean map(ColumnFamily family, long key, LargeValue into) {
        return map(family, Keys.encode(key, keyScratch()), Long.BYTES, into);
    }

    /** As {@link #map(ColumnFamily, byte[], LargeValue)}. */
    public final boolean map(ColumnFamily family, KeyBuilder key, LargeValue into) {
        return map(family, key.array(), key.length(), into);
    }

    private boolean map(ColumnFamily family, byte[] key, int keyBytes, LargeValue into) {
        Keys.checkLength(keyBytes);
        into.clear();
        requireUsable();
        boolean isThere;
        try {
            long found = live(tree(family), key, keyBytes);
            isThere = found != TreeReader.ABSENT;
            if (isThere) {
                into.map(this, pages(), found);
            }
            checkAfterRead();
        } catch (RuntimeException | Error e) {
            into.clear();
            throw failure(e);
        }
        if (isThere) {
            tally().got(into.length());
        }
        return isThere;
    }

    /**
     * {@return copies of the values of many keys, null where one is not there}
     *
     * <p>Faster than one by one where the store is larger than the processor's caches.
     */
    public final byte @Nullable [][] multiGet(ColumnFamily family, byte[]... keys) {
        ValueBatch batch = new ValueBatch();
        multiGet(family, keys, batch);
        byte[][] values = new byte[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            values[i] = batch.value(i);
        }
        return values;
    }

    /**
     * Copies the values of many keys into a batch. Allocates nothing once the batch has grown.
     *
     * @throws IllegalArgumentException when the values are longer than 2,147,483,639 bytes together
     */
    public final void multiGet(ColumnFamily family, byte[][] keys, ValueBatch into) {
        for (byte[] key : keys) {
            Keys.check(key);
        }
        requireUsable();
        try {
            into.read(pages(), tree(family), keys, clock());
            checkAfterRead();
        } catch (RuntimeException | Error e) {
            into.clear();
            throw failure(e);
        }
        into.count(tally());
    }

    /** {@return whether the key is there} */
    public final boolean exists(ColumnFamily family, byte[] key) {
        return valueBytes(family, key, key.length) >= 0;
    }

    /** {@return whether the key is there} */
    public final boolean exists(ColumnFamily family, long key) {
        return valueLength(family, key) >= 0;
    }

    /** {@return whether the key is there} */
    public final boolean exists(ColumnFamily family, KeyBuilder key) {
        return valueLength(family, key) >= 0;
    }

    /** {@return the length of the value in bytes, or -1 where the key is not there} */
    public final long valueLength(ColumnFamily family, byte[] key) {
        return valueBytes(family, key, key.length);
    }

    /** {@return the length of the value in bytes, or -1 where the key is not there} */
    public final long valueLength(ColumnFamily family, long key) {
        return valueBytes(family, Keys.encode(key, keyScratch()), Long.BYTES);
    }

    /** {@return the length of the value in bytes, or -1 where the key is not there} */
    public final long valueLength(ColumnFamily family, KeyBuilder key) {
        return valueBytes(family, key.array(), key.length());
    }

    private long valueBytes(ColumnFamily family, byte[] key, int keyBytes) {
        Keys.checkLength(keyBytes);
        requireUsable();
        long length;
        try {
            long found = live(tree(family), key, keyBytes);
            length = found == TreeReader.ABSENT ? -1 : TreeReader.valueBytes(pages(), found);
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        checkAfterRead();
        return length;
    }

    /** {@return a copy of the value and when it expires, or null where the key is not there} */
    public final @Nullable ExpiringValue getWithExpiry(ColumnFamily family, byte[] key) {
        return withExpiry(family, key, key.length);
    }

    /** As {@link #getWithExpiry(ColumnFamily, byte[])}. */
    public final @Nullable ExpiringValue getWithExpiry(ColumnFamily family, long key) {
        return withExpiry(family, Keys.encode(key, keyScratch()), Long.BYTES);
    }

    /** As {@link #getWithExpiry(ColumnFamily, byte[])}. */
    public final @Nullable ExpiringValue getWithExpiry(ColumnFamily family, KeyBuilder key) {
        return withExpiry(family, key.array(), key.length());
    }

    private @Nullable ExpiringValue withExpiry(ColumnFamily family, byte[] key, int keyBytes) {
        Keys.checkLength(keyBytes);
        ExpiringValue value =
                read(() -> {
                    long found = TreeReader.find(pages(), tree(family), key, keyBytes);
                    if (found == TreeReader.ABSENT) {
                        return null;
                    }
                    Expiry expiry = expiry(found);
                    return expiry.isPresent()
                            ? new ExpiringValue(TreeReader.value(pages(), found), expiry)
                            : null;
                });
        if (value != null) {
            tally().got(value.value().length);
        }
        return value;
    }

    /** {@return whether and when the entry of a key expires, without reading its value} */
    public final Expiry expiry(ColumnFamily family, byte[] key) {
        return expiry(family, key, key.length);
    }

    /** As {@link #expiry(ColumnFamily, byte[])}. */
    public final Expiry expiry(ColumnFamily family, long key) {
        return expiry(family, Keys.encode(key, keyScratch()), Long.BYTES);
    }

    /** As {@link #expiry(ColumnFamily, byte[])}. */
    public final Expiry expiry(ColumnFamily family, KeyBuilder key) {
        return expiry(family, key.array(), key.length());
    }

    private Expiry expiry(ColumnFamily family, byte[] key, int keyBytes) {
        Keys.checkLength(keyBytes);
        return read(() -> {
            long found = TreeReader.find(pages(), tree(family), key, keyBytes);
            return found == TreeReader.ABSENT ? new Expiry.Absent() : expiry(found);
        });
    }

    /** {@return when the entry at a place expires, which counts if it has} */
    private Expiry expiry(long place) {
        Expiry expiry = Expiry.of(TreeReader.deadline(pages(), place), clock());
        if (!expiry.isPresent()) {
            tally().add(Tally.EXPIRED, 1);
        }
        return expiry;
    }

    /**
     * {@return how long entries of a family live that are put without a {@link Lifetime}; zero
     * where they live for ever}
     */
    public final Duration defaultTtl(ColumnFamily family) {
        return read(() -> Duration.ofMillis(tree(family).ttlMillis()));
    }

    /** {@return the number of entries of the default family, see {@link #count(ColumnFamily)}} */
    public final long count() {
        return count(ColumnFamily.DEFAULT);
    }

    /**
     * {@return the number of entries of a family, those that have expired and were not purged
     * included; takes no time}
     */
    public final long count(ColumnFamily family) {
        return read(() -> tree(family).count());
    }

    /**
     * {@return the number of entries of a range that have expired and were not purged} Reads the
     * leaves in which entries may expire, and no others.
     */
    public final long countExpired(ColumnFamily family, KeyRange range) {
        Objects.requireNonNull(range, "range");
        return read(() -> expired(tree(family), range));
    }

    /** {@return the number of entries of a range that have not expired; as long as that takes} */
    public final long countLive(ColumnFamily family, KeyRange range) {
        Objects.requireNonNull(range, "range");
        return read(() -> {
            TreeRoot tree = tree(family);
            return upper(tree, range) - lower(tree, range) - expired(tree, range);
        });
    }

    /** Goes to before the next page in which a purge would change something, if there is one. */
    final boolean findExpired(ColumnFamily family, ExpiryScan scan, int maxPages) {
        return read(() -> {
            long now = clock().getAsLong();
            return scan.findWork(pages(), tree(family), now, maxPages);
        });
    }

    /** Goes to before the next place where a vacuum has something to do, in a tree that exists. */
    final boolean findVacuum(@Nullable ColumnFamily family, VacuumScan scan, int maxBranches) {
        return read(
                () -> scan.find(pages(), family == null ? catalogue() : tree(family), maxBranches));
    }

    private long expired(TreeRoot tree, KeyRange range) {
        if (!tree.mayExpire() || lower(tree, range) >= upper(tree, range)) {
            return 0;
        }
        long now = clock().getAsLong();
        return ExpiryScan.count(pages(), tree, range.lower(), range.upper(), now);
    }

    /**
     * {@return the number of entries with keys in a range, expired ones as in {@link
     * #count(ColumnFamily)}, in logarithmic time}
     */
    public final long count(ColumnFamily family, KeyRange range) {
        Objects.requireNonNull(range, "range");
        return read(() -> upper(tree(family), range) - lower(tree(family), range));
    }

    private long lower(TreeRoot tree, KeyRange range) {
        byte[] from = range.lower();
        return from == null ? 0 : TreeReader.rank(pages(), tree, from, from.length);
    }

    private long upper(TreeRoot tree, KeyRange range) {
        byte[] to = range.upper();
        return to == null ? tree.count() : TreeReader.rank(pages(), tree, to, to.length);
    }

    /**
     * {@return parts of a range with equal numbers of entries, give or take one, in order; one for
     * each thread of a parallel scan}
     *
     * <p>Together they are the range. There are n of them, or fewer where there are fewer entries,
     * but always one. Takes logarithmic time for each.
     *
     * @param n at least 1
     */
    public final List<KeyRange> split(ColumnFamily family, KeyRange range, int n) {
        Objects.requireNonNull(range, "range");
        if (n < 1) {
            throw new IllegalArgumentException("parts: n=" + n + ", min=1");
        }
        return read(() -> {
            TreeRoot tree = tree(family);
            long low = lower(tree, range);
            return range.cut(Ranks.split(pages(), tree, low, upper(tree, range) - low, n));
        });
    }

    /** {@return the entry with the lowest key, or null in an empty family} */
    public final @Nullable Entry first(ColumnFamily family) {
        return read(() -> {
            TreeRoot tree = tree(family);
            return tree.mayExpire()
                    ? entry(TreeCursor::first, tree)
                    : entry(Neighbours.first(pages(), tree));
        });
    }

    /** {@return the entry with the highest key, or null in an empty family} */
    public final @Nullable Entry last(ColumnFamily family) {
        return read(() -> {
            TreeRoot tree = tree(family);
            return tree.mayExpire()
                    ? entry(TreeCursor::last, tree)
                    : entry(Neighbours.last(pages(), tree));
        });
    }

    /** {@return the entry with the highest key that is not above {@code key}, or null} */
    public final @Nullable Entry floor(ColumnFamily family, byte[] key) {
        return beside(family, key, false, true);
    }

    /** {@return the entry with the highest key that is not above {@code key}, or null} */
    public final @Nullable Entry floor(ColumnFamily family, long key) {
        return beside(family, Keys.encode(key, keyScratch()), false, true);
    }

    /** {@return the entry with the lowest key that is not below {@code key}, or null} */
    public final @Nullable Entry ceiling(ColumnFamily family, byte[] key) {
        return beside(family, key, true, true);
    }

    /** {@return the entry with the lowest key that is not below {@code key}, or null} */
    public final @Nullable Entry ceiling(ColumnFamily family, long key) {
        return beside(family, Keys.encode(key, keyScratch()), true, true);
    }

    /** {@return the entry with the highest key below {@code key}, or null} */
    public final @Nullable Entry lower(ColumnFamily family, byte[] key) {
        return beside(family, key, false, false);
    }

    /** {@return the entry with the highest key below {@code key}, or null} */
    public final @Nullable Entry lower(ColumnFamily family, long key) {
        return beside(family, Keys.encode(key, keyScratch()), false, false);
    }

    /** {@return the entry with the lowest key above {@code key}, or null} */
    public final @Nullable Entry higher(ColumnFamily family, byte[] key) {
        return beside(family, key, true, false);
    }

    /** {@return the entry with the lowest key above {@code key}, or null} */
    public final @Nullable Entry higher(ColumnFamily family, long key) {
        return beside(family, Keys.encode(key, keyScratch()), true, false);
    }

    private @Nullable Entry beside(
            ColumnFamily family, byte[] key, boolean isAbove, boolean mayBeSame) {
        Keys.check(key);
        return read(() -> {
            TreeRoot tree = tree(family);
            return tree.mayExpire()
                    ? entry(cursor -> seek(cursor, key, isAbove, mayBeSame), tree)
                    : entry(Neighbours.beside(pages(), tree, key, key.length, isAbove, mayBeSame));
        });
    }

    private static boolean seek(TreeCursor cursor, byte[] key, boolean isAbove, boolean mayBeSame) {
        int length = key.length;
        if (isAbove) {
            return mayBeSame ? cursor.seek(key, length) : cursor.seekHigher(key, length);
        }
        return mayBeSame ? cursor.seekFloor(key, length) : cursor.seekLower(key, length);
    }

    /** {@return the entry that a move leads to, past those that have expired, or null} */
    private @Nullable Entry entry(Predicate<TreeCursor> move, TreeRoot tree) {
        TreeCursor cursor = new TreeCursor(pages(), tree, clock());
        return move.test(cursor) ? new Entry(cursor.key(), cursor.value()) : null;
    }

    private @Nullable Entry entry(long place) {
        return place == TreeReader.ABSENT
                ? null
                : new Entry(TreeReader.key(pages(), place), TreeReader.value(pages(), place));
    }

    /** {@return how many keys are below {@code key}, which need not be there} */
    public final long rank(ColumnFamily family, byte[] key) {
        Keys.check(key);
        return read(() -> TreeReader.rank(pages(), tree(family), key, key.length));
    }

    /** {@return how many keys are below {@code key}, which need not be there} */
    public final long rank(ColumnFamily family, long key) {
        byte[] bytes = Keys.encode(key, keyScratch());
        return read(() -> TreeReader.rank(pages(), tree(family), bytes, Long.BYTES));
    }

    /**
     * {@return the entry with so many keys below it, in logarithmic time; where that has expired,
     * the next one that has not, in whichever direction there is one}
     *
     * @throws IllegalArgumentException when {@code rank} is negative or not below {@link
     *     #count(ColumnFamily)}
     */
    public final Entry entryAt(ColumnFamily family, long rank) {
        return read(() -> {
            TreeRoot tree = tree(family);
            if (rank < 0 || rank >= tree.count()) {
                throw new IllegalArgumentException("rank=" + rank + ", entries=" + tree.count());
            }
            Entry entry = liveAt(tree, rank);
            if (entry == null) {
                throw new IllegalArgumentException(
                        "rank=" + rank + ": all entries have expired, entries=" + tree.count());
            }
            return entry;
        });
    }

    private @Nullable Entry liveAt(TreeRoot tree, long rank) {
        long place = TreeReader.placeAt(pages(), tree, rank);
        if (!tree.mayExpire() || !TreeReader.isExpired(pages(), place, clock())) {
            return entry(place);
        }
        byte[] key = TreeReader.key(pages(), place);
        Entry above = entry(cursor -> cursor.seek(key, key.length), tree);
        return above == null ? entry(cursor -> cursor.seekFloor(key, key.length), tree) : above;
    }

    /**
     * {@return so many entries, drawn without replacement and with equal chances, in the order of
     * their keys; all entries where there are fewer} Takes logarithmic time for each. Those that
     * have expired are left out after they were drawn, so that it may be fewer.
     *
     * @param n not negative
     */
    public final List<Entry> sample(ColumnFamily family, int n, RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        if (n < 0) {
            throw new IllegalArgumentException("sample: n=" + n + ", min=0");
        }
        return read(() -> {
            TreeRoot tree = tree(family);
            List<Entry> entries = new ArrayList<>();
            for (long rank : Ranks.sample(tree.count(), n, random)) {
                long place = TreeReader.placeAt(pages(), tree, rank);
                if (!tree.mayExpire() || !TreeReader.isExpired(pages(), place, clock())) {
                    entries.add(entry(place));
                }
            }
            return entries;
        });
    }

    /** {@return a cursor over the default family, before its first entry} */
    public final Cursor cursor() {
        return cursor(ColumnFamily.DEFAULT);
    }

    /** {@return a cursor over a family, before its first entry; to be closed} */
    public final Cursor cursor(ColumnFamily family) {
        return cursor(family, KeyRange.all());
    }

    /** {@return a cursor over a range of a family, before its first entry; to be closed} */
    public final Cursor cursor(ColumnFamily family, KeyRange range) {
        Objects.requireNonNull(range, "range");
        Cursor cursor = read(() -> new Cursor(this, family, range));
        tally().add(Tally.ITERATIONS, 1);
        return cursor;
    }

    /** {@return all column families that it sees} */
    public final List<ColumnFamily> families() {
        return read(() -> FamilyNames.list(pages(), catalogue()));
    }

    /**
     * Reads the pages of a range into memory before somebody needs them, at most 64 MiB: first the
     * branches, then leaves from the lower bound on. Large values that have pages of their own are
     * left alone.
     *
     * @return bytes read
     */
    public final long prefetch(ColumnFamily family, KeyRange range) {
        Objects.requireNonNull(range, "range");
        return WarmUp.range(this, family, range);
    }

    final <T> T read(Supplier<T> operation) {
        requireUsable();
        T result;
        try {
            result = operation.get();
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        checkAfterRead();
        return result;
    }
}
