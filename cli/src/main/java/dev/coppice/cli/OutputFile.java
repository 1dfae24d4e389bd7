package dev.coppice.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file that is written whole or removed again.
 *
 * <p>Thread safety: one thread.
 */
final class OutputFile implements AutoCloseable {
    private final Path path;
    private final FileOutputStream stream;
    private final Output output;
    private final boolean isRegular;
    private boolean isComplete;

    private OutputFile(Path path) throws IOException {
        this.path = path;
        this.stream = new FileOutputStream(path.toFile());
        this.output = new Output(stream);
        this.isRegular = Files.isRegularFile(path);
    }

    /**
     * Opens a file.
     *
     * @param mayReplace whether a file that exists is replaced
     * @throws UsageException where it exists and may not
     */
    static OutputFile create(Path path, boolean mayReplace) throws IOException {
        boolean isInTheWay =
                Files.isDirectory(path)
                        || (!mayReplace && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
        if (isInTheWay) {
            throw new UsageException(
                    path + " exists already: name another file, or replace it with --force");
        }
        try {
            return new OutputFile(path);
        } catch (IOException e) {
            throw new UsageException("cannot write " + path + ": " + e.getMessage(), e);
        }
    }

    Output output() {
        return output;
    }

    /** Says that everything is written. */
    void complete() {
        output.flush();
        isComplete = true;
    }

    @Override
    public void close() throws IOException {
        stream.close();
        if (!isComplete && isRegular) {
            Files.deleteIfExists(path);
        }
    }
}
