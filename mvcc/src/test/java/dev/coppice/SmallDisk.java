package dev.coppice;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** A file system of a given size; the test is skipped where this process may not mount one. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    static SmallDisk mount(Path directory, String size) throws IOException {
        String options = "size=" + size;
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString()) == 0,
                "skipped: this user may not mount a tmpfs");
        return new SmallDisk(directory);
    }

    void resize(String size) throws IOException {
        assumeTrue(
                run("mount", "-o", "remount,size=" + size, directory.toString()) == 0,
                "skipped: this user may not remount a tmpfs");
    }

    private static int run(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .onExit()
                .join()
                .exitValue();
    }

    @Override
    public void close() throws IOException {
        if (run("umount", directory.toString()) != 0) {
            throw new IOException("could not unmount " + directory);
        }
    }
}
