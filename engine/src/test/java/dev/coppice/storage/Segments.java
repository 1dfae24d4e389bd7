package dev.coppice.storage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Contents for the tests of this package. */
final class Segments {
    private Segments() {}

    /** {@return a native segment full of one byte} */
    static MemorySegment filled(long bytes, int value) {
        return Arena.ofAuto().allocate(bytes).fill((byte) value);
    }

    static byte at(MemorySegment[] chunks, long position) {
        MemorySegment chunk = chunks[(int) (position / Storage.CHUNK_BYTES)];
        return chunk.get(ValueLayout.JAVA_BYTE, position % Storage.CHUNK_BYTES);
    }

    static void store(MemorySegment[] chunks, long position, int value) {
        MemorySegment chunk = chunks[(int) (position / Storage.CHUNK_BYTES)];
        chunk.set(ValueLayout.JAVA_BYTE, position % Storage.CHUNK_BYTES, (byte) value);
    }
}
