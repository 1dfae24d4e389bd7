package dev.coppice.perf.commitpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes that a Linux block device was asked to write. Thread safety: immutable. */
final class DeviceWrites {
    private static final int SECTORS_WRITTEN_FIELD = 6;
    private static final int SECTOR_BYTES = 512;

    private final Path stat;

    DeviceWrites(String disk) {
        stat = Path.of("/sys/block", disk, "stat");
    }

    /** {@return bytes written since boot, or 0 where the device is unknown} */
    long bytes() throws IOException {
        if (!Files.exists(stat)) {
            return 0;
        }
        String[] fields = Files.readString(stat).trim().split("\\s+", -1);
        return Long.parseLong(fields[SECTORS_WRITTEN_FIELD]) * SECTOR_BYTES;
    }
}
