package dev.coppice.storage;

import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A store in off-heap memory, which ends with the process. There is nothing to flush, and nothing
 * survives {@link #close}.
 *
 * <p>Memory is reserved in chunks of {@link Storage#CHUNK_BYTES} and taken page by page as it is
 * first touched, so a small store stays small and growth moves no byte: an older chunk array shows
 * the same memory as a newer one. What {@link #truncate} cuts is kept for the next growth.
 *
 * <p>Thread safety: as {@link Storage} says.
 */
public final class MemoryStorage implements Storage {
    private static final MemorySegment[] NOTHING = {};

    // Immutable
    private final long maxSize;
    private final Arena arena = Arena.ofShared();
    private final Object deliveryMonitor = new Object();

    // Guarded by this; whole chunks, never removed
    private final List<MemorySegment> reserved = new ArrayList<>();
    private long touchedBytes;
    private boolean isClosed;

    // Written under this, read by any thread; the live chunks are never removed
    private volatile long size;
    private volatile MemorySegment[] writable = NOTHING;
    private volatile MemorySegment[] readable = NOTHING;
    private volatile MemorySegment[] live = NOTHING;

    /**
     * Makes an empty storage.
     *
     * @param maxSize bytes that the store may take, beyond which growth is refused
     */
    public MemoryStorage(long maxSize) {
        if (maxSize <= 0) {
            throw new IllegalArgumentException("no room at all: maxSize=" + maxSize);
        }
        this.maxSize = maxSize;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long maxSize() {
        return maxSize;
    }

    @Override
    public synchronized void create(MemorySegment content) {
        Ranges.checkCreation(size, content.byteSize());
        resize(content.byteSize());
        write(0, content, 0, content.byteSize());
    }

    @Override
    public synchronized void grow(long newSize) {
        Ranges.checkGrowth(size, newSize);
        resize(newSize);
    }

    @Override
    public synchronized void truncate(long newSize) {
        Ranges.checkCut(size, newSize);
        checkOpen();
        size = newSize;
        show(newSize);
    }

    private void resize(long newSize) {
        checkOpen();
        if (newSize > maxSize) {
            throw new StoreFullException(
                    "The store in memory may not grow to "
                            + newSize
                            + " bytes: its maximum size is "
                            + maxSize
                            + " bytes.");
        }
        long oldSize = size;
        reserve(newSize);
        show(newSize);
        zero(oldSize, Math.min(newSize, touchedBytes));
        touchedBytes = Math.max(touchedBytes, newSize);
        size = newSize;
    }

    private void reserve(long newSize) {
        try {
            while ((long) reserved.size() * CHUNK_BYTES < newSize) {
                reserved.add(LazyMemory.allocate(arena));
            }
        } catch (OutOfMemoryError e) {
            throw new StoreFullException(
                    "The system has no memory for a store of " + newSize + " bytes.", e);
        }
    }

    private void show(long newSize) {
        MemorySegment[] segments = new MemorySegment[Chunks.count(newSize)];
        MemorySegment[] views = new MemorySegment[segments.length];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = reserved.get(i).asSlice(0, Chunks.length(i, newSize));
            views[i] = segments[i].asReadOnly();
        }
        writable = segments;
        readable = views;
    }

    /** Clears what an earlier cut left behind. */
    private void zero(long first, long limit) {
        for (long position = first; position < limit; ) {
            int chunk = Chunks.index(position);
            long offset = Chunks.offset(position);
            long length = Math.min(limit - position, CHUNK_BYTES - offset);
            reserved.get(chunk).asSlice(offset, length).fill((byte) 0);
            position += length;
        }
    }

    @Override
    public MemorySegment[] chunks() {
        return readable;
    }

    @Override
    public MemorySegment[] writableChunks() {
        return writable;
    }

    @Override
    public boolean canStoreThroughMapping() {
        return true;
    }

    @Override
    public void write(long position, MemorySegment source, long sourceOffset, long length) {
        MemorySegment[] target = writable;
        Ranges.checkInside(position, length, size);
        for (long done = 0; done < length; ) {
            long offset = Chunks.offset(position + done);
            long piece = Math.min(length - done, CHUNK_BYTES - offset);
            MemorySegment.copy(
                    source,
                    sourceOffset + done,
                    target[Chunks.index(position + done)],
                    offset,
                    piece);
            done += piece;
        }
    }

    @Override
    public void stored(long position, long length) {
        // The memory is all there is.
    }

    @Override
    public void sync() {
        // Nothing outlives the process.
    }

    @Override
    public void sync(long[] ranges, int count) {
        // Nothing outlives the process.
    }

    @Override
    public MemorySegment liveChunk(int index) {
        MemorySegment[] known = live;
        return index < known.length ? known[index] : appendLive(index);
    }

    private synchronized MemorySegment appendLive(int index) {
        checkOpen();
        MemorySegment[] chunks = live;
        if (index >= chunks.length) {
            int count = chunks.length;
            chunks = Arrays.copyOf(chunks, index + 1);
            for (int i = count; i <= index; i++) {
                chunks[i] = arena.allocate(LIVE_CHUNK_BYTES, 4096);
            }
            live = chunks;
        }
        return chunks[index];
    }

    @Override
    public int liveChunkCount() {
        return live.length;
    }

    @Override
    public void liveStored(long position, long length) {
        // The memory is all there is.
    }

    @Override
    public Identity identity() {
        return new Identity(0, 0, 0, 0);
    }

    @Override
    public void deliveryPoint() {
        DeliveryPoint.pass(deliveryMonitor);
    }

    private void checkOpen() {
        if (isClosed) {
            throw new StoreClosedException("The store in memory is closed.");
        }
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            arena.close();
        }
    }
}
