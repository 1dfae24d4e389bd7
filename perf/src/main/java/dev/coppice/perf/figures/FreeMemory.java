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
    /** What most stores grow by at most while they are measured, unless they are loaded. */
    public static final long GROWTH_BYTES = 256L << 20;

    /** Of more, a machine may hand back a part at once. */
    private static final long MOST_BYTES = 900L << 20;

    private static final int PIECE_BYTES = 2 << 20;

    private FreeMemory() {}

    /**
     * Has so much of it, 900 MiB at most, at hand for the next seconds: a file uses it, and is
     * deleted.
     *
     * @param folder whose neighbour the file is
     */
    public static void touch(Path folder, long bytes) throws IOException {
        Path file = Files.createTempFile(folder.toAbsolutePath().getParent(), "memory-", ".tmp");
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long end = Math.min(bytes, MOST_BYTES);
            for (long done = 0; done < end; done += piece.limit()) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, end - done));
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            }
        } finally {
            Files.delete(file);
        }
    }
}
