package dev.coppice.storage;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Decides how a data file is flushed: as a whole, or only some ranges of it.
 *
 * <p>Thread safety: any thread.
 */
final class Flusher {
    /*
     * On Linux fdatasync covers mapped stores, and msync of a slice of the writable mapping covers
     * writes by position. Elsewhere a flush is both, of everything.
     *
     * A flush of ranges does not cover the end of a file that has grown: its size on the medium
     * moves when the blocks there are written back. So while a change of size is not flushed, a
     * flush of ranges is one of everything.
     */

    /** With more ranges than this one flush of the whole file is cheaper. */
    private static final int MAX_RANGES = 4;

    // Immutable
    private final Path file;
    private final DataFile data;

    // Guarded by this: nothing is known about the size that an opening found
    private long sizeChanges = 1;
    private long flushedSizeChanges;

    Flusher(Path file, DataFile data) {
        this.file = file;
        this.data = data;
    }

    /** Notes that the size of the file is about to change. */
    synchronized void noteSizeChange() {
        sizeChanges++;
    }

    private synchronized long sizeChanges() {
        return sizeChanges;
    }

    private synchronized boolean isSizeFlushed() {
        return flushedSizeChanges == sizeChanges;
    }

    private synchronized void noteFlushed(long changes) {
        flushedSizeChanges = Math.max(flushedSizeChanges, changes);
    }

    /**
     * Flushes everything.
     *
     * @param writable the chunks through which was stored, none if there is no such mapping
     */
    void flush(MemorySegment[] writable) {
        long changes = sizeChanges();
        if (!Machine.isLinux()) {
            for (MemorySegment chunk : writable) {
                force(chunk);
            }
        }
        data.flush();
        noteFlushed(changes);
    }

    /**
     * Flushes at least the given ranges and the size.
     *
     * @param ranges pairs of position and length, inside the chunks
     */
    void flush(MemorySegment[] writable, long[] ranges, int count) {
        boolean byRange = writable.length > 0 && count <= MAX_RANGES && Machine.isLinux();
        if (byRange && isSizeFlushed()) {
            for (int i = 0; i < count; i++) {
                forceRange(writable, ranges[2 * i], ranges[2 * i + 1]);
            }
        } else {
            flush(writable);
        }
    }

    private void forceRange(MemorySegment[] writable, long position, long length) {
        for (long done = 0; done < length; ) {
            long offset = Chunks.offset(position + done);
            long bytes = Math.min(length - done, Storage.CHUNK_BYTES - offset);
            force(writable[Chunks.index(position + done)].asSlice(offset, bytes));
            done += bytes;
        }
    }

    private void force(MemorySegment segment) {
        try {
            segment.force();
        } catch (UncheckedIOException e) {
            throw Failures.of("flushing " + file, e.getCause());
        }
    }
}
