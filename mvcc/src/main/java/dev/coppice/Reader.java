package dev.coppice;

import dev.coppice.engine.FamilyTree;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.stats.Tally;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A read handle that its owner uses again and again: it sees one commit, until {@link #refresh}
 * moves it to the newest one. Neither that nor a read into the caller's memory allocates anything.
 *
 * {@snippet :
 * Reader reader = store.reader();
 * byte[] tick = new byte[64];
 * while (isRunning) {
 *     reader.refresh();
 *     int length = reader.get(TICKS, key, tick, 0); // -1 when absent
 * }
 * }
 *
 * <p>Like a snapshot it keeps the pages that it sees on disk: an owner that pauses calls {@link
 * #park}. Cursors of a reader go on after a refresh, from the key they stood on.
 *
 * <p>Thread safety: one thread at a time; it may be handed over. {@link Store#close} may run
 * meanwhile: reads that it overtakes throw {@link SnapshotClosedException}.
 */
public final class Reader extends ReadHandle implements AutoCloseable {
    private static final int MAX_FAMILIES = 256;

    private final Pin pin;
    private final Map<String, FamilyTree> families = new HashMap<>();
    private final byte[] keyScratch = new byte[Long.BYTES];
    private final BytesView view = new BytesView();
    private byte[] viewed = new byte[256];
    private boolean isClosed;

    /** That of the pin, as long as nobody took it away. */
    private long generation;

    private long txn;

    /** Requires: the pin is claimed, and is opened next. */
    Reader(Store store, Pin pin) {
        super(store);
        this.pin = pin;
        this.generation = pin.opening();
        this.txn = pin.view().root().txn();
    }

    /**
     * {@return the id of the newest transaction that it sees}
     *
     * @throws IllegalStateException while it is parked
     */
    public long txn() {
        requireUsable();
        checkAfterRead();
        return txn;
    }

    /**
     * {@return wall clock of that commit, milliseconds since 1970}
     *
     * @throws IllegalStateException while it is parked
     */
    public long commitMillis() {
        requireUsable();
        long millis = pin.view().root().commitMillis();
        checkAfterRead();
        return millis;
    }

    /**
     * Moves to the newest commit; also what was parked, or evicted by the store's policy.
     *
     * @return whether that is another one than it saw before
     * @throws dev.coppice.error.StoreClosedException when the store is closed
     */
    public boolean refresh() {
        requireNotClosed();
        boolean isOpen = Pin.state(generation) == Pin.OPEN && pin.isAt(generation);
        if (isOpen && store.newestTxn() == txn) {
            return false;
        }
        long moved = store.refresh(pin, owned());
        while (moved < 0) {
            moved = store.refresh(pin, owned());
        }
        generation = moved;
        long before = txn;
        txn = pin.view().root().txn();
        checkAfterRead();
        return txn != before;
    }

    /**
     * {@return the id of the store's newest commit, a few loads that tell a thread which polls
     * whether {@link #refresh} would move the reader}
     */
    public long lastTxn() {
        requireNotClosed();
        return store.latestTxn();
    }

    /**
     * Waits until the store has a newer commit than {@code awaited}; see {@link Store#awaitChange}.
     * The reader stays where it is: refresh it then. Park it before a wait that may be long.
     *
     * @return whether there is one; false when the time is over
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean awaitChange(long awaited, long timeout, TimeUnit unit)
            throws InterruptedException {
        requireNotClosed();
        return store.awaitChange(awaited, timeout, unit);
    }

    /** Lets go of the pages that it keeps, until the next {@link #refresh}. Idempotent. */
    public void park() {
        requireNotClosed();
        long from = owned();
        while (Pin.state(from) != Pin.PARKED) {
            long parked = store.park(pin, from);
            from = parked < 0 ? owned() : parked;
        }
        generation = from;
    }

    /**
     * {@return the generation of the pin, which the store may have parked to evict the reader}
     *
     * @throws IllegalStateException when somebody else has the pin
     */
    private long owned() {
        long now = settled();
        if (!isOwn(now)) {
            throw store.pinIsGone();
        }
        return now;
    }

    /** {@return the generation of the pin, once an eviction that is under way has ended} */
    private long settled() {
        long evicting = Pin.next(generation, Pin.BUSY);
        long now = pin.generation();
        while (now == evicting) {
            Thread.onSpinWait();
            now = pin.generation();
        }
        return now;
    }

    private boolean isOwn(long now) {
        long evicted = Pin.next(Pin.next(generation, Pin.BUSY), Pin.PARKED);
        return now == generation || now == evicted;
    }

    /**
     * {@return the value in memory of the reader's own, or null where the key is not there}
     *
     * <p>Valid until the next call on the reader; it is the same object each time.
     */
    public @Nullable BytesView view(ColumnFamily family, byte[] key) {
        return view(family, key, key.length);
    }

    /** As {@link #view(ColumnFamily, byte[])}. */
    public @Nullable BytesView view(ColumnFamily family, long key) {
        return view(family, Keys.encode(key, keyScratch), Long.BYTES);
    }

    /** As {@link #view(ColumnFamily, byte[])}. */
    public @Nullable BytesView view(ColumnFamily family, KeyBuilder key) {
        return view(family, key.array(), key.length());
    }

    private @Nullable BytesView view(ColumnFamily family, byte[] key, int keyBytes) {
        int length = copy(family, key, keyBytes, viewed, 0);
        if (length > viewed.length) {
            viewed = new byte[Math.max(length, 2 * viewed.length)];
            length = copy(family, key, keyBytes, viewed, 0);
        }
        return length < 0 ? null : view.show(viewed, 0, length);
    }

    @Override
    PageMap pages() {
        return pin.view().pages();
    }

    @Override
    TreeRoot tree(ColumnFamily family) {
        if (family.equals(ColumnFamily.DEFAULT)) {
            return pin.view().root().defaultFamily();
        }
        FamilyTree tree = families.get(family.name());
        if (tree == null || !tree.isCurrent(pin.view())) {
            tree = lookUp(family.name(), tree);
        }
        TreeRoot root = tree.root();
        if (root == null) {
            throw FamilyNames.missing(family);
        }
        return root;
    }

    private FamilyTree lookUp(String name, @Nullable FamilyTree known) {
        FamilyTree tree = known == null ? new FamilyTree(name) : known;
        tree.lookUp(pin.view());
        checkAfterRead();
        tree.confirm(pin.view());
        if (known == null) {
            if (families.size() >= MAX_FAMILIES) {
                families.clear();
            }
            families.put(name, tree);
        }
        return tree;
    }

    @Override
    TreeRoot catalogue() {
        return pin.view().root().catalogue();
    }

    @Override
    long changes() {
        return generation;
    }

    @Override
    boolean isStillAt(long changes) {
        return pin.wasAt(changes);
    }

    @Override
    Tally tally() {
        return pin.tally();
    }

    @Override
    byte[] keyScratch() {
        return keyScratch;
    }

    @Override
    void requireUsable() {
        if (Pin.state(generation) != Pin.OPEN || isClosed) {
            requireNotClosed();
            throw new IllegalStateException("the reader is parked: refresh it first");
        }
    }

    private void requireNotClosed() {
        if (isClosed) {
            throw new IllegalStateException("the reader is closed");
        }
    }

    @Override
    @Nullable Arena ownArena() {
        return pin.ownArena(generation);
    }

    @Override
    void checkAfterRead() {
        try {
            VarHandle.loadLoadFence();
            if (!pin.isAt(generation)) {
                store.passFaults();
                throw store.failed(
                        new SnapshotClosedException(
                                pin.wasEvicted(generation)
                                        ? "the reader was evicted, for what it kept or for how long:"
                                                + " refresh it"
                                        : "the store was closed, and the reader with it"));
            }
        } finally {
            // Not garbage, and so not forgotten, before its last read has ended.
            Reference.reachabilityFence(this);
        }
    }

    /** Lets go of what the reader keeps. Idempotent. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            try {
                for (long now = settled(); isOwn(now); now = settled()) {
                    store.close(pin, now);
                }
            } finally {
                // Not garbage, and so not forgotten, before it is closed.
                Reference.reachabilityFence(this);
            }
        }
    }
}
