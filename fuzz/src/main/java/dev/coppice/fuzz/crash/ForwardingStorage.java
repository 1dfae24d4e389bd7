package dev.coppice.fuzz.crash;

import dev.coppice.storage.Identity;
import dev.coppice.storage.Processes;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;

/** A storage that hands every call on, for subclasses that do not. */
public class ForwardingStorage implements Storage {
    private final Storage target;

    protected ForwardingStorage(Storage target) {
        this.target = target;
    }

    @Override
    public boolean isReadOnly() {
        return target.isReadOnly();
    }

    @Override
    public long size() {
        return target.size();
    }

    @Override
    public long writtenBytes() {
        return target.writtenBytes();
    }

    @Override
    public long maxSize() {
        return target.maxSize();
    }

    @Override
    public void create(MemorySegment content) {
        target.create(content);
    }

    @Override
    public void grow(long newSize) {
        target.grow(newSize);
    }

    @Override
    public void truncate(long newSize) {
        target.truncate(newSize);
    }

    @Override
    public MemorySegment[] chunks() {
        return target.chunks();
    }

    @Override
    public MemorySegment[] writableChunks() {
        return target.writableChunks();
    }

    @Override
    public boolean canStoreThroughMapping() {
        return target.canStoreThroughMapping();
    }

    @Override
    public void write(long position, MemorySegment source, long sourceOffset, long length) {
        target.write(position, source, sourceOffset, length);
    }

    @Override
    public void stored(long position, long length) {
        target.stored(position, length);
    }

    @Override
    public void sync() {
        target.sync();
    }

    @Override
    public void sync(long[] ranges, int count) {
        target.sync(ranges, count);
    }

    @Override
    public MemorySegment liveChunk(int index) {
        return target.liveChunk(index);
    }

    @Override
    public int liveChunkCount() {
        return target.liveChunkCount();
    }

    @Override
    public void liveStored(long position, long length) {
        target.liveStored(position, length);
    }

    @Override
    public Processes processes() {
        return target.processes();
    }

    @Override
    public void reach(long bytes) {
        target.reach(bytes);
    }

    @Override
    public Identity identity() {
        return target.identity();
    }

    @Override
    public void deliveryPoint() {
        target.deliveryPoint();
    }

    @Override
    public void close() {
        target.close();
    }
}
