package dev.coppice.testkit;

import dev.coppice.error.ReadOnlyException;
import dev.coppice.storage.Identity;
import dev.coppice.storage.Processes;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;

/**
 * A simulated disk as a process sees it that reads beside the one that writes: it maps what was
 * there when it came, and more only when told to.
 *
 * <p>Thread safety: any thread.
 */
final class SimulatedReader implements Storage {
    // Immutable
    private final SimulatedDisk disk;
    private final SimulatedProcesses.Row row;

    // Replaced under this, read by any thread
    private volatile MemorySegment[] chunks;
    private volatile long size;

    SimulatedReader(SimulatedDisk disk, SimulatedProcesses.Row row) {
        this.disk = disk;
        this.row = row;
        this.chunks = disk.chunks();
        this.size = disk.size();
    }

    @Override
    public synchronized void reach(long bytes) {
        if (bytes > size) {
            chunks = disk.chunks();
            size = disk.size();
        }
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long maxSize() {
        return disk.maxSize();
    }

    @Override
    public MemorySegment[] chunks() {
        return chunks;
    }

    @Override
    public MemorySegment liveChunk(int index) {
        return disk.sharedChunk(index);
    }

    @Override
    public int liveChunkCount() {
        return disk.liveChunkCount();
    }

    @Override
    public void liveStored(long position, long length) {
        // Only what the writer does is a step.
    }

    @Override
    public Processes processes() {
        return row;
    }

    @Override
    public Identity identity() {
        return disk.identity();
    }

    @Override
    public void deliveryPoint() {
        // Nothing was stored.
    }

    @Override
    public boolean canStoreThroughMapping() {
        return false;
    }

    @Override
    public void sync() {
        // Nothing was written.
    }

    @Override
    public void sync(long[] ranges, int count) {
        // Nothing was written.
    }

    @Override
    public void create(MemorySegment content) {
        throw refused();
    }

    @Override
    public void grow(long newSize) {
        throw refused();
    }

    @Override
    public void truncate(long newSize) {
        throw refused();
    }

    @Override
    public MemorySegment[] writableChunks() {
        throw refused();
    }

    @Override
    public void write(long position, MemorySegment source, long sourceOffset, long length) {
        throw refused();
    }

    @Override
    public void stored(long position, long length) {
        throw refused();
    }

    private static ReadOnlyException refused() {
        return new ReadOnlyException("This process only reads the simulated disk.");
    }

    @Override
    public void close() {
        row.die();
    }
}
