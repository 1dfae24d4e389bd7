package dev.coppice.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Zeroed native memory that takes up room only where it is touched.
 *
 * <p>Thread safety: any thread.
 */
final class LazyMemory {
    /*
     * Arena.allocate zeroes what it hands out and so touches all of it: 64 MiB cost 30 ms and 64 MiB
     * of memory. Here a block is a private (copy-on-write) mapping of an empty, sparse, deleted
     * temporary file instead: 10 us, and 2.5 us for each page at its first touch. Nothing stored
     * into a private mapping ever reaches the file, every block maps the same one, and a full disk
     * does not matter. Where no such file can be made, blocks come from Arena.allocate.
     */

    private static final Path DIRECTORY = Path.of(System.getProperty("java.io.tmpdir", "."));

    // Guarded by the class
    private static FileChannel emptyFile;

    private LazyMemory() {}

    /** {@return a block of zeros that lives as long as the arena} */
    static MemorySegment allocate(Arena arena) {
        if (!isPosix()) {
            return arena.allocate(Storage.CHUNK_BYTES, 4096);
        }
        try {
            return Shield.repeatable(() -> map(arena));
        } catch (IOException e) {
            return arena.allocate(Storage.CHUNK_BYTES, 4096);
        }
    }

    private static boolean isPosix() {
        return DIRECTORY.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static synchronized MemorySegment map(Arena arena) throws IOException {
        if (emptyFile == null || !emptyFile.isOpen()) {
            emptyFile = deletedFile();
        }
        return emptyFile.map(FileChannel.MapMode.PRIVATE, 0, Storage.CHUNK_BYTES, arena);
    }

    private static FileChannel deletedFile() throws IOException {
        Path file = Files.createTempFile(DIRECTORY, "coppice-memory", null);
        try {
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(file);
        }
    }
}
