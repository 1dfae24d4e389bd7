package dev.coppice.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Native memory that is used again and again: an image of a disk would otherwise cost the zeroing
 * of its memory and an arena of its own.
 *
 * <p>Thread safety: any thread.
 */
final class NativePool {
    private static final int MIN_SHIFT = 16;
    private static final long MAX_FREE_BYTES = 1L << 27;

    // Guarded by the class: blocks by the power of two that they hold, and the bytes in all of them
    private static final List<Deque<MemorySegment>> FREE = new ArrayList<>();
    private static long freeBytes;

    static {
        for (int shift = 0; shift < Long.SIZE; shift++) {
            FREE.add(new ArrayDeque<>());
        }
    }

    private NativePool() {}

    /** {@return a block with at least so many bytes, holding anything} */
    static MemorySegment take(long bytes) {
        int shift = Math.max(MIN_SHIFT, Long.SIZE - Long.numberOfLeadingZeros(bytes - 1));
        synchronized (NativePool.class) {
            MemorySegment free = FREE.get(shift).poll();
            if (free != null) {
                freeBytes -= free.byteSize();
                return free;
            }
        }
        return Arena.ofAuto().allocate(1L << shift, 4096);
    }

    /** Takes a block back. Requires: nobody uses it any more. */
    static synchronized void give(MemorySegment block) {
        if (freeBytes + block.byteSize() <= MAX_FREE_BYTES) {
            freeBytes += block.byteSize();
            FREE.get(Long.numberOfTrailingZeros(block.byteSize())).push(block);
        }
    }
}
