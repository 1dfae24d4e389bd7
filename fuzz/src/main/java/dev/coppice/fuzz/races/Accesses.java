package dev.coppice.fuzz.races;

import dev.coppice.fuzz.races.StoreBuffers.Order;
import dev.coppice.fuzz.races.StoreBuffers.Place;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * What the engine's accesses to shared words become in classes that {@link RedirectedClasses} has
 * loaded: accesses to {@link StoreBuffers} while a program of theirs runs, and the same as ever at
 * other times. Public for those classes; their calls name the methods.
 *
 * <p>Thread safety: each thread has its own memory.
 */
public final class Accesses {
    private static final ThreadLocal<StoreBuffers> MEMORY = new ThreadLocal<>();

    private Accesses() {}

    /** Runs a part of a program on a memory. */
    static long on(StoreBuffers memory, StoreBuffers.Program part) {
        MEMORY.set(memory);
        try {
            return part.run();
        } finally {
            MEMORY.remove();
        }
    }

    private static Place place(MemorySegment segment, long offset) {
        return new Place(segment.byteSize(), offset);
    }

    private static long load(VarHandle word, MemorySegment segment, long offset, Order order) {
        StoreBuffers memory = MEMORY.get();
        long initial = (long) word.getVolatile(segment, offset);
        return memory == null ? initial : memory.load(place(segment, offset), initial, order);
    }

    private static void store(
            VarHandle word, MemorySegment segment, long offset, long value, boolean isVolatile) {
        StoreBuffers memory = MEMORY.get();
        if (memory == null) {
            word.setVolatile(segment, offset, value);
        } else {
            memory.store(place(segment, offset), value, isVolatile);
        }
    }

    public static long getOpaque(VarHandle word, MemorySegment segment, long offset) {
        return load(word, segment, offset, Order.WEAK);
    }

    public static long getAcquire(VarHandle word, MemorySegment segment, long offset) {
        return load(word, segment, offset, Order.WEAK);
    }

    public static long getVolatile(VarHandle word, MemorySegment segment, long offset) {
        return load(word, segment, offset, Order.VOLATILE);
    }

    public static void setOpaque(VarHandle word, MemorySegment segment, long offset, long value) {
        store(word, segment, offset, value, false);
    }

    public static void setRelease(VarHandle word, MemorySegment segment, long offset, long value) {
        store(word, segment, offset, value, false);
    }

    public static void setVolatile(VarHandle word, MemorySegment segment, long offset, long value) {
        store(word, segment, offset, value, true);
    }

    public static boolean compareAndSet(
            VarHandle word, MemorySegment segment, long offset, long expected, long value) {
        StoreBuffers memory = MEMORY.get();
        if (memory == null) {
            return word.compareAndSet(segment, offset, expected, value);
        }
        long initial = (long) word.getVolatile(segment, offset);
        long old =
                memory.update(
                        place(segment, offset), initial, was -> was == expected ? value : was);
        return old == expected;
    }

    public static void getAndSet(VarHandle word, MemorySegment segment, long offset, long value) {
        StoreBuffers memory = MEMORY.get();
        if (memory == null) {
            word.setVolatile(segment, offset, value);
        } else {
            long initial = (long) word.getVolatile(segment, offset);
            memory.update(place(segment, offset), initial, _ -> value);
        }
    }

    public static long get(MemorySegment segment, ValueLayout.OfLong layout, long offset) {
        StoreBuffers memory = MEMORY.get();
        long initial = segment.get(layout, offset);
        return memory == null ? initial : memory.load(place(segment, offset), initial, Order.WEAK);
    }

    public static void set(
            MemorySegment segment, ValueLayout.OfLong layout, long offset, long value) {
        StoreBuffers memory = MEMORY.get();
        if (memory == null) {
            segment.set(layout, offset, value);
        } else {
            memory.store(place(segment, offset), value, false);
        }
    }

    public static void fullFence() {
        StoreBuffers memory = MEMORY.get();
        if (memory != null) {
            memory.fence();
        }
    }

    /** Loads overtake no loads in this memory. */
    public static void loadLoadFence() {}

    /** Stores overtake no stores in this memory. */
    public static void storeStoreFence() {}
}
