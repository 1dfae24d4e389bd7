package dev.coppice.storage;

import dev.coppice.error.BusyException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A store in a file, with its live file beside it. Processes that write have it open at the same
 * time, as have those that read; who may change what is up to the engine.
 *
 * <p>Thread safety: as {@link Storage} says.
 */
public final class FileStorage implements Storage {
    /*
     * Which call goes through what (an interrupt closes a FileChannel that is in use):
     *
     * reading         mapping made by a throw-away read-only channel
     * mapped stores   mapping made by a throw-away channel; it may be longer than the file, not what is shown
     * write           RandomAccessFile, seek and write under a monitor
     * grow            the AsynchronousFileChannel of sync, a folio of zeros at a time
     * truncate        a second RandomAccessFile
     * sync            one AsynchronousFileChannel
     * sync of ranges  slices of the writable mapping
     */

    private static final MemorySegment[] NOTHING = {};
    private static final int FOLLOW_ATTEMPTS = 10;

    // Immutable
    private final StorePath path;
    private final Options options;
    private final boolean canStoreThroughMapping;
    private final Arena arena;
    private final LiveMemory live;
    private final UUID bootId = Machine.bootId();
    private final Frontier frontier;
    private final Object deliveryMonitor = new Object();

    // Set once under this, when the data file is there
    private volatile DataFile data;
    private volatile Flusher flusher;
    private volatile MappedChunks readable;
    private volatile MappedChunks writable;
    private volatile Machine.FileKey fileKey = Machine.FileKey.UNKNOWN;

    // Written under this, read by any thread
    private volatile long size;
    private volatile boolean isClosed;

    /**
     * How to open a store.
     *
     * @param createIfMissing whether the data file may be absent, until {@link Storage#create}
     * @param readOnly whether nothing may be changed
     * @param isImmutable whether nobody else changes anything either, so that nothing is locked or
     *     written but what keeps writers out; refused where another process is seen
     * @param maxSize largest size in bytes that the store may grow to
     * @param force whether a file system on which locks do not hold everywhere is accepted for
     *     writing
     * @param waitMillis how long to wait for other processes that are just opening or closing it
     */
    public record Options(
            boolean createIfMissing,
            boolean readOnly,
            boolean isImmutable,
            long maxSize,
            boolean force,
            long waitMillis) {
        private static final long DEFAULT_WAIT_MILLIS = 5_000;

        /** Options that wait five seconds for processes that are opening or closing it. */
        public Options(boolean createIfMissing, boolean readOnly, long maxSize, boolean force) {
            this(createIfMissing, readOnly, false, maxSize, force, DEFAULT_WAIT_MILLIS);
        }

        /** {@return options to read and write, to create if missing, without a limit} */
        public static Options defaults() {
            return new Options(true, false, Long.MAX_VALUE, false);
        }

        /** Checks that the options agree with each other. */
        public Options {
            if (maxSize <= 0) {
                throw new IllegalArgumentException("no room at all: maxSize=" + maxSize);
            }
            if (createIfMissing && readOnly) {
                throw new IllegalArgumentException("a store open for reading cannot be created");
            }
            if (isImmutable && !readOnly) {
                throw new IllegalArgumentException("what is immutable can only be read");
            }
        }
    }

    private FileStorage(
            StorePath path,
            Options options,
            FileSystemSupport support,
            Arena arena,
            LiveMemory live) {
        this.path = path;
        this.options = options;
        this.canStoreThroughMapping =
                !options.readOnly()
                        && Machine.isLinux()
                        && support == FileSystemSupport.MAPPED_STORES;
        this.arena = arena;
        this.live = live;
        this.frontier = new Frontier(path, live, bootId);
    }

    /**
     * Opens the store at a path and claims it.
     *
     * <p>For reading only, this process joins those that share the live file, if it may write that.
     * If not, {@link #liveChunk} gives a private copy of it and writers are kept out; and if it
     * cannot even be read, zeros, and nobody is kept out. On a file system where locks do not hold
     * everywhere nobody else may have the store open.
     *
     * <p>Others are kept from opening the store until {@link Processes#admit}.
     *
     * @throws BusyException naming who has it open
     * @throws StoreIoException if path, permissions or file system do not allow it
     */
    public static FileStorage open(Path path, Options options) {
        StorePath resolved = StorePath.resolve(path);
        if (!options.createIfMissing()) {
            requireData(resolved);
        }
        if (!options.isImmutable()) {
            requireOneName(resolved, options);
        }
        FileSystemSupport support = supportOf(resolved, options);
        Arena arena = Arena.ofShared();
        LiveMemory live = null;
        try {
            live = openLive(resolved, options, arena);
            requireSolitude(resolved, support, live);
            FileStorage storage = new FileStorage(resolved, options, support, arena, live);
            storage.start();
            return storage;
        } catch (StoreException e) {
            release(arena, live);
            throw e;
        }
    }

