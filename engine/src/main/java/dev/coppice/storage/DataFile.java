package dev.coppice.storage;

import dev.coppice.error.StoreIoException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Positional writes, growth, cuts and flushes of an existing data file. None of it can be
 * interrupted: writes go through {@link RandomAccessFile}, growth and flushes through one {@link
 * AsynchronousFileChannel} that is opened once and never again, so that no failed flush is
 * forgotten with the descriptor that would have reported it.
 *
 * <p>Thread safety: any thread.
 */
final class DataFile implements Closeable {
    private static final int WRITE_PIECE_BYTES = 1 << 18;

    // Guarded by the class; made when a file first grows, and never modified
    private static ByteBuffer folioOfZeros;

    // Immutable
    private final Path file;
    private final AsynchronousFileChannel channel;

    // Guarded by writer
    private final RandomAccessFile writer;
    private byte[] piece = new byte[4096];

    // Guarded by grower, as are growth and cuts, so that growing ahead holds up no write
    private final RandomAccessFile grower;

    private DataFile(
            Path file,
            AsynchronousFileChannel channel,
            RandomAccessFile writer,
            RandomAccessFile grower) {
        this.file = file;
        this.channel = channel;
        this.writer = writer;
        this.grower = grower;
    }

    static DataFile open(Path file) {
        AsynchronousFileChannel channel = null;
        RandomAccessFile writer = null;
        try {
            channel =
                    AsynchronousFileChannel.open(
                            file,
                            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE),
                            new CallerExecutor());
            writer = new RandomAccessFile(file.toFile(), "rw");
            return new DataFile(file, channel, writer, new RandomAccessFile(file.toFile(), "rw"));
        } catch (IOException e) {
            StoreIoException failure =
                    new StoreIoException(
                            "This process may not write to "
                                    + file
                                    + ": change its permissions, or open the store for reading.",
                            e);
            CloseAll.afterFailure(failure, writer, channel);
            throw failure;
        }
    }

    void write(long position, MemorySegment source, long sourceOffset, long length) {
        synchronized (writer) {
            try {
                writer.seek(position);
                for (long done = 0; done < length; ) {
                    int bytes = (int) Math.min(length - done, WRITE_PIECE_BYTES);
                    writer.write(copy(source, sourceOffset + done, bytes), 0, bytes);
                    done += bytes;
                }
            } catch (IOException e) {
                throw Failures.ofWrite(
                        file, "writing " + length + " bytes at " + position + " of " + file, e);
            }
        }
    }

    private byte[] copy(MemorySegment source, long offset, int bytes) {
        if (piece.length < bytes) {
            piece = new byte[Math.min(WRITE_PIECE_BYTES, Integer.highestOneBit(bytes) << 1)];
        }
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, piece, 0, bytes);
        return piece;
    }

    /** Writes zeros behind the old end; where that fails, cuts back to it. */
    void grow(long size, long newSize) {
        synchronized (grower) {
            try {
                writeZeros(size, newSize);
            } catch (IOException e) {
                RuntimeException failure = growthFailure(size, newSize, e);
                try {
                    grower.setLength(size);
                } catch (IOException f) {
                    failure.addSuppressed(f);
                }
                throw failure;
            }
        }
    }

    private RuntimeException growthFailure(long size, long newSize, IOException cause) {
        return Failures.ofWrite(
                file, "growing " + file + " from " + size + " to " + newSize + " bytes", cause);
    }

    /** A folio of the page cache is as large as the write that made it, and aligned like it. */
    private void writeZeros(long size, long newSize) throws IOException {
        ByteBuffer zeros = folioOfZeros();
        for (long position = size; position < newSize; ) {
            long folioEnd = (position / Storage.FOLIO_BYTES + 1) * Storage.FOLIO_BYTES;
            zeros.clear().limit((int) (Math.min(newSize, folioEnd) - position));
            while (zeros.hasRemaining()) {
                position += Shield.result(channel.write(zeros, position));
            }
        }
    }

    private static synchronized ByteBuffer folioOfZeros() {
        if (folioOfZeros == null) {
            folioOfZeros = ByteBuffer.allocateDirect(Storage.FOLIO_BYTES);
        }
        return folioOfZeros.duplicate();
    }

    /** What is done while the file is longer than it is to be. */
    interface Action {
        void run() throws IOException;
    }

    /**
     * Runs an action while the file ends later, in a hole, and cuts it back. Where the system
     * refuses such a file, the action is not run.
     *
     * @throws IOException of the action, or when the file could not be cut back
     */
    void whileLonger(long size, long longer, Action action) throws IOException {
        synchronized (grower) {
            try {
                grower.setLength(longer);
            } catch (IOException e) {
                // It may be beyond a limit of the file system or of the process.
                grower.setLength(size);
                return;
            }
            try {
                action.run();
            } finally {
                grower.setLength(size);
            }
        }
    }

    void truncate(long newSize) {
        synchronized (grower) {
            try {
                grower.setLength(newSize);
            } catch (IOException e) {
                throw Failures.of("cutting " + file + " to " + newSize + " bytes", e);
            }
        }
    }

    /** Waits until all written bytes and the size are on the medium; mapped stores too on Linux. */
    void flush() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw Failures.of("flushing " + file, e);
        }
    }

    @Override
    public void close() {
        CloseAll.of(file, grower, writer, channel);
    }
}
