package dev.coppice;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks of values on their way into the store. Stateless. */
final class Values {
    private Values() {}

    static void check(byte[] value, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, value.length);
        checkLength(length);
    }

    static void checkLength(long valueBytes) {
        if (valueBytes < 0) {
            throw new IllegalArgumentException(
                    "length of a value: valueBytes=" + valueBytes + ", min=0");
        }
        if (valueBytes > Keys.MAX_VALUE_BYTES) {
            throw new IllegalArgumentException(
                    "value too long: valueBytes=" + valueBytes + ", max=" + Keys.MAX_VALUE_BYTES);
        }
    }

    static void check(MemorySegment value, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, value.byteSize());
        checkLength(length);
        if (!value.scope().isAlive()) {
            throw new IllegalArgumentException("value: its memory was freed");
        }
        if (!value.isAccessibleBy(Thread.currentThread())) {
            throw new IllegalArgumentException("value: its memory belongs to another thread");
        }
    }

    /**
     * {@return the array that a segment on the heap is a part of, or null where it is none of bytes
     * or cannot be had}
     */
    static byte @Nullable [] array(MemorySegment value) {
        return value.heapBase().orElse(null) instanceof byte[] bytes ? bytes : null;
    }
}
