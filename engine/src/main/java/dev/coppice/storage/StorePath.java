package dev.coppice.storage;

import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Where the files of a store are, free of symbolic links, so that a store has one live file however
 * it is reached. Thread safety: immutable.
 *
 * @param data the store itself
 * @param live the live file beside it
 * @param creating what the data file is called until it is complete
 */
record StorePath(Path data, Path live, Path creating) {
    private static final String LIVE = "-live";
    private static final String CREATING = "-creating";
    private static final int BLOCK_BYTES = 4096;

    /** Resolves a path and checks what can be checked before any file is opened. */
    static StorePath resolve(Path path) {
        Path absolute = path.toAbsolutePath();
        if (absolute.getFileName() == null || Files.isDirectory(absolute)) {
            throw new StoreIoException(
                    path + " is a directory, but a store is a file: name a file in it.");
        }
        checkName(path, absolute.getFileName().toString());
        Path real = Files.exists(absolute) ? existing(absolute) : missing(path, absolute);
        String name = real.getFileName().toString();
        return new StorePath(real, real.resolveSibling(name + LIVE), creatingOf(real));
    }

    private static void checkName(Path path, String name) {
        if (name.endsWith(LIVE) || name.endsWith(CREATING)) {
            throw new StoreIoException(
                    path
                            + " has the name of a file that belongs to a store: names of stores do"
                            + " not end in "
                            + LIVE
                            + " or "
                            + CREATING
                            + ".");
        }
    }

    private static Path existing(Path absolute) {
        if (!Files.isRegularFile(absolute)) {
            throw new StoreIoException(absolute + " is not a regular file: name another one.");
        }
        try {
            return absolute.toRealPath();
        } catch (IOException e) {
            throw Failures.of("resolving " + absolute, e);
        }
    }

    private static Path missing(Path path, Path absolute) {
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreIoException(
                    path + " is a symbolic link to a file that does not exist: remove the link.");
        }
        Path parent = absolute.getParent();
        if (!Files.isDirectory(parent)) {
            throw new StoreIoException(
                    "The directory "
                            + parent
                            + " does not exist: create it before the store "
                            + path
                            + ".");
        }
        try {
            return parent.toRealPath().resolve(absolute.getFileName());
        } catch (IOException e) {
            throw Failures.of("resolving " + parent, e);
        }
    }

    private static Path creatingOf(Path real) {
        return real.resolveSibling(real.getFileName() + CREATING);
    }

    /** {@return the directory that holds all three} */
    Path directory() {
        return data.getParent();
    }

    boolean hasData() {
        return Files.exists(data);
    }

    /** {@return the bytes of the existing data file, whole blocks only} */
    long dataBytes() {
        long bytes;
        try {
            bytes = Files.size(data);
        } catch (IOException e) {
            throw Failures.of("reading the size of " + data, e);
        }
        if (bytes < BLOCK_BYTES) {
            throw new StoreIoException(
                    data
                            + " has "
                            + bytes
                            + " bytes, which is less than any store: it is not a store or was cut;"
                            + " delete it or name another file.");
        }
        return bytes - bytes % BLOCK_BYTES;
    }
}
