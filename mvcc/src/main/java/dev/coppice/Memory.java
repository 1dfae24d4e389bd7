package dev.coppice;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Checks of memory that callers hand in. Stateless. */
final class Memory {
    private Memory() {}

    /**
     * Refuses what cannot be written to, before it fails inside a read, where the failure would be
     * taken for one of the store.
     */
    static void checkWritable(MemorySegment target, long offset) {
        Objects.checkFromIndexSize(offset, target.byteSize() - offset, target.byteSize());
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("the target segment is read-only");
        }
        checkAccessible(target);
    }

    /** Refuses a segment whose arena is closed, or that belongs to another thread. */
    static void checkAccessible(MemorySegment segment) {
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the arena of the segment is closed");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new IllegalArgumentException(
                    "the segment belongs to another thread: its arena is confined");
        }
    }
}
