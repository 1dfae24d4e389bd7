package dev.coppice;

import dev.coppice.storage.FileStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that is made under another name and gets its own when it is whole and on the medium. The
 * names are unique, so that two who make one target cannot meet before the end, where the file
 * system lets one of them win.
 *
 * <p>Thread safety: one thread.
 */
final class NewFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;

    /**
     * Prepares.
     *
     * @param purpose of the file, for errors
     * @param target where it is to be; no file may be there
     */
    NewFile(String purpose, Path target) {
        this.target = Objects.requireNonNull(target, "target").toAbsolutePath();
        if (target.getFileName() == null || Files.exists(this.target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    purpose + ": " + target + " exists already; name a file that does not");
        }
        Path directory = this.target.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    purpose + ": there is no directory " + directory + "; create it");
        }
        String name = Integer.toHexString(ThreadLocalRandom.current().nextInt());
        this.temporary = this.target.resolveSibling(this.target.getFileName() + "-copying-" + name);
    }

    Path target() {
        return target;
    }

    /** {@return the name that it has while it is made} */
    Path temporary() {
        return temporary;
    }

    /** Flushes it and gives it its name. */
    void complete() {
        FileStorage.rename(temporary, target);
    }

    /** Removes what is there under the other name. */
    @Override
    public void close() {
        remove(temporary);
        remove(temporary.resolveSibling(temporary.getFileName() + "-live"));
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger("dev.coppice")
                    .log(System.Logger.Level.WARNING, file + " cannot be removed: delete it", e);
        }
    }
}
