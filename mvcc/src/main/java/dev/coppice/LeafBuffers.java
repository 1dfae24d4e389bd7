package dev.coppice;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Native memory of one page for each open cursor, used again when the cursor closes.
 *
 * <p>Thread safety: any thread.
 */
final class LeafBuffers {
    private static final int BUFFERS_PER_SLAB = 16;

    private final ConcurrentLinkedQueue<MemorySegment> free = new ConcurrentLinkedQueue<>();
    private final int pageBytes;

    LeafBuffers(int pageBytes) {
        this.pageBytes = pageBytes;
    }

    MemorySegment take() {
        MemorySegment buffer = free.poll();
        if (buffer != null) {
            return buffer;
        }
        // Lives as long as a buffer of it is in use or waiting here.
        long bytes = (long) pageBytes * BUFFERS_PER_SLAB;
        MemorySegment slab = Arena.ofAuto().allocate(bytes, 64);
        for (int i = 1; i < BUFFERS_PER_SLAB; i++) {
            free.add(slab.asSlice((long) i * pageBytes, pageBytes));
        }
        return slab.asSlice(0, pageBytes);
    }

    void give(MemorySegment buffer) {
        free.add(buffer);
    }
}