    /**
     * Gives the data file of a store that nobody has open another name in its directory, durably,
     * and never in the place of another file.
     *
     * @throws StoreIoException where there is a file of that name, or the system refuses
     */
    public static void rename(Path from, Path to) {
        Creation.rename(from, to);
    }

    /** In this order nothing of ours can touch the live file once somebody else may have it. */
    private static void release(Arena arena, LiveMemory live) {
        if (live != null) {
            live.leave();
        }
        arena.close();
        if (live != null) {
            live.close();
        }
    }

    private static void requireData(StorePath path) {
        if (!path.hasData()) {
            throw new StoreIoException(
                    "There is no store at "
                            + path.data()
                            + ": check the path, or have it created.");
        }
    }

    /** Processes that come by different names would have different live files. */
    private static void requireOneName(StorePath path, Options options) {
        int names = path.hasData() && !options.force() ? Machine.names(path.data()) : 1;
        boolean isBeingCreated = Files.exists(path.creating()) || names == 1;
        if (!isBeingCreated && Machine.names(path.data()) > 1) {
            throw new StoreIoException(
                    path.data()
                            + " has "
                            + names
                            + " names, and processes that use different ones would not see each"
                            + " other: delete the other hard links, or copy the file.");
        }
    }

    private static FileSystemSupport supportOf(StorePath path, Options options) {
        String type;
        try {
            type = Files.getFileStore(path.directory()).type();
        } catch (IOException e) {
            // Nothing is known about it: take the way that holds everywhere.
            return FileSystemSupport.POSITIONAL_WRITES;
        }
        FileSystemSupport support = FileSystemSupport.of(type);
        if (support == FileSystemSupport.REFUSED && !options.force() && !options.readOnly()) {
            throw new StoreIoException(
                    path.data()
                            + " lies on a file system of type "
                            + type
                            + " and is not opened for writing. "
                            + support.sentence());
        }
        return support;
    }

    private static LiveMemory openLive(StorePath path, Options options, Arena arena) {
        boolean canWrite =
                Files.exists(path.live())
                        ? Files.isWritable(path.live())
                        : Files.isWritable(path.directory());
        long waitNanos = TimeUnit.MILLISECONDS.toNanos(options.waitMillis());
        return options.isImmutable() || (options.readOnly() && !canWrite)
                ? PrivateLive.open(path, arena, options.isImmutable(), waitNanos)
                : LiveFile.open(path, arena, !options.readOnly(), waitNanos);
    }

    /** Mappings on a network file system do not show what another machine stores. */
    private static void requireSolitude(
            StorePath path, FileSystemSupport support, LiveMemory live) {
        if (support == FileSystemSupport.REFUSED && !live.processes().isAlone()) {
            throw new BusyException(
                    path.data()
                            + " is open in another process, and its file system cannot be shared. "
                            + support.sentence());
        }
    }

    private synchronized void start() {
        if (!options.readOnly()) {
            Creation.removeLeftOver(path);
        }
        if (path.hasData()) {
            adopt(firstSize());
        } else if (!options.createIfMissing()) {
            requireData(path);
        }
    }

    /** What a writer maps is what was physically written: another one may be growing the file. */
    private long firstSize() {
        long bytes = path.dataBytes();
        if (options.readOnly()) {
            return bytes;
        }
        if (live.processes().isOnlyWriter()) {
            return firstSizeOfOnlyWriter(bytes);
        }
        return Math.min(bytes, frontier.bytes());
    }

    /** The last writer may have died while the file ended in a hole, for it mapped ahead. */
    private long firstSizeOfOnlyWriter(long bytes) {
        long written = frontier.bytesOf(bytes);
        frontier.tell(written);
        // Where others read, nobody needs what lies behind; alone, recovery knows whether it is.
        return live.processes().isAlone() ? bytes : written;
    }

