package dev.coppice.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the platform tells about this machine, this boot of it, this process and a file. Thread
 * safety: any thread.
 */
final class Machine {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final UUID UNKNOWN = new UUID(0, 0);

    /** Asked once: it takes a dozen calls of the system. */
    private static final Optional<Instant> STARTED = ProcessHandle.current().info().startInstant();

    private Machine() {}

    /** {@return whether flushes cover mapped stores and mappings behave as on Linux} */
    static boolean isLinux() {
        return System.getProperty("os.name", "").startsWith("Linux");
    }

    /** {@return what changes with every start of the kernel, or zeros} */
    static UUID bootId() {
        if (!isLinux()) {
            return UNKNOWN;
        }
        return firstLine(BOOT_ID).flatMap(Machine::parseUuid).orElse(UNKNOWN);
    }

    private static Optional<UUID> parseUuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** {@return device and inode of an existing file, zeros where there are none} */
    static FileKey fileKey(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return FileKey.UNKNOWN;
        }
        Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino");
        return new FileKey((Long) attributes.get("dev"), (Long) attributes.get("ino"));
    }

    /** {@return how many names a file has, 1 where the system does not tell} */
    static int names(Path file) {
        try {
            return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? (Integer) Files.getAttribute(file, "unix:nlink")
                    : 1;
        } catch (IOException e) {
            return 1;
        }
    }

    /** {@return when this process started, where the system tells} */
    static Optional<Instant> processStart() {
        return STARTED;
    }

    /** {@return this process in words, for whoever is refused} */
    static String describeProcess() {
        String started = STARTED.map(Instant::toString).orElse("unknown");
        return describe(ProcessHandle.current().pid(), started, hostName());
    }

    static String describe(long pid, String started, String host) {
        return "process " + pid + ", started " + started + ", on host " + host;
    }

    static String hostName() {
        String fallback = System.getenv().getOrDefault("COMPUTERNAME", "unknown");
        return firstLine(HOST_NAME).orElse(System.getenv().getOrDefault("HOSTNAME", fallback));
    }

    private static Optional<String> firstLine(Path file) {
        try {
            return Files.readString(file).lines().findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Names a file beyond its path.
     *
     * @param device device that holds it
     * @param inode its number there, 0 where it is not known
     */
    record FileKey(long device, long inode) {
        static final FileKey UNKNOWN = new FileKey(0, 0);
    }
}
