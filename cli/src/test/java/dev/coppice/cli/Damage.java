package dev.coppice.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Damages the files of closed stores. Stateless. */
final class Damage {
    private static final int PAGE_BYTES = 4096;

    private Damage() {}

    /** Zeroes a part of every third page behind the first quarter of a file. */
    static void zero(Path file) throws IOException {
        long pages = Files.size(file) / PAGE_BYTES;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long page = pages / 4; page < pages; page += 3) {
                channel.write(ByteBuffer.wrap(new byte[64]), page * PAGE_BYTES + 1000);
            }
        }
    }
}
