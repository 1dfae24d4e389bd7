package dev.coppice.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that a command reads, or standard input.
 *
 * <p>Thread safety: one thread.
 */
final class InputFile implements AutoCloseable {
    static final Path STANDARD_INPUT = Path.of("-");

    private final InputStream stream;
    private final long length;
    private final boolean isOwn;

    private InputFile(InputStream stream, long length, boolean isOwn) {
        this.stream = stream;
        this.length = length;
        this.isOwn = isOwn;
    }

    /**
     * Opens a file; "-" is standard input.
     *
     * @throws UsageException where it cannot be read
     */
    static InputFile open(Path path, Console console) throws IOException {
        if (path.equals(STANDARD_INPUT)) {
            return new InputFile(console.in(), -1, false);
        }
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new UsageException("cannot read " + path + ": check the path");
        }
        long length = Files.isRegularFile(path) ? Files.size(path) : -1;
        return new InputFile(new FileInputStream(path.toFile()), length, true);
    }

    InputStream stream() {
        return stream;
    }

    /** {@return how many bytes there are, or -1 where only their end will tell} */
    long length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        if (isOwn) {
            stream.close();
        }
    }
}
