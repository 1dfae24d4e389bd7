package dev.coppice;

import dev.coppice.engine.Families;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.error.SnapshotClosedException;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The store as it was at one commit, however much is written meanwhile.
 *
 * <p>Opening one costs about as much as a lookup. While it is open, the pages that it sees, and no
 * others, stay on disk. Close it when done.
 *
 * <p>Thread safety: any number of threads may read at once, and any thread may close it: what
 * others are reading at that moment ends with {@link SnapshotClosedException}. Cursors are for one
 * thread each.
 */
public final class Snapshot implements AutoCloseable {
    /*
     * Closing lets go of the pages at once, without waiting for readers. A read may then look at
     * bytes that are already something else; it is built to survive that, and what it found, an
     * exception included, is thrown away when the snapshot turns out to be closed afterwards. The
     * fence keeps the loads of the read before the load of the flag.
     */
    private static final Family ABSENT = new Family(null);

    private final Store store;
    private final ReadView view;
    private final long openedMillis;
    private final Map<String, Family> families = new ConcurrentHashMap<>();
    private volatile boolean isClosed;

    private record Family(TreeRoot root) {}

    Snapshot(Store store, ReadView view, long openedMillis) {
        this.store = store;
        this.view = view;
        this.openedMillis = openedMillis;
    }

    /** {@return the id of the newest transaction that the snapshot sees} */
    public long txn() {
        return view.root().txn();
    }

    /** {@return wall clock of that commit, milliseconds since 1970} */
    public long commitMillis() {
        return view.root().commitMillis();
    }

    /** {@return wall clock at opening, milliseconds since 1970} */
    public long openedMillis() {
        return openedMillis;
    }

    /** {@return a copy of the value, or null where the key is not there} */
    public byte[] get(byte[] key) {
        return get(ColumnFamily.DEFAULT, key);
    }

    /**
     * {@return a copy of the value, or null where the key is not there}
     *
     * @throws IllegalArgumentException when the family does not exist in this snapshot
     */
    public byte[] get(ColumnFamily family, byte[] key) {
        Keys.check(key);
        return read(() -> {
            long found = TreeReader.find(pages(), tree(family), key, key.length);
            return found == TreeReader.ABSENT ? null : TreeReader.value(pages(), found);
        });
    }

    /**
     * Copies a value into the caller's array.
     *
     * @return its length, or -1 where the key is not there; when it is longer than the room behind
     *     {@code offset}, nothing is copied
     */
    public int get(ColumnFamily family, byte[] key, byte[] target, int offset) {
        Keys.check(key);
        Objects.checkFromIndexSize(offset, target.length - offset, target.length);
        int length;
        try {
            long found = TreeReader.find(pages(), tree(family), key, key.length);
            length =
                    found == TreeReader.ABSENT
                            ? -1
                            : (int) TreeReader.copyValue(pages(), found, target, offset);
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        checkStillOpen();
        return length;
    }

    /** {@return whether the key is there} */
    public boolean exists(ColumnFamily family, byte[] key) {
        Keys.check(key);
        return read(
                () -> TreeReader.find(pages(), tree(family), key, key.length) != TreeReader.ABSENT);
    }

    /** {@return the number of entries of the default family; takes no time} */
    public long count() {
        return count(ColumnFamily.DEFAULT);
    }

    /** {@return the number of entries of a family; takes no time} */
    public long count(ColumnFamily family) {
        return read(() -> tree(family).count());
    }

    /**
     * {@return the number of entries with keys in [from, to), in logarithmic time}
     *
     * @param from null for no lower bound
     * @param to null for no upper bound
     */
    public long count(ColumnFamily family, byte[] from, byte[] to) {
        Keys.checkRange(from, to);
        return read(() -> rank(tree(family), to, true) - rank(tree(family), from, false));
    }

    private long rank(TreeRoot tree, byte[] bound, boolean isUpper) {
        if (bound == null) {
            return isUpper ? tree.count() : 0;
        }
        return TreeReader.rank(pages(), tree, bound, bound.length);
    }

    /**
     * {@return the keys that cut [from, to) into n ranges of equal entry counts, give or take one;
     * fewer where there are fewer entries}
     *
     * <p>The ranges are [from, first), [first, second), ..., [last, to): one for each thread of a
     * parallel scan. Takes logarithmic time for each.
     *
     * @param from null for no lower bound
     * @param to null for no upper bound
     * @param n at least 1
     */
    public List<byte[]> split(ColumnFamily family, byte[] from, byte[] to, int n) {
        Keys.checkRange(from, to);
        if (n < 1) {
            throw new IllegalArgumentException("parts: n=" + n + ", min=1");
        }
        return read(() -> {
            TreeRoot tree = tree(family);
            long low = rank(tree, from, false);
            long count = rank(tree, to, true) - low;
            List<byte[]> cuts = new ArrayList<>();
            long last = low;
            for (int i = 1; i < n; i++) {
                long rank = low + part(count, i, n);
                if (rank > last && rank < low + count) {
                    cuts.add(TreeReader.keyAt(pages(), tree, rank));
                    last = rank;
                }
            }
            return cuts;
        });
    }

    private static long part(long count, int i, int n) {
        return count / n * i + count % n * i / n;
    }

    /** {@return a cursor over the default family, before its first entry} */
    public Cursor cursor() {
        return cursor(ColumnFamily.DEFAULT);
    }

    /**
     * {@return a cursor over a family, before its first entry}
     *
     * @throws IllegalArgumentException when the family does not exist in this snapshot
     */
    public Cursor cursor(ColumnFamily family) {
        TreeRoot tree = read(() -> tree(family));
        return new Cursor(pages(), tree, this);
    }

    /** {@return the names of all column families that the snapshot sees} */
    public List<ColumnFamily> families() {
        return read(() -> FamilyNames.list(pages(), view.root().catalogue()));
    }

    private PageMap pages() {
        return view.pages();
    }

    private TreeRoot tree(ColumnFamily family) {
        StoreRoot root = view.root();
        if (family.equals(ColumnFamily.DEFAULT)) {
            return root.defaultFamily();
        }
        Family known = families.get(family.name());
        if (known == null) {
            TreeRoot found = view.family(Families.key(family.name()));
            known = found == null ? ABSENT : new Family(found);
            checkStillOpen();
            families.put(family.name(), known);
        }
        if (known.root() == null) {
            throw FamilyNames.missing(family);
        }
        return known.root();
    }

    private <T> T read(Supplier<T> operation) {
        T result;
        try {
            result = operation.get();
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        checkStillOpen();
        return result;
    }

    /** {@return what to throw for an exception of a read: another one if the snapshot is closed} */
    RuntimeException failure(Throwable fault) {
        checkStillOpen();
        return Faults.translate(fault);
    }

    /** Called behind every read: what was read counts only if this returns. */
    void checkStillOpen() {
        VarHandle.loadLoadFence();
        if (isClosed) {
            throw new SnapshotClosedException(
                    "the snapshot is closed, or was while it was being read");
        }
    }

    /** Lets go of what the snapshot keeps. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        store.released(this, view);
    }
}
