package dev.coppice.perf.commitpath;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * The data file of a measurement: physically written once, dropped from the page cache and scanned
 * sequentially before each use, so that the kernel holds it in large folios. Thread safety: one
 * thread.
 */
final class ScratchFile {
    static final int PAGE_BYTES = 4096;
    static final int EXTENT_PAGES = 512;
    static final int EXTENT_BYTES = PAGE_BYTES * EXTENT_PAGES;
    private static final int WRITE_BYTES = 64 * 1024;

    private ScratchFile() {}

    /** Writes the file in 64 KiB pieces of random bytes unless it has that size already. */
    static void ensureWritten(Path path, long bytes) throws IOException {
        if (Files.exists(path) && Files.size(path) == bytes) {
            return;
        }
        byte[] content = new byte[WRITE_BYTES];
        var random = new Random(1);
        try (var channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (long position = 0; position < bytes; position += WRITE_BYTES) {
                random.nextBytes(content);
                channel.write(ByteBuffer.wrap(content), position);
            }
            channel.force(true);
        }
    }

    /** Empties the page cache; needs root, and without it the run only warns. */
    static void dropPageCache() throws IOException {
        Path dropCaches = Path.of("/proc/sys/vm/drop_caches");
        if (Files.isWritable(dropCaches)) {
            Files.writeString(dropCaches, "3");
        } else {
            System.err.println("warning: not root, page cache kept; folio sizes are unknown");
        }
    }

    /** Maps the file and reads one long of every page in ascending order. */
    static MemorySegment mapAndScan(Path path, Arena arena) throws IOException {
        try (var channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment file = channel.map(MapMode.READ_WRITE, 0, channel.size(), arena);
            long sum = 0;
            for (long position = 0; position < file.byteSize(); position += PAGE_BYTES) {
                sum += file.get(ValueLayout.JAVA_LONG_UNALIGNED, position);
            }
            if (sum == 0) {
                System.err.println("warning: the file is empty");
            }
            return file;
        }
    }
}
