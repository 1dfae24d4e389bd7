package dev.coppice.fuzz.crash;

import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A 64-bit hash over all that a process opening a disk can see. Stateless. */
final class ImageHash {
    /** The words of the live file end here; what follows is reset at every opening. */
    private static final long LIVE_BYTES = 12_288;

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private ImageHash() {}

    static long of(SimulatedDisk disk) {
        Storage storage = disk;
        long hash = storage.identity().bootLow() * FACTOR + storage.size();
        for (MemorySegment chunk : storage.chunks()) {
            hash = mix(hash, chunk, chunk.byteSize());
        }
        if (storage.liveChunkCount() > 0) {
            hash = mix(hash, storage.liveChunk(0), LIVE_BYTES);
        }
        return hash;
    }

    private static long mix(long seed, MemorySegment s, long bytes) {
        long a = seed;
        long b = ~seed;
        for (long at = 0; at < bytes; at += 2 * Long.BYTES) {
            a = (a ^ s.get(ValueLayout.JAVA_LONG_UNALIGNED, at)) * FACTOR;
            a ^= a >>> 29;
            b = (b ^ s.get(ValueLayout.JAVA_LONG_UNALIGNED, at + Long.BYTES)) * FACTOR;
            b ^= b >>> 31;
        }
        return (a ^ b * 31) * FACTOR;
    }
}
