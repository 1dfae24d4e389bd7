package dev.coppice.engine;

import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.commit.Known;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import java.lang.invoke.VarHandle;

/**
 * A pinned root and the free space as it was when that root was the newest: what a check compares.
 *
 * <p>Thread safety: one thread. Lifetime: until it is closed, which lets go of the root.
 */
public final class Inspection implements AutoCloseable {
    private final Engine engine;
    private final ReadView view;
    private final FreeMap free;
    private final PendingFrees pending;
    private final Known known;
    private final boolean isFreeSpaceKnown;

    Inspection(Engine engine, ReadView view, FreeMap free, PendingFrees pending, Known known) {
        this.engine = engine;
        this.view = view;
        this.free = free;
        this.pending = pending;
        this.known = known;
        this.isFreeSpaceKnown = engine.store().isFreeSpaceKnown();
    }

    /** {@return the pinned root and its pages} */
    public ReadView view() {
        return view;
    }

    /** {@return the free pages} */
    public FreeMap free() {
        return free;
    }

    /** {@return superseded pages that a root may still need} */
    public PendingFrees pending() {
        return pending;
    }

    /** {@return the durable slot of that moment, with the extent of the free-space image} */
    public Known known() {
        return known;
    }

    /**
     * {@return whether the image of that moment is still the one of the last checkpoint} Else its
     * pages may have been used again, although the root is pinned: a checkpoint to that root
     * supersedes the image before.
     */
    public boolean isImageKept() {
        VarHandle.loadLoadFence();
        return engine.store().known().image().equals(known.image());
    }

    /** {@return which pages hold header and slots} */
    public HeaderBlock header() {
        return engine.store().header();
    }

    /** {@return pages up to this birth are sealed} */
    public long sealedUpTo() {
        return known.tip().txn();
    }

    /** {@return whether the free space is that of the root; not where another process writes} */
    public boolean isFreeSpaceKnown() {
        return isFreeSpaceKnown;
    }

    /** {@return why the free space is damaged, or null} */
    public String freeSpaceProblem() {
        return engine.store().freeSpaceProblem();
    }

    @Override
    public void close() {
        engine.release(view);
    }
}
