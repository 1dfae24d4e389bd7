package dev.coppice;

import dev.coppice.engine.Families;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.error.SnapshotClosedException;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

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
public final class Snapshot extends ReadHandle implements AutoCloseable {
    /*
     * Closing lets go of the pages at once, without waiting for readers. The fence keeps the loads
     * of a read before the load of the flag.
     */
    private static final Family ABSENT = new Family(null);

    private final ReadView view;
    private final long openedMillis;
    private final Map<String, Family> families = new ConcurrentHashMap<>();
    private volatile boolean isClosed;

    private record Family(@Nullable TreeRoot root) {}

    Snapshot(Store store, ReadView view, long openedMillis) {
        super(store);
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

    @Override
    PageMap pages() {
        return view.pages();
    }

    @Override
    TreeRoot tree(ColumnFamily family) {
        StoreRoot root = view.root();
        if (family.equals(ColumnFamily.DEFAULT)) {
            return root.defaultFamily();
        }
        Family known = families.get(family.name());
        if (known == null) {
            TreeRoot found = view.family(Families.key(family.name()));
            known = found == null ? ABSENT : new Family(found);
            checkAfterRead();
            families.put(family.name(), known);
        }
        if (known.root() == null) {
            throw FamilyNames.missing(family);
        }
        return known.root();
    }

    @Override
    TreeRoot catalogue() {
        return view.root().catalogue();
    }

    @Override
    long changes() {
        return 0;
    }

    /** Any number of threads may be in an operation. */
    @Override
    byte[] keyScratch() {
        return new byte[Long.BYTES];
    }

    /** Whether it is open shows afterwards. */
    @Override
    void requireUsable() {}

    @Override
    void checkAfterRead() {
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
