package dev.coppice.storage;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** A file system mounted for one test; the test is skipped where this process may not mount. */
final class Mount implements AutoCloseable {
    private final Path directory;

    private Mount(Path directory) {
        this.directory = directory;
    }

    static Mount tmpfs(Path directory, String options) throws IOException {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString()) == 0,
                "this process may not mount a tmpfs");
        return new Mount(directory);
    }

    Path directory() {
        return directory;
    }

    void remount(String option) throws IOException {
        assumeTrue(
                run("mount", "-o", "remount," + option, directory.toString()) == 0,
                "this process may not remount");
    }

    private static int run(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return process.onExit().join().exitValue();
    }

    @Override
    public void close() throws IOException {
        if (run("umount", directory.toString()) != 0) {
            throw new IOException("could not unmount " + directory);
        }
    }
}
