package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that the system has free. A virtual machine may give it back to its host; then the first
 * touch of each page costs the microseconds in which the host finds another, whoever touches it.
 */
public final class FreeMemory {
    /** More than a store grows by while it is measured, unless it is loaded. */
    public static final long GROWTH_BYTES = 256L << 20;

    private static final int PIECE_BYTES = 2 << 20;

    private FreeMemory() {}

    /**
     * Has so much of it at hand for the next seconds: a file uses it, and is deleted.
     *
     * @param folder whose neighbour the file is
     */
    public static void touch(Path folder, long bytes) throws IOException {
        Path file = Files.createTempFile(folder.toAbsolutePath().getParent(), "memory-", ".tmp");
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long done = 0; done < bytes; done += piece.limit()) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, bytes - done));
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            }
        } finally {
            Files.delete(file);
        }
    }
}
