package dev.coppice.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/**
 * One mapping of the data file, in chunks. A chunk that was mapped stays mapped until the arena is
 * closed. What is shown never reaches beyond the file; the mapping itself may, so that the file can
 * grow into it: to map anew costs a page fault for each page that is used again.
 *
 * <p>Thread safety: {@link #segments} any thread; the rest one thread at a time.
 */
final class MappedChunks {
    // Immutable
    private final Path file;
    private final Arena arena;
    private final FileChannel.MapMode mode;
    private final Set<? extends OpenOption> options;

    // The longest mapping of every chunk so far; a cut keeps it for the next growth
    private MemorySegment[] mapped = {};

    // Published to any thread
    private volatile MemorySegment[] segments = {};

    private MappedChunks(
            Path file, Arena arena, FileChannel.MapMode mode, Set<? extends OpenOption> options) {
        this.file = file;
        this.arena = arena;
        this.mode = mode;
        this.options = options;
    }

    /** Maps through a channel that can only read, so that nothing can store into it. */
    static MappedChunks readable(Path file, Arena arena) {
        return new MappedChunks(
                file, arena, FileChannel.MapMode.READ_ONLY, Set.of(StandardOpenOption.READ));
    }

    /** {@return a part of a file, mapped for itself and only to be read} */
    static MemorySegment map(Path file, long position, long length, Arena arena)
            throws IOException {
        return Shield.repeatable(() -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                return channel.map(FileChannel.MapMode.READ_ONLY, position, length, arena);
            }
        });
    }

    static MappedChunks writable(Path file, Arena arena) {
        return new MappedChunks(
                file,
                arena,
                FileChannel.MapMode.READ_WRITE,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    MemorySegment[] segments() {
        return segments;
    }

    /** Shows the first {@code size} bytes. Requires: they are in the file. */
    void resize(long size) throws IOException {
        map(size);
        int count = Chunks.count(size);
        MemorySegment[] shown = Arrays.copyOf(segments, count);
        for (int i = 0; i < count; i++) {
            long length = Chunks.length(i, size);
            boolean isShown =
                    shown[i] != null
                            && shown[i].address() == mapped[i].address()
                            && shown[i].byteSize() == length;
            shown[i] = isShown ? shown[i] : mapped[i].asSlice(0, length);
        }
        segments = shown;
    }

    /** {@return whether the file can grow to a size without a chunk that is mapped anew} */
    boolean reaches(long size) {
        return firstToMap(size) == Chunks.count(size);
    }

    /** Maps the first {@code size} bytes, and shows what it did. Requires: they are in the file. */
    void map(long size) throws IOException {
        int count = Chunks.count(size);
        int first = firstToMap(size);
        if (first < count) {
            mapped = Shield.repeatable(() -> mapFrom(first, count, size));
        }
    }

    private int firstToMap(long size) {
        int first = 0;
        while (first < mapped.length
                && first < Chunks.count(size)
                && mapped[first].byteSize() >= Chunks.length(first, size)) {
            first++;
        }
        return first;
    }

    private MemorySegment[] mapFrom(int first, int count, long size) throws IOException {
        MemorySegment[] result = Arrays.copyOf(mapped, Math.max(count, mapped.length));
        try (FileChannel channel = FileChannel.open(file, options)) {
            for (int i = first; i < count; i++) {
                long position = (long) i * Storage.CHUNK_BYTES;
                result[i] = channel.map(mode, position, Chunks.length(i, size), arena);
            }
        }
        return result;
    }
}
