package dev.coppice.perf.commitpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a Linux block device was asked to do since boot. Thread safety: immutable. */
public final class DeviceWrites {
    private static final int SECTORS_WRITTEN_FIELD = 6;
    private static final int FLUSHES_FIELD = 15;
    private static final int SECTOR_BYTES = 512;

    private final Path stat;

    DeviceWrites(String disk) {
        this(Path.of("/sys/block", disk, "stat"));
    }

    private DeviceWrites(Path stat) {
        this.stat = stat;
    }

    /** {@return the device that holds a file; one that counts nothing where that is unknown} */
    public static DeviceWrites holding(Path file) throws IOException {
        Path existing = file.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!existing.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return new DeviceWrites(Path.of("nowhere"));
        }
        long device = (long) Files.getAttribute(existing, "unix:dev");
        long major = (device >> 8) & 0xfff;
        long minor = (device & 0xff) | ((device >> 12) & 0xfff00);
        return new DeviceWrites(Path.of("/sys/dev/block", major + ":" + minor, "stat"));
    }

    /** {@return whether there are counters} */
    public boolean isKnown() {
        return Files.exists(stat);
    }

    /** {@return bytes written, or 0 where the device is unknown} */
    public long bytes() throws IOException {
        return field(SECTORS_WRITTEN_FIELD) * SECTOR_BYTES;
    }

    /** {@return flushes done, or 0 where they are not counted} */
    public long flushes() throws IOException {
        return field(FLUSHES_FIELD);
    }

    private long field(int index) throws IOException {
        if (!isKnown()) {
            return 0;
        }
        String[] fields = Files.readString(stat).trim().split("\\s+", -1);
        return index < fields.length ? Long.parseLong(fields[index]) : 0;
    }
}
