package dev.coppice.storage;

import dev.coppice.error.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The live file of an open store: shared memory in chunks, and the lock that keeps everybody else
 * out.
 *
 * <p>Thread safety: {@link #chunk} and {@link #chunkCount} any thread.
 */
final class LiveFile implements LiveMemory {
    /*
     * A POSIX lock belongs to the process and goes away, silently, when the process closes ANY
     * descriptor of the file. So no descriptor may be closed before the lock is to be released:
     *
     * 1. Before a descriptor is opened, the store is claimed in OpenStores. A second opener in this
     *    JVM, which would close its descriptors when it is refused, is refused before it has any.
     * 2. The lock is taken with tryLock on an AsynchronousFileChannel, which no interrupt closes. It
     *    covers the whole file, so that a version with finer locks would meet it.
     * 3. Zeros are appended through a RandomAccessFile, whose own methods no interrupt disturbs.
     * 4. Its channel is used for one thing: mapping, which AsynchronousFileChannel cannot do, and
     *    which an interrupt turns into a close. So mapping is done by a thread of our own that
     *    nobody can interrupt (100 us at the opening and for each chunk that is appended). Clearing
     *    the flag around the call would leave a window; mapping ahead would leave holes, and a store
     *    into a hole can fault.
     * 5. Should the lock clash with one of this JVM that OpenStores does not know (the system
     *    properties were replaced), the descriptor just opened stays open for good.
     *
     * What remains: foreign code in this JVM that opens and closes the live file.
     */

    // Immutable
    private final Path file;
    private final Arena arena;
    private final LiveLock lock;

    // Guarded by this
    private final RandomAccessFile content;

    // Replaced under this, read by any thread
    private volatile MemorySegment[] chunks = {};

    private LiveFile(Path file, Arena arena, LiveLock lock, RandomAccessFile content) {
        this.file = file;
        this.arena = arena;
        this.lock = lock;
        this.content = content;
    }

    /** Claims the store, maps what the live file has, at least one chunk, and names the holder. */
    static LiveFile open(StorePath path, Arena arena) {
        LiveLock lock = LiveLock.exclusive(path);
        RandomAccessFile content = null;
        try {
            content = new RandomAccessFile(path.live().toFile(), "rw");
            LiveFile live = new LiveFile(path.live(), arena, lock, content);
            live.map(Math.toIntExact(content.length() / Storage.LIVE_CHUNK_BYTES));
            live.tell(live.chunk(0), Machine.describeProcess());
            return live;
        } catch (IOException e) {
            CloseAll.afterFailure(e, content, lock);
            throw Failures.of("opening " + path.live(), e);
        } catch (StoreException e) {
            CloseAll.afterFailure(e, content, lock);
            throw e;
        }
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
        int count = chunks.length;
        if (index >= count) {
            long newSize = (index + 1L) * Storage.LIVE_CHUNK_BYTES;
            long size = (long) count * Storage.LIVE_CHUNK_BYTES;
            try {
                content.seek(size);
                byte[] zeros = new byte[Storage.LIVE_CHUNK_BYTES];
                for (int i = count; i <= index; i++) {
                    content.write(zeros);
                }
                map(index + 1);
            } catch (IOException e) {
                throw cutBack(size, newSize, e);
            }
        }
        return chunks[index];
    }

    private StoreException cutBack(long size, long newSize, IOException cause) {
        StoreException failure =
                Failures.ofWrite(
                        file,
                        "growing " + file + " from " + size + " to " + newSize + " bytes",
                        cause);
        try {
            content.setLength(size);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
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
    public void forgetHolder() {
        tell(chunk(0), "");
    }

    private void tell(MemorySegment chunk, String holder) {
        byte[] words = holder.getBytes(StandardCharsets.UTF_8);
        byte[] text = Arrays.copyOf(words, LiveLock.HOLDER_BYTES);
        MemorySegment.copy(
                MemorySegment.ofArray(text), 0, chunk, LiveLock.HOLDER_OFFSET, text.length);
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
