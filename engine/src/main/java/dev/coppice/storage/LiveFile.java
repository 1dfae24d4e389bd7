package dev.coppice.storage;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The live file of an open store: memory that the processes share which have it open, in chunks,
 * and their locks.
 *
 * <p>Thread safety: {@link #chunk}, {@link #chunkCount} and {@link #processes} any thread.
 */
final class LiveFile implements LiveMemory {
    /*
     * A POSIX lock belongs to the process and goes away, silently, when the process closes ANY
     * descriptor of the file. So no descriptor may be closed before the locks are to be released:
     *
     * 1. Before a descriptor is opened, the store is claimed in OpenStores. A second opener in this
     *    JVM, which would close its descriptors when it is refused, is refused before it has any.
     * 2. Locks are taken with tryLock on an AsynchronousFileChannel, which no interrupt closes.
     * 3. The file grows through a RandomAccessFile, whose own methods no interrupt disturbs.
     * 4. Its channel is used for one thing: mapping, which AsynchronousFileChannel cannot do, and
     *    which an interrupt turns into a close. So mapping is done by a thread of our own that
     *    nobody can interrupt (100 us at the opening and for each chunk that is appended). Clearing
     *    the flag around the call would leave a window; mapping ahead would leave holes, and a store
     *    into a hole can fault.
     * 5. Should a lock clash with one of this JVM that OpenStores does not know (the system
     *    properties were replaced), the descriptor just opened stays open for good.
     *
     * What remains: foreign code in this JVM that opens and closes the live file.
     *
     * Several processes may append the same chunk at once, and one that is late must not wipe out
     * what another has stored there meanwhile. So a chunk is appended by one zero in the last byte
     * of each of its blocks, which no word of the format uses: whoever repeats it changes nothing.
     */
    private static final int BLOCK_BYTES = 4096;

    /** Writing a chunk of zeros can take that long on a slow medium. */
    private static final long GROWTH_WAIT_NANOS = TimeUnit.MINUTES.toNanos(1);

    // Immutable
    private final Path file;
    private final Arena arena;
    private final LiveLock lock;
    private final long waitNanos;
    private ProcessTable processes;

    // Guarded by this
    private final RandomAccessFile content;

    // Replaced under this, read by any thread
    private volatile MemorySegment[] chunks = {};

    private LiveFile(
            Path file, Arena arena, LiveLock lock, RandomAccessFile content, long waitNanos) {
        this.file = file;
        this.arena = arena;
        this.lock = lock;
        this.content = content;
        this.waitNanos = Math.max(waitNanos, GROWTH_WAIT_NANOS);
    }

    /**
     * Attaches this process to a store and maps what the live file has, at least one chunk. Others
     * stay out until {@link Processes#admit}.
     *
     * @param isWriter whether this process may write
     * @param waitNanos how long to wait for processes that are just opening or closing the store
     * @throws BusyException naming the process that is in the way
     */
    static LiveFile open(StorePath path, Arena arena, boolean isWriter, long waitNanos) {
        LiveLock lock = LiveLock.open(path, false);
        RandomAccessFile content = null;
        try {
            int row = attach(lock, path, isWriter, waitNanos);
            content = new RandomAccessFile(path.live().toFile(), "rw");
            LiveFile live = new LiveFile(path.live(), arena, lock, content, waitNanos);
            long count = content.length() / Storage.LIVE_CHUNK_BYTES;
            live.map((int) Math.min(count, Storage.MAX_LIVE_CHUNKS));
            live.processes = new ProcessTable(lock, live.chunk(0), row, isWriter);
            return live;
        } catch (IOException e) {
            CloseAll.afterFailure(e, content, lock);
            throw Failures.of("opening " + path.live(), e);
        } catch (StoreException e) {
            CloseAll.afterFailure(e, content, lock);
            throw e;
        }
    }

    /** {@return the row of this process} */
    private static int attach(LiveLock lock, StorePath path, boolean isWriter, long waitNanos) {
        if (!lock.enter(waitNanos)) {
            throw ProcessTable.beingOpened(path, waitNanos);
        }
        int row = lock.takeRow();
        if (row < 0) {
            throw new BusyException(
                    path.data() + " is open in " + LiveLock.ROWS + " processes: none fits in.");
        }
        if (isWriter && !lock.takeWriter(row)) {
            throw new BusyException(
                    path.data()
                            + " is read by a process that may not write "
                            + path.live()
                            + ", which keeps writers out.");
        }
        return row;
    }

    @Override
    public MemorySegment chunk(int index) {
        MemorySegment[] known = chunks;
        return index < known.length ? known[index] : append(index);
    }

    @Override
    public int chunkCount() {
        return chunks.length;
    }

    private synchronized MemorySegment append(int index) {
        if (index >= chunks.length) {
            long newSize = (index + 1L) * Storage.LIVE_CHUNK_BYTES;
            try {
                // Another process may have been here before.
                long size = content.length() / Storage.LIVE_CHUNK_BYTES * Storage.LIVE_CHUNK_BYTES;
                for (long end = size + BLOCK_BYTES; end <= newSize; end += BLOCK_BYTES) {
                    content.seek(end - 1);
                    content.write(0);
                }
                map(index + 1);
            } catch (IOException e) {
                throw Failures.ofWrite(file, "growing " + file + " to " + newSize + " bytes", e);
            }
        }
        return chunks[index];
    }

    /** Maps the chunks up to a count that the file has. */
    private void map(int count) throws IOException {
        int known = chunks.length;
        if (count > known) {
            long position = (long) known * Storage.LIVE_CHUNK_BYTES;
            long length = (long) (count - known) * Storage.LIVE_CHUNK_BYTES;
            MemorySegment added =
                    Shield.onOwnThread(() ->
                            content.getChannel().map(MapMode.READ_WRITE, position, length, arena));
            MemorySegment[] all = Arrays.copyOf(chunks, count);
            for (int i = known; i < count; i++) {
                long offset = (long) (i - known) * Storage.LIVE_CHUNK_BYTES;
                all[i] = added.asSlice(offset, Storage.LIVE_CHUNK_BYTES);
            }
            chunks = all;
        }
    }

    @Override
    public Processes processes() {
        return processes;
    }

    @Override
    public void enterGrowth() {
        if (!lock.enterGrowth(waitNanos)) {
            throw new BusyException(
                    "another process is growing the data file of "
                            + file
                            + " and does not come to an end");
        }
    }

    @Override
    public void leaveGrowth() {
        lock.leaveGrowth();
    }

    @Override
    public void leave() {
        processes.leave();
    }

    @Override
    public void close() {
        try {
            CloseAll.of(file, content);
        } finally {
            lock.close();
        }
    }
}
