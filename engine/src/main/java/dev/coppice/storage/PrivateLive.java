package dev.coppice.storage;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.util.Arrays;

/**
 * What a process that may not write the live file sees in place of it: a copy in memory of its own.
 * It cannot tell others what it reads, so while it is open shared locks keep those out who would
 * write, and find out whether one is in already. Where there is no live file, or it cannot be read,
 * there are zeros and no lock: then whoever opens the store must see to it that nobody writes.
 *
 * <p>Thread safety: {@link #chunk} and {@link #chunkCount} any thread.
 */
final class PrivateLive implements LiveMemory {
    // Immutable
    private final StorePath path;
    private final Arena arena;
    private final Processes processes;
    private final Closeable[] held;

    // Replaced under this, read by any thread
    private volatile MemorySegment[] chunks = {};

    private PrivateLive(StorePath path, Arena arena, Processes processes, Closeable... held) {
        this.path = path;
        this.arena = arena;
        this.processes = processes;
        this.held = held;
    }

    /**
     * @param isImmutable whether nobody else may have it open, not even to read it
     * @param waitNanos how long to wait for processes that are just opening or closing the store
     * @throws BusyException naming the process that is in the way
     */
    static PrivateLive open(StorePath path, Arena arena, boolean isImmutable, long waitNanos) {
        if (!Files.isReadable(path.live())) {
            return new PrivateLive(path, arena, Processes.NONE);
        }
        LiveLock lock = LiveLock.open(path, true);
        RandomAccessFile content = null;
        try {
            keepWritersOut(lock, path, waitNanos);
            if (isImmutable && !lock.isDeserted()) {
                ProcessTable.Other holder = ProcessTable.holder(path.live());
                String message =
                        path.data()
                                + " cannot be taken for immutable: it is open in "
                                + holder.words()
                                + ".";
                throw new BusyException(message, holder.processId(), null, -1, null);
            }
            content = new RandomAccessFile(path.live().toFile(), "r");
            PrivateLive live = new PrivateLive(path, arena, new UnseenProcess(lock), content, lock);
            live.copyFrom(content);
            return live;
        } catch (IOException e) {
            CloseAll.afterFailure(e, content, lock);
            throw Failures.of("reading " + path.live(), e);
        } catch (StoreException e) {
            CloseAll.afterFailure(e, content, lock);
            throw e;
        }
    }

    private static void keepWritersOut(LiveLock lock, StorePath path, long waitNanos) {
        if (!lock.enter(waitNanos)) {
            throw ProcessTable.beingOpened(path, waitNanos);
        }
        if (!lock.keepWritersOut()) {
            ProcessTable.Other holder = ProcessTable.holder(path.live());
            String message =
                    path.data()
                            + " is open in "
                            + holder.words()
                            + ", and this process may not write "
                            + path.live()
                            + ", which it needs to read beside a writer.";
            throw new BusyException(message, holder.processId(), null, -1, null);
        }
    }

    /** A process that lets others in when it has opened the store, and that they do not see. */
    private static final class UnseenProcess extends NoProcesses {
        private final LiveLock lock;

        UnseenProcess(LiveLock lock) {
            this.lock = lock;
        }

        @Override
        public void admit() {
            lock.admit();
        }
    }

    /** Maps rather than reads, and on a thread of our own, for the reasons in {@link LiveFile}. */
    private void copyFrom(RandomAccessFile content) throws IOException {
        long count = content.length() / Storage.LIVE_CHUNK_BYTES;
        long bytes = Math.min(count, Storage.MAX_LIVE_CHUNKS) * Storage.LIVE_CHUNK_BYTES;
        if (bytes > 0) {
            MemorySegment mapped =
                    Shield.onOwnThread(
                            () -> content.getChannel().map(MapMode.READ_ONLY, 0, bytes, arena));
            for (long position = 0; position < bytes; position += Storage.LIVE_CHUNK_BYTES) {
                chunk((int) (position / Storage.LIVE_CHUNK_BYTES))
                        .copyFrom(mapped.asSlice(position, Storage.LIVE_CHUNK_BYTES));
            }
        }
    }

    @Override
    public MemorySegment chunk(int index) {
        MemorySegment[] known = chunks;
        return index < known.length ? known[index] : append(index);
    }

    private synchronized MemorySegment append(int index) {
        MemorySegment[] all = chunks;
        if (index >= all.length) {
            int count = all.length;
            all = Arrays.copyOf(all, index + 1);
            for (int i = count; i <= index; i++) {
                all[i] = arena.allocate(Storage.LIVE_CHUNK_BYTES, 4096);
            }
            chunks = all;
        }
        return all[index];
    }

    @Override
    public int chunkCount() {
        return chunks.length;
    }

    @Override
    public Processes processes() {
        return processes;
    }

    @Override
    public void enterGrowth() {
        // Whoever only reads grows nothing.
    }

    @Override
    public void leaveGrowth() {
        // As above.
    }

    @Override
    public void leave() {
        // Nobody was told.
    }

    @Override
    public void close() {
        CloseAll.of(path.live(), held);
    }
}
