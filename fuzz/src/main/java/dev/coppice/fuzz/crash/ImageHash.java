package dev.coppice.fuzz.crash;

import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.page.Checksum;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A 64-bit hash over all that a process opening a disk can see. Stateless. */
final class ImageHash {
    /** The words of the live file end here; what follows is reset at every opening. */
    private static final long LIVE_BYTES = 12_288;

    /** Where the id of the store, the only thing that differs from run to run, is in a block. */
    private static final long STORE_ID_OFFSET = 16;

    private static final long BLOCK_BYTES = 4096;
    private static final long SLOTS_END = 3 * BLOCK_BYTES;
    private static final long STORE_ID_BYTES = 2 * Long.BYTES;

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

    /** {@return the same for images that differ in the store's id only, wherever it stands} */
    static long withoutStoreId(SimulatedDisk disk) {
        Storage storage = disk;
        long hash = storage.identity().bootLow() * FACTOR + storage.size();
        MemorySegment[] chunks = storage.chunks();
        if (chunks.length == 0) {
            return hash;
        }
        for (long block = 0; block < SLOTS_END; block += BLOCK_BYTES) {
            hash = mixBlock(hash, chunks[0], block);
        }
        // The second copy of the header is written once, with the first.
        hash = mix(hash, chunks[0].asSlice(SLOTS_END, HeaderBlock.COPY_POSITION - SLOTS_END));
        hash = mix(hash, chunks[0].asSlice(HeaderBlock.COPY_POSITION + BLOCK_BYTES));
        for (int i = 1; i < chunks.length; i++) {
            hash = mix(hash, chunks[i]);
        }
        if (storage.liveChunkCount() > 0) {
            MemorySegment live = storage.liveChunk(0);
            long from = STORE_ID_OFFSET + STORE_ID_BYTES;
            hash = mix(hash, live.asSlice(0, STORE_ID_OFFSET));
            hash = mix(hash, live.asSlice(from, LIVE_BYTES - from));
        }
        return hash;
    }

    /** Its checksum depends on the store's id: what counts is whether it is right. */
    private static long mixBlock(long seed, MemorySegment s, long block) {
        long from = STORE_ID_OFFSET + STORE_ID_BYTES;
        long end = BLOCK_BYTES - Integer.BYTES;
        long hash = mix(seed, s.asSlice(block, STORE_ID_OFFSET));
        hash = mix(hash, s.asSlice(block + from, end - Integer.BYTES - from));
        int computed = new Checksum((int) BLOCK_BYTES).of(s, block, (int) end);
        boolean isIntact = s.get(ValueLayout.JAVA_INT_UNALIGNED, block + end) == computed;
        return isIntact ? hash : ~hash;
    }

    private static long mix(long seed, MemorySegment s) {
        return mix(seed, s, s.byteSize() & -(2 * Long.BYTES));
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
