package dev.coppice.storage;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The claim on a store: a name in {@link OpenStores} against this JVM and a lock on the live file
 * against all others.
 *
 * <p>Thread safety: one thread.
 */
final class LiveLock implements Closeable {
    /** Where live chunk 0 has room for the words that tell who holds the store. */
    static final int HOLDER_OFFSET = 256;

    static final int HOLDER_BYTES = 256;

    // Channels that would take another opener's lock with them if they were closed
    private static final Queue<AsynchronousFileChannel> KEPT = new ConcurrentLinkedQueue<>();

    private final Path live;
    private final List<String> names;
    private final AsynchronousFileChannel channel;

    private LiveLock(Path live, List<String> names, AsynchronousFileChannel channel) {
        this.live = live;
        this.names = names;
        this.channel = channel;
    }

    /** Keeps everybody else out; makes the live file if it is missing. */
    static LiveLock exclusive(StorePath path) {
        return take(path, false);
    }

    /** Keeps those out who would write. Requires: the live file exists. */
    static LiveLock shared(StorePath path) {
        return take(path, true);
    }

    private static LiveLock take(StorePath path, boolean shared) {
        List<String> names = new ArrayList<>();
        try {
            claim(names, "path " + path.live(), path);
            if (!shared) {
                createIfMissing(path.live());
            }
            Machine.FileKey key = Machine.fileKey(path.live());
            if (key.inode() != 0) {
                claim(names, "file " + key.device() + ":" + key.inode(), path);
            }
            return new LiveLock(path.live(), names, lockedChannel(path, shared));
        } catch (IOException e) {
            OpenStores.release(names);
            throw new StoreIoException(
                    "The live file "
                            + path.live()
                            + " cannot be opened and locked ("
                            + e
                            + "): this process needs permission to write it, and a file system that"
                            + " has locks.",
                    e);
        } catch (StoreException e) {
            OpenStores.release(names);
            throw e;
        }
    }

    private static void claim(List<String> names, String name, StorePath path) {
        OpenStores.claim(name, Machine.describeProcess(), path.data().toString());
        names.add(name);
    }

    private static void createIfMissing(Path live) throws IOException {
        try {
            if (!Files.exists(live)) {
                Files.createFile(live);
            }
        } catch (FileAlreadyExistsException e) {
            // Another process was faster; the lock decides.
            return;
        }
    }

    private static AsynchronousFileChannel lockedChannel(StorePath path, boolean shared)
            throws IOException {
        Set<OpenOption> options =
                shared
                        ? Set.of(StandardOpenOption.READ)
                        : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        AsynchronousFileChannel channel = AsynchronousFileChannel.open(path.live(), options, null);
        FileLock lock;
        try {
            lock = channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            KEPT.add(channel);
            throw new BusyException(path.data() + " is open already in this very process.", e);
        } catch (IOException e) {
            CloseAll.afterFailure(e, channel);
            throw e;
        }
        if (lock == null) {
            BusyException busy =
                    new BusyException(path.data() + " is open in " + holder(path.live()) + ".");
            CloseAll.afterFailure(busy, channel);
            throw busy;
        }
        return channel;
    }

    /** {@return who holds the store, as far as the live file tells} */
    private static String holder(Path live) {
        byte[] text = new byte[HOLDER_BYTES];
        try (RandomAccessFile file = new RandomAccessFile(live.toFile(), "r")) {
            file.seek(HOLDER_OFFSET);
            file.readFully(text);
        } catch (IOException e) {
            return "another process";
        }
        String words = new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
        return words.isEmpty() ? "another process" : words;
    }

    /** Releases the lock, then the name. Requires: all other descriptors of the file are closed. */
    @Override
    public void close() {
        try {
            CloseAll.of(live, channel);
        } finally {
            OpenStores.release(names);
        }
    }
}
