package dev.coppice.fuzz.corrupt;

import com.sun.management.ThreadMXBean;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.Verify;
import dev.coppice.error.StoreException;
import dev.coppice.storage.MemoryStorage;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Opens a damaged copy of a specimen and examines it, within bounds of memory and room.
 *
 * <p>Thread safety: one thread.
 */
final class Trial {
    static final long MAX_STORE_BYTES = 16 << 20;
    private static final long MAX_LIVE_BYTES = 80 << 20;
    private static final long MAX_ALLOCATED_BYTES = 256L << 20;
    private static final List<Verify> VERIFIES = List.of(Verify.values());

    private final Specimen specimen;
    private final FileCopy copy;
    private final boolean mustBeRight;
    private final StoreConfig config;
    private long maxAllocatedBytes = MAX_ALLOCATED_BYTES;

    /**
     * Prepares a trial.
     *
     * @param mustBeRight whether every answer must be right or an error
     * @param random chooses how pages are verified
     */
    Trial(Specimen specimen, FileCopy copy, boolean mustBeRight, RandomGenerator random) {
        this.specimen = specimen;
        this.copy = copy;
        this.mustBeRight = mustBeRight;
        Verify verify = random.nextBoolean() ? Verify.ALWAYS : Verify.FIRST_TOUCH;
        this.config =
                StoreConfig.defaults()
                        .withPageBytes(specimen.pageBytes())
                        .withVerify(
                                mustBeRight
                                        ? verify
                                        : VERIFIES.get(random.nextInt(VERIFIES.size())))
                        .withMaxBytes(MAX_STORE_BYTES);
    }

    /**
     * Loads what a trial uses: an agent that changes classes as they are loaded allocates for it.
     */
    static void warmUp(Specimen specimen) {
        Trial trial = new Trial(specimen, FileCopy.of(specimen), true, new Random(0));
        trial.maxAllocatedBytes = Long.MAX_VALUE;
        trial.inMemory();
    }

    /** How a store is opened. */
    private interface Opening {
        Store open() throws IOException;
    }

    private int examine(Opening opening) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int errors;
        try (Store store = opening.open()) {
            errors = new Examination(specimen, mustBeRight).examine(store);
        } catch (StoreException e) {
            errors = 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (allocated > maxAllocatedBytes) {
            throw new AssertionError("it allocated " + allocated + " bytes");
        }
        return errors;
    }

    /** {@return how many operations on the store in memory ended with an error of the store} */
    int inMemory() {
        return specimen.disk() == null ? examine(() -> Store.on(memory(), config)) : onDisk(false);
    }

    /** {@return the same for a process that comes to read beside the one that reads} */
    int besideReader() {
        return onDisk(true);
    }

    private Storage memory() {
        MemoryStorage storage = new MemoryStorage(MAX_STORE_BYTES);
        if (copy.dataBytes() > 0) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment bytes = copy.data().asSlice(0, copy.dataBytes());
                storage.create(arena.allocate(copy.dataBytes(), 8).copyFrom(bytes));
            }
        }
        return storage;
    }

    private int onDisk(boolean isReader) {
        SimulatedDisk image = specimen.disk().kill();
        try {
            Storage storage = image;
            long bytes = copy.data().byteSize();
            if (bytes > storage.size()) {
                storage.grow(bytes);
            }
            storage.writableChunks()[0].copyFrom(copy.data());
            storage.truncate(copy.dataBytes());
            for (int i = 0; i < storage.liveChunkCount(); i++) {
                long from = (long) i * Storage.LIVE_CHUNK_BYTES;
                storage.liveChunk(i).copyFrom(copy.live().asSlice(from, Storage.LIVE_CHUNK_BYTES));
            }
            int errors =
                    isReader
                            ? examine(
                                    () -> Store.on(image.attachReader(), config.withReadOnly(true)))
                            : examine(() -> Store.on(image, config));
            requireRoom(storage.liveChunkCount() * (long) Storage.LIVE_CHUNK_BYTES);
            return errors;
        } finally {
            image.discard();
        }
    }

    /** {@return the same for a file, whose inode stays what it was where it exists} */
    int inFile(Path path) throws IOException {
        Path live = restore(path, copy);
        int errors = examine(() -> Store.open(path, config));
        requireRoom(Files.exists(live) ? Files.size(live) - copy.liveBytes() : 0);
        return errors;
    }

    /** Writes a copy into files that may exist; returns the path of the live file. */
    static Path restore(Path path, FileCopy copy) throws IOException {
        Path live = path.resolveSibling(path.getFileName() + "-live");
        write(path, copy.data(), copy.dataBytes());
        if (copy.live().byteSize() > 0) {
            write(live, copy.live(), copy.liveBytes());
        } else {
            Files.deleteIfExists(live);
        }
        return live;
    }

    private static void requireRoom(long liveBytes) {
        if (liveBytes > MAX_LIVE_BYTES) {
            throw new AssertionError("the live file has grown by " + liveBytes + " bytes");
        }
    }

    private static void write(Path path, MemorySegment bytes, long length) throws IOException {
        byte[] content =
                bytes.asSlice(0, Math.min(length, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(0);
            file.write(content);
            file.setLength(length);
        }
    }
}
