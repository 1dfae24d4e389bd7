package dev.coppice.storage;

import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Makes a data file that is absent or complete after a crash at any moment, and never replaces one.
 * Thread safety: the holder of the claim on the store.
 */
final class Creation {
    /*
     * Written in full under another name, flushed, linked to its own name (which fails where a file
     * has it), unlinked from the other, and the directory flushed. A crash leaves at most the file
     * under the other name, which the next opening removes. Where the file system has no links, the
     * file is renamed after a look whether the name is free; the claim keeps other creators away.
     */

    private Creation() {}

    /** Removes what a crash during a creation left. */
    static void removeLeftOver(StorePath path) {
        try {
            Files.deleteIfExists(path.creating());
        } catch (IOException e) {
            throw Failures.of("removing " + path.creating(), e);
        }
    }

    static void create(StorePath path, MemorySegment content) {
        removeLeftOver(path);
        try {
            writeAndFlush(path.creating(), content);
            putInPlace(path.creating(), path.data());
            flushDirectory(path.directory());
        } catch (FileAlreadyExistsException e) {
            throw new StoreIoException(
                    path.data() + " was made by somebody else meanwhile: open it again.", e);
        } catch (IOException e) {
            throw Failures.ofWrite(path.directory(), "creating " + path.data(), e);
        } finally {
            removeLeftOver(path);
        }
    }

    private static void writeAndFlush(Path file, MemorySegment content) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] bytes = new byte[(int) Math.min(content.byteSize(), 1 << 18)];
            for (long done = 0; done < content.byteSize(); ) {
                int length = (int) Math.min(bytes.length, content.byteSize() - done);
                MemorySegment.copy(content, ValueLayout.JAVA_BYTE, done, bytes, 0, length);
                target.write(bytes, 0, length);
                done += length;
            }
            target.getFD().sync();
        }
    }

    /** Gives a data file that nobody has open another name in its directory, durably. */
    static void rename(Path from, Path to) {
        try {
            try (RandomAccessFile file = new RandomAccessFile(from.toFile(), "rw")) {
                file.getFD().sync();
            }
            putInPlace(from, to);
            Files.deleteIfExists(from);
            flushDirectory(to.toAbsolutePath().getParent());
        } catch (FileAlreadyExistsException e) {
            throw new StoreIoException(to + " was made by somebody else meanwhile.", e);
        } catch (IOException e) {
            throw Failures.of("renaming " + from + " to " + to, e);
        }
    }

    private static void putInPlace(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            Files.move(from, to);
        }
    }

    /** Makes the name durable. Elsewhere than on POSIX systems directories cannot be flushed. */
    private static void flushDirectory(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            try (AsynchronousFileChannel channel =
                    AsynchronousFileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
