package dev.coppice.testkit;

import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The live file of a simulated disk. Thread safety: one thread. */
final class LiveContent {
    private MemorySegment[] chunks = {};

    MemorySegment chunk(int index) {
        int count = chunks.length;
        if (index >= count) {
            chunks = Arrays.copyOf(chunks, index + 1);
            for (int i = count; i <= index; i++) {
                chunks[i] = block().fill((byte) 0);
            }
        }
        return chunks[index];
    }

    int count() {
        return chunks.length;
    }

    LiveContent copy() {
        LiveContent result = new LiveContent();
        result.chunks = new MemorySegment[chunks.length];
        for (int i = 0; i < chunks.length; i++) {
            result.chunks[i] = block().copyFrom(chunks[i]);
        }
        return result;
    }

    LiveContent afterPowerLoss(LiveFate fate) {
        if (fate == LiveFate.KEPT) {
            return copy();
        }
        LiveContent result = new LiveContent();
        if (fate == LiveFate.ZEROS && chunks.length > 0) {
            result.chunk(chunks.length - 1);
        }
        return result;
    }

    private static MemorySegment block() {
        return NativePool.take(Storage.LIVE_CHUNK_BYTES);
    }

    /** Gives the memory back. */
    void discard() {
        for (MemorySegment chunk : chunks) {
            NativePool.give(chunk);
        }
        chunks = new MemorySegment[0];
    }
}
