package dev.coppice;

import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.stats.Tally;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The store as it was at one commit, however much is written meanwhile.
 *
 * <p>Opening one costs about as much as a lookup. While it is open, the pages that it sees, and no
 * others, stay on disk. Close it when done. One that is to stay longer than the process gets a
 * name: {@link Store#retain}. A thread that reads the newest commit again and again has a {@link
 * Reader} for that.
 *
 * <p>Thread safety: any number of threads may read at once, and any thread may close it: what
 * others are reading at that moment ends with {@link SnapshotClosedException}, as everything does
 * that is called later, but that a {@link Cursor} goes on in what it has copied. Cursors are for
 * one thread each. Each operation with a long key allocates 24 bytes; a Reader's do not.
 */
public final class Snapshot extends ReadHandle implements AutoCloseable {
    /*
     * Closing lets go of the pages at once, without waiting for readers. The fence keeps the loads
     * of a read before that of the pin's generation.
     */
    private final Pin pin;
    private final long generation;

    /** The thread that counts in the pin's tally, by its number; others may be there as well. */
    private final int openedBy;

    /** Requires: the pin is claimed, and is opened next. */
    Snapshot(Store store, Pin pin) {
        super(store);
        this.pin = pin;
        this.generation = pin.opening();
        this.openedBy = (int) Thread.currentThread().threadId();
    }

    /** {@return the id of the newest transaction that the snapshot sees} */
    public long txn() {
        long txn = pin.view().root().txn();
        checkAfterRead();
        return txn;
    }

    /** {@return wall clock of that commit, milliseconds since 1970} */
    public long commitMillis() {
        long millis = pin.view().root().commitMillis();
        checkAfterRead();
        return millis;
    }

    /** {@return wall clock at opening, milliseconds since 1970} */
    public long openedMillis() {
        long millis = pin.openedMillis();
        checkAfterRead();
        return millis;
    }

    /** {@return the root, to be read inside {@link #read}} */
    StoreRoot root() {
        return pin.view().root();
    }

    @Override
    PageMap pages() {
        return pin.view().pages();
    }

    @Override
    TreeRoot tree(ColumnFamily family) {
        return family.equals(ColumnFamily.DEFAULT)
                ? pin.view().root().defaultFamily()
                : pin.family(family, this);
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
        boolean isOpener = (int) Thread.currentThread().threadId() == openedBy;
        return isOpener ? pin.tally() : store.statistics().shared();
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
                                        ? "the snapshot was evicted: it kept too much, or for too long"
                                        : "the snapshot is closed, or was while it was being read"));
            }
        } finally {
            // Not garbage, and so not forgotten, before its last read has ended.
            Reference.reachabilityFence(this);
        }
    }

    /** Lets go of what the snapshot keeps. Idempotent. */
    @Override
    public void close() {
        try {
            store.close(pin, generation);
        } finally {
            // Not garbage, and so not forgotten, before it is closed.
            Reference.reachabilityFence(this);
        }
    }
}
