package dev.coppice;

import dev.coppice.engine.Families;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.stats.Tally;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One reader slot and what is read through it, used by one handle after another.
 *
 * <p>Thread safety: any thread asks; who owns the generation changes.
 */
final class Pin {
    /*
     * A generation is a counter and, in its low two bits, a state. Every change of state takes a
     * generation that was never used before, by compare-and-set where somebody else may change it
     * too. A handle remembers the generation that it opened: as long as the pin has the same one,
     * the slot, the root and its pages are the handle's. So a read needs one comparison at its end,
     * closing needs one compare-and-set, and a handle that was closed cannot harm the next one.
     *
     * BUSY is the state between two others while the slot is moved, which takes nanoseconds; nobody
     * takes a busy pin from its owner.
     */
    static final int FREE = 0;
    static final int OPEN = 1;
    static final int BUSY = 2;
    static final int PARKED = 3;

    private static final int STATE_MASK = 3;
    private static final int MAX_FAMILIES = 256;
    private static final VarHandle GENERATION;

    static {
        try {
            GENERATION = MethodHandles.lookup().findVarHandle(Pin.class, "generation", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ReadView view;
    private final Tally tally;
    private final Map<String, Known> families = new ConcurrentHashMap<>();
    private volatile long generation;
    private volatile long evicted;

    // Written while FREE by the next owner, or while BUSY
    private long openedMillis;
    private boolean isReader;
    private String openedBy = "";
    private @Nullable HandleRef owner;
    private long handles;

    /** Memory of the handle's own, where it has asked for any. */
    private volatile @Nullable Arena own;

    // Background work
    private long stalled;

    /** The tree of a family, or none, in every root whose catalogue was born then. */
    private record Known(long catalogueBirth, @Nullable TreeRoot tree) {}

    /**
     * Creates a pin.
     *
     * @param tally what its owners count in
     */
    Pin(ReadView view, Tally tally) {
        this.view = view;
        this.tally = tally;
    }

    static int state(long generation) {
        return (int) generation & STATE_MASK;
    }

    /** {@return the generation that follows with a state} */
    static long next(long generation, int state) {
        return (generation | STATE_MASK) + 1 + state;
    }

    ReadView view() {
        return view;
    }

    /** {@return what the one thread counts in that reads through it} */
    Tally tally() {
        return tally;
    }

    long generation() {
        return generation;
    }

    /**
     * {@return whether it has this generation still} What was read before counts, if a load fence
     * stands between.
     */
    boolean isAt(long expected) {
        return (long) GENERATION.getOpaque(this) == expected;
    }

    /**
     * {@return as {@link #isAt}, for who reads no pages} What another thread does may show late,
     * and the compiler need not read again what was read before.
     */
    boolean wasAt(long expected) {
        return (long) GENERATION.get(this) == expected;
    }

    /** {@return wall clock when the root was pinned, or 0 for a read that is over in no time} */
    long openedMillis() {
        return openedMillis;
    }

    /** {@return whether it had this generation all the time that the caller looked at it} */
    boolean isStillAt(long expected) {
        VarHandle.loadLoadFence();
        return isAt(expected);
    }

    /** {@return the name of the thread that opened it} */
    String openedBy() {
        return openedBy;
    }

    /** Makes a handle the owner, or nobody. Requires: the slot is the caller's, and is not open. */
    void owner(@Nullable HandleRef newOwner) {
        owner = newOwner;
    }

    /** {@return whether this is the owner} */
    boolean isOwnedBy(HandleRef handle) {
        return handle.equals(owner);
    }

    /** {@return how many watched handles it had before} Requires: as {@link #owner(HandleRef)}. */
    long countHandle() {
        return handles++;
    }

    /** {@return whether this is asked for the first time about a generation} One thread. */
    boolean isFirstStall(long generation) {
        boolean isFirst = stalled != generation;
        stalled = generation;
        return isFirst;
    }

    /** {@return whether a reader owns it, which can move on} */
    boolean isReader() {
        return isReader;
    }

    /** {@return whether the handle of this generation was closed against its will} */
    boolean wasEvicted(long generation) {
        return evicted == generation;
    }

    /** Tells the handle of this generation, which is about to lose it, why. */
    void evicting(long generation) {
        evicted = generation;
    }

    /**
     * {@return the generation that {@link #open} will begin} Requires: the slot is the caller's.
     */
    long opening() {
        return next(generation, OPEN);
    }

    /** Shows a pin whose slot was claimed and pinned to those who look through all pins. */
    void open(long nowMillis, boolean newIsReader) {
        openedMillis = nowMillis;
        isReader = newIsReader;
        openedBy = Thread.currentThread().getName();
        generation = opening();
    }

    /** Changes the state, if the generation is still this one; returns whether it was. */
    boolean change(long expected, int state) {
        boolean isChanged = GENERATION.compareAndSet(this, expected, next(expected, state));
        // What follows may change what readers of the old generation see.
        VarHandle.storeStoreFence();
        return isChanged;
    }

    /** Ends the busy state; returns the new generation. */
    long settle(long busy, int state, long nowMillis) {
        openedMillis = nowMillis;
        long settled = next(busy, state);
        generation = settled;
        return settled;
    }

    /**
     * {@return memory that goes when the handle of this generation lets the pin go, or null where
     * it has}
     */
    synchronized @Nullable Arena ownArena(long expected) {
        if (generation != expected) {
            return null;
        }
        Arena arena = own;
        if (arena == null) {
            arena = Arena.ofShared();
            own = arena;
            // Who changes the generation looks at the field behind it: one of the two sees the
            // other.
            if (generation != expected) {
                closeOwn();
                return null;
            }
        }
        return arena;
    }

    /** Lets the memory of the last handle's own go. Requires: its generation is over. */
    void closeOwn() {
        if (own != null) {
            synchronized (this) {
                Arena arena = own;
                own = null;
                while (arena != null && arena.scope().isAlive()) {
                    try {
                        arena.close();
                    } catch (IllegalStateException e) {
                        // The system is reading from it into a file or a socket just now.
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }

    /** {@return the tree of a named family, for the snapshot that has the pin} */
    TreeRoot family(ColumnFamily family, Snapshot caller) {
        long birth = view.root().catalogue().birth();
        Known known = families.get(family.name());
        if (known == null || known.catalogueBirth() != birth) {
            known = new Known(birth, view.family(Families.key(family.name())));
            // A committed catalogue never changes: what is true of it now stays so for all handles.
            caller.checkAfterRead();
            if (families.size() >= MAX_FAMILIES) {
                families.clear();
            }
            families.put(family.name(), known);
        }
        TreeRoot tree = known.tree();
        if (tree == null) {
            throw FamilyNames.missing(family);
        }
        return tree;
    }
}