    /** Takes up a data file that is there. */
    private void adopt(long bytes) {
        DataFile opened = options.readOnly() ? null : DataFile.open(path.data());
        try {
            MappedChunks chunks = MappedChunks.readable(path.data(), arena);
            long mapped = map(chunks, bytes);
            fileKey = Machine.fileKey(path.data());
            readable = chunks;
            data = opened;
            flusher = opened == null ? null : new Flusher(path.data(), opened);
            size = mapped;
        } catch (IOException e) {
            CloseAll.afterFailure(e, opened);
            throw new StoreIoException(
                    "This process cannot map " + path.data() + ": check its permissions.", e);
        }
    }

    /** {@return how much was mapped; a writer may just have cut back a growth that failed} */
    private long map(MappedChunks chunks, long bytes) throws IOException {
        try {
            chunks.resize(bytes);
            return bytes;
        } catch (IOException e) {
            long now = path.dataBytes();
            if (now >= bytes) {
                throw e;
            }
            chunks.resize(now);
            return now;
        }
    }

    @Override
    public boolean isReadOnly() {
        return options.readOnly();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long writtenBytes() {
        return options.readOnly() ? size : Math.min(size, frontier.bytes());
    }

    @Override
    public long maxSize() {
        return options.maxSize();
    }

    @Override
    public synchronized void create(MemorySegment content) {
        checkWritable();
        Ranges.checkCreation(size, content.byteSize());
        checkLimit(content.byteSize());
        Creation.create(path, content);
        adopt(content.byteSize());
        frontier.tell(content.byteSize());
    }

    @Override
    public synchronized void grow(long newSize) {
        checkWritable();
        Ranges.checkGrowth(size, newSize);
        checkLimit(newSize);
        live.enterGrowth();
        try {
            follow(frontier.bytes());
            if (size < newSize) {
                growAlone(newSize);
            }
        } finally {
            live.leaveGrowth();
        }
    }

    private void growAlone(long newSize) {
        long oldSize = size;
        flusher.noteSizeChange();
        data.grow(oldSize, newSize);
        // A flush that ran meanwhile has taken the first note for done.
        flusher.noteSizeChange();
        try {
            mapAhead(newSize);
            resizeMappings(newSize);
        } catch (IOException e) {
            StoreIoException failure =
                    Failures.of("mapping " + newSize + " bytes of " + path.data(), e);
            undoGrowth(oldSize, failure);
            throw failure;
        } catch (StoreIoException e) {
            undoGrowth(oldSize, e);
            throw e;
        }
        // In this order: whoever sees the size may publish what lies in it, for all to see.
        frontier.tell(newSize);
        size = newSize;
    }

    /**
     * Maps whole chunks, into which the file can grow without being mapped anew. A mapping may be
     * longer than its file, but the channel makes the file longer that it maps: so that is done
     * before, and undone. Nobody else grows the file meanwhile, and writers map no more than was
     * physically written.
     */
    private void mapAhead(long newSize) throws IOException {
        if (reaches(newSize) || !canStoreThroughMapping) {
            return;
        }
        requireSameFile();
        long whole = Chunks.whole(newSize);
        data.whileLonger(
                newSize,
                whole,
                () -> {
                    readable.map(whole);
                    if (writable != null) {
                        writable.map(whole);
                    }
                });
    }

    @Override
    public void reach(long bytes) {
        if (bytes <= size || size == 0) {
            return;
        }
        // Who writes comes here often, and must not wait for a growth that is under way.
        long wanted = options.readOnly() ? bytes : Math.min(bytes, frontier.bytes());
        if (wanted > size) {
            follow(wanted);
        }
    }

    /**
     * Maps what is there. A reader looks at the file, which may be growing further, or be cut back
     * where that failed; a writer maps what was physically written.
     */
    private synchronized void follow(long bytes) {
        IOException failure = null;
        for (int attempt = 0; attempt < FOLLOW_ATTEMPTS && size < bytes; attempt++) {
            checkOpen();
            long now = options.readOnly() ? path.dataBytes() : frontier.bytes();
            try {
                requireSameFile();
                resizeMappings(now);
                if (flusher != null) {
                    flusher.noteSizeChange();
                }
                size = now;
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null && size < bytes) {
            throw Failures.of("mapping " + bytes + " bytes of " + path.data(), failure);
        }
    }

    private void undoGrowth(long oldSize, StoreIoException failure) {
        try {
            resizeMappings(oldSize);
            data.truncate(oldSize);
        } catch (IOException | StoreIoException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public synchronized void truncate(long newSize) {
        checkWritable();
        Ranges.checkCut(size, newSize);
        flusher.noteSizeChange();
        size = newSize;
        try {
            resizeMappings(newSize);
        } catch (IOException e) {
            throw Failures.of("mapping " + newSize + " bytes of " + path.data(), e);
        }
        data.truncate(newSize);
        flusher.noteSizeChange();
        frontier.tell(newSize);
    }

    private boolean reaches(long newSize) {
        return readable.reaches(newSize) && (writable == null || writable.reaches(newSize));
    }

    /** What is mapped is found by its path. */
    private void requireSameFile() throws IOException {
        if (!Machine.fileKey(path.data()).equals(fileKey)) {
            throw new StoreIoException(
                    path.data() + " was replaced by another file while it was open.");
        }
    }

    private void resizeMappings(long newSize) throws IOException {
        if (!reaches(newSize)) {
            requireSameFile();
        }
        readable.resize(newSize);
        if (writable != null) {
            writable.resize(newSize);
        }
    }

    @Override
    public MemorySegment[] chunks() {
        MappedChunks chunks = readable;
        return chunks == null ? NOTHING : chunks.segments();
    }

    @Override
    public MemorySegment map(long position, long length, Arena arena) {
        try {
            return MappedChunks.map(path.data(), position, length, arena);
        } catch (IOException e) {
            throw Failures.of(path.data() + " cannot be mapped", e);
        }
    }

    @Override
    public MemorySegment[] writableChunks() {
        MappedChunks chunks = writable;
        return chunks == null ? mapWritable() : chunks.segments();
    }

    private synchronized MemorySegment[] mapWritable() {
        checkWritable();
        if (size == 0) {
            return NOTHING;
        }
        if (writable == null) {
            MappedChunks chunks = MappedChunks.writable(path.data(), arena);
            try {
                requireSameFile();
                chunks.resize(size);
            } catch (IOException e) {
                throw Failures.of("mapping " + path.data() + " for writing", e);
            }
            writable = chunks;
        }
        return writable.segments();
    }

    @Override
    public boolean canStoreThroughMapping() {
        return canStoreThroughMapping;
    }

    @Override
    public void write(long position, MemorySegment source, long sourceOffset, long length) {
        checkWritable();
        Ranges.checkInside(position, length, size);
        if (length > 0) {
            data.write(position, source, sourceOffset, length);
        }
    }

    @Override
    public void stored(long position, long length) {
        // The kernel knows.
    }

    @Override
    public void sync() {
        checkOpen();
        Flusher flushing = flusher;
        if (flushing != null) {
            flushing.flush(writableSoFar());
        }
    }

    @Override
    public void sync(long[] ranges, int count) {
        checkOpen();
        for (int i = 0; i < count; i++) {
            Ranges.checkInside(ranges[2 * i], ranges[2 * i + 1], size);
        }
        Flusher flushing = flusher;
        if (flushing != null) {
            flushing.flush(writableSoFar(), ranges, count);
        }
    }

    private MemorySegment[] writableSoFar() {
        MappedChunks chunks = writable;
        return chunks == null ? NOTHING : chunks.segments();
    }

    @Override
    public MemorySegment liveChunk(int index) {
        checkOpen();
        return live.chunk(index);
    }

    @Override
    public int liveChunkCount() {
        return live.chunkCount();
    }

    @Override
    public void liveStored(long position, long length) {
        // The memory is all there is.
    }

    @Override
    public Processes processes() {
        return live.processes();
    }

    @Override
    public Identity identity() {
        Machine.FileKey key = fileKey;
        return new Identity(
                bootId.getMostSignificantBits(),
                bootId.getLeastSignificantBits(),
                key.device(),
                key.inode());
    }

    @Override
    public void deliveryPoint() {
        DeliveryPoint.pass(deliveryMonitor);
    }

    private void checkLimit(long newSize) {
        if (newSize > options.maxSize()) {
            throw new StoreFullException(
                    path.data()
                            + " may not grow from "
                            + size
                            + " to "
                            + newSize
                            + " bytes: its maximum size is "
                            + options.maxSize()
                            + " bytes.");
        }
    }

    private void checkWritable() {
        checkOpen();
        if (options.readOnly()) {
            throw new ReadOnlyException(path.data() + " is open for reading only.");
        }
    }

    private void checkOpen() {
        if (isClosed) {
            throw new StoreClosedException(path.data() + " is closed.");
        }
    }

    /** {@return the path of the data file, free of symbolic links} */
    @Override
    public String toString() {
        return path.data().toString();
    }

    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            if (data != null) {
                data.close();
            }
        } finally {
            release(arena, live);
        }
    }
}
