package dev.coppice.storage;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The claim on a store: a name in {@link OpenStores} against this JVM, and the locks on bytes of
 * the live file by which processes know of each other. They lie far behind its content.
 *
 * <p>Thread safety: one thread, but for {@link #tryRow} and {@link #freeRow}, and {@link
 * #enterGrowth} and {@link #leaveGrowth}, for which the caller sees to it that neither pair is
 * called twice at the same time.
 */
final class LiveLock implements Closeable {
    /** Rows for processes. */
    static final int ROWS = 64;

    private static final long FIRST_BYTE = 1L << 62;

    /** Held while a process attaches, recovers, or closes as the last one. */
    private static final long OPENING = FIRST_BYTE;

    /** Held while the data file grows. */
    private static final long GROWTH = FIRST_BYTE + 1;

    /** One byte for each row, held as long as its process has the store open. */
    private static final long FIRST_ROW = FIRST_BYTE + 64;

    /** One byte for each row, held as long as its process has the store open for writing. */
    private static final long FIRST_WRITER = FIRST_ROW + ROWS;

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    // Channels that would take another opener's lock with them if they were closed
    private static final Queue<AsynchronousFileChannel> KEPT = new ConcurrentLinkedQueue<>();

    // Immutable
    private final StorePath path;
    private final List<String> names;
    private final AsynchronousFileChannel channel;

    /** Whether the locks are shared with others of their kind, since the file cannot be written. */
    private final boolean isShared;

    // One thread
    private final List<FileLock> held = new ArrayList<>();
    private FileLock opening;
    private FileLock growth;
    private boolean isKept;

    // Guarded by the callers of tryRow
    private final FileLock[] rows = new FileLock[ROWS];

    private LiveLock(
            StorePath path, List<String> names, AsynchronousFileChannel channel, boolean isShared) {
        this.path = path;
        this.names = names;
        this.channel = channel;
        this.isShared = isShared;
    }

    /**
     * Claims the store against this JVM, and opens what the locks are taken on.
     *
     * @param isShared whether the live file, which then exists, cannot be written
     */
    static LiveLock open(StorePath path, boolean isShared) {
        List<String> names = new ArrayList<>();
        try {
            claim(names, "path " + path.live(), path);
            if (!isShared) {
                createIfMissing(path.live());
            }
            Machine.FileKey key = Machine.fileKey(path.live());
            if (key.inode() != 0) {
                claim(names, "file " + key.device() + ":" + key.inode(), path);
            }
            Set<OpenOption> options =
                    isShared
                            ? Set.of(StandardOpenOption.READ)
                            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new LiveLock(
                    path,
                    names,
                    AsynchronousFileChannel.open(path.live(), options, null),
                    isShared);
        } catch (IOException e) {
            OpenStores.release(names);
            throw failure(path, e);
        } catch (StoreException e) {
            OpenStores.release(names);
            throw e;
        }
    }

    private static StoreIoException failure(StorePath path, IOException cause) {
        return new StoreIoException(
                "The live file "
                        + path.live()
                        + " cannot be opened and locked ("
                        + cause
                        + "): this process needs permission to write it, and a file system that"
                        + " has locks.",
                cause);
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
            // Another process was faster; the locks decide.
            return;
        }
    }

    /** {@return the lock, or null if another process has one there} */
    private FileLock tryLock(long first, long bytes) {
        try {
            return channel.tryLock(first, bytes, isShared);
        } catch (OverlappingFileLockException e) {
            // Closing this channel would drop the locks of the other opener.
            isKept = true;
            String message = path.data() + " is open already in this very process.";
            throw new BusyException(message, ProcessHandle.current().pid(), null, -1, e);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private static void unlock(FileLock lock) {
        try {
            lock.release();
        } catch (IOException e) {
            throw new StoreIoException("The system failed to release a lock: " + e, e);
        }
    }

    /**
     * Keeps others from opening the store until {@link #admit}.
     *
     * @param waitNanos how long to wait for one that is just opening or closing it
     * @return whether it is so
     */
    boolean enter(long waitNanos) {
        opening = lock(OPENING, waitNanos);
        return opening != null;
    }

    private FileLock lock(long position, long waitNanos) {
        long start = System.nanoTime();
        boolean wasInterrupted = Thread.interrupted();
        FileLock lock = tryLock(position, 1);
        while (lock == null && System.nanoTime() - start < waitNanos) {
            LockSupport.parkNanos(PAUSE_NANOS);
            wasInterrupted |= Thread.interrupted();
            lock = tryLock(position, 1);
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        return lock;
    }

    /** Keeps other processes from growing the data file; returns whether it is so. */
    boolean enterGrowth(long waitNanos) {
        growth = lock(GROWTH, waitNanos);
        return growth != null;
    }

    /** Lets others grow the data file. */
    void leaveGrowth() {
        FileLock ended = growth;
        growth = null;
        unlock(ended);
    }

    /** Lets others open the store. */
    void admit() {
        FileLock ended = opening;
        if (ended != null) {
            opening = null;
            unlock(ended);
        }
    }

    /** {@return whether the process in this row may write from here on} */
    boolean takeWriter(int row) {
        FileLock lock = tryLock(FIRST_WRITER + row, 1);
        return lock != null && held.add(lock);
    }

    /** {@return whether no process may write from here on} Requires: the locks are shared. */
    boolean keepWritersOut() {
        FileLock lock = tryLock(FIRST_WRITER, ROWS);
        return lock != null && held.add(lock);
    }

    /** {@return whether no process has a row} Requires: this one has none, and has entered. */
    boolean isDeserted() {
        return isFree(FIRST_ROW, ROWS);
    }

    /** {@return whether no other process may write} Requires: this one has entered. */
    boolean isOnlyWriter(int self) {
        return isFree(FIRST_WRITER, self) && isFree(FIRST_WRITER + self + 1, ROWS - self - 1);
    }

    /** {@return a row for this process, or -1 if there is none left} Requires: it has entered. */
    int takeRow() {
        for (int row = 0; row < ROWS; row++) {
            FileLock lock = tryLock(FIRST_ROW + row, 1);
            if (lock != null) {
                held.add(lock);
                return row;
            }
        }
        return -1;
    }

    /** {@return whether no other process has a row} Requires: this one has entered. */
    boolean isAlone(int self) {
        return isFree(FIRST_ROW, self) && isFree(FIRST_ROW + self + 1, ROWS - self - 1);
    }

    private boolean isFree(long first, int bytes) {
        if (bytes == 0) {
            return true;
        }
        FileLock lock = tryLock(first, bytes);
        if (lock != null) {
            unlock(lock);
        }
        return lock != null;
    }

    /** {@return whether the row of a process that lives no more was taken} */
    boolean tryRow(int row) {
        rows[row] = tryLock(FIRST_ROW + row, 1);
        return rows[row] != null;
    }

    /** Gives a row back that was taken with {@link #tryRow}. */
    void freeRow(int row) {
        unlock(rows[row]);
        rows[row] = null;
    }

    /**
     * Releases the locks, then the name. Requires: all other descriptors of the file are closed.
     */
    @Override
    public void close() {
        try {
            if (isKept) {
                admit();
                held.forEach(LiveLock::unlock);
                KEPT.add(channel);
            } else {
                CloseAll.of(path.live(), channel);
            }
        } finally {
            OpenStores.release(names);
        }
    }
}
