package dev.coppice.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The first bytes of a file that may be a store, read before anything is claimed or made beside it.
 * Stateless.
 */
public final class FileHead {
    private FileHead() {}

    /**
     * Reads the first bytes of a data file; an interrupt does not disturb it.
     *
     * @return as many as it has up to {@code bytes}, or null where there is no file, or none that
     *     this process may read, about which {@link FileStorage#open} has more to say
     * @throws dev.coppice.error.StoreIoException when the path cannot be that of a store
     */
    public static MemorySegment read(Path path, int bytes, Arena arena) {
        StorePath resolved = StorePath.resolve(path);
        if (!resolved.hasData()) {
            return null;
        }
        try (RandomAccessFile file = new RandomAccessFile(resolved.data().toFile(), "r")) {
            byte[] head = new byte[(int) Math.min(bytes, file.length())];
            file.readFully(head);
            MemorySegment copy = arena.allocate(head.length, Long.BYTES);
            MemorySegment.copy(head, 0, copy, ValueLayout.JAVA_BYTE, 0, head.length);
            return copy;
        } catch (IOException e) {
            return null;
        }
    }
}
