package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.EXTENT_BYTES;
import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * The FULL commit's input and output: a positional write of a 16 KiB run, one of the 4 KiB durable
 * slot block, and one flush, by kind of flush.
 *
 * <p>Run with {@code java -cp <classes> dev.coppice.perf.commitpath.FullCommitFlush <directory>
 * [commits=1000] [rounds=5]}, as root. The kinds alternate; one line per kind and round, latencies
 * in microseconds. Thread safety: one thread.
 */
public final class FullCommitFlush {
    private static final int FILE_MIB = 1024;
    private static final int RUN_BYTES = 4 * PAGE_BYTES;

    private enum Kind {
        /** AsynchronousFileChannel.force, writes through a FileChannel. */
        ASYNC_FORCE,
        /** FileChannel.force, writes through the same FileChannel. */
        CHANNEL_FORCE,
        /** AsynchronousFileChannel.force, writes through a RandomAccessFile. */
        RAF_WRITE_ASYNC_FORCE,
        /** MemorySegment.force of the run, then of the slot block: two flushes. */
        TWO_RANGES,
        /** No flush: what the two positional writes cost alone. */
        NO_FLUSH
    }

    private final MemorySegment file;
    private final FileChannel writer;
    private final RandomAccessFile uninterruptible;
    private final AsynchronousFileChannel flusher;
    private final ByteBuffer run = ByteBuffer.allocateDirect(RUN_BYTES);
    private final ByteBuffer slot = ByteBuffer.allocateDirect(PAGE_BYTES);
    private final byte[] runBytes = new byte[RUN_BYTES];
    private final byte[] slotBytes = new byte[PAGE_BYTES];
    private long commit;

    private FullCommitFlush(
            MemorySegment file,
            FileChannel writer,
            RandomAccessFile uninterruptible,
            AsynchronousFileChannel flusher) {
        this.file = file;
        this.writer = writer;
        this.uninterruptible = uninterruptible;
        this.flusher = flusher;
    }

    /** Runs all kinds in turn. */
    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]).resolve("spike.coppice");
        Options options = Options.parse(args, 1);
        Files.createDirectories(path.getParent());
        ScratchFile.ensureWritten(path, (long) FILE_MIB << 20);
        ScratchFile.dropPageCache();
        try (var arena = Arena.ofShared();
                var writer = FileChannel.open(path, StandardOpenOption.WRITE);
                var uninterruptible = new RandomAccessFile(path.toFile(), "rw");
                var flusher = AsynchronousFileChannel.open(path, StandardOpenOption.WRITE)) {
            MemorySegment file = ScratchFile.mapAndScan(path, arena);
            var spike = new FullCommitFlush(file, writer, uninterruptible, flusher);
            spike.measure(Kind.ASYNC_FORCE, 200);
            for (long round = options.number("rounds", 5); round > 0; round--) {
                for (Kind kind : Kind.values()) {
                    LatencyHistogram latency = spike.measure(kind, options.number("commits", 1000));
                    report(kind.name(), latency);
                }
            }
            spike.measureBesidePrefaulted();
        }
    }

    private LatencyHistogram measure(Kind kind, long commits) throws IOException {
        var latency = new LatencyHistogram();
        for (long index = 0; index < commits; index++) {
            long start = System.nanoTime();
            commit(kind);
            latency.record(System.nanoTime() - start);
        }
        return latency;
    }

    /** What the first whole-file flush pays after mapped stores or pre-faults in other extents. */
    private void measureBesidePrefaulted() throws IOException {
        for (int extents : new int[] {1, 4, 16}) {
            var latency = new LatencyHistogram();
            for (int repeat = 0; repeat < 20; repeat++) {
                for (int extent = 0; extent < extents; extent++) {
                    long position = (300L + extent) * EXTENT_BYTES;
                    file.set(java.lang.foreign.ValueLayout.JAVA_BYTE, position, (byte) repeat);
                }
                long start = System.nanoTime();
                commit(Kind.ASYNC_FORCE);
                latency.record(System.nanoTime() - start);
            }
            report("FIRST_AFTER_" + extents + "_DIRTY_EXTENTS", latency);
        }
    }

    private void commit(Kind kind) throws IOException {
        long position = EXTENT_BYTES + (commit++ % 10_000) * RUN_BYTES;
        long slotPosition = PAGE_BYTES * (1 + (commit & 1));
        if (kind == Kind.RAF_WRITE_ASYNC_FORCE) {
            uninterruptible.seek(position);
            uninterruptible.write(runBytes);
            uninterruptible.seek(slotPosition);
            uninterruptible.write(slotBytes);
        } else {
            writer.write(run.clear(), position);
            writer.write(slot.clear(), slotPosition);
        }
        switch (kind) {
            case CHANNEL_FORCE -> writer.force(false);
            case TWO_RANGES -> {
                file.asSlice(position, RUN_BYTES).force();
                file.asSlice(slotPosition, PAGE_BYTES).force();
            }
            case NO_FLUSH -> {}
            default -> flusher.force(false);
        }
    }

    private static void report(String name, LatencyHistogram latency) {
        System.out.printf(
                Locale.ROOT,
                "%-30s p50=%.1f p99=%.1f p99.9=%.1f max=%.1f%n",
                name,
                latency.atQuantile(0.5) / 1e3,
                latency.atQuantile(0.99) / 1e3,
                latency.atQuantile(0.999) / 1e3,
                latency.max() / 1e3);
    }
}
