package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.EXTENT_BYTES;
import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/**
 * When one whole-file flush is cheaper than a flush per range, by number of ranges.
 *
 * <p>Run with {@code java -cp <classes> dev.coppice.perf.commitpath.FlushRangeCost <directory>
 * [disk=vda] [repeats=7]}, as root. Prints medians in milliseconds for ranges that were dirtied by
 * a positional write of one page, a mapped store of one page, or mapped stores of a whole 2 MiB
 * extent; one range per extent. Thread safety: one thread.
 */
public final class FlushRangeCost {
    private static final int FILE_MIB = 1024;
    private static final int[] RANGE_COUNTS = {1, 4, 16, 64, 256};

    private enum Dirtying {
        PAGE_WRITTEN(PAGE_BYTES),
        PAGE_STORED(PAGE_BYTES),
        EXTENT_STORED(EXTENT_BYTES);

        private final int bytes;

        Dirtying(int bytes) {
            this.bytes = bytes;
        }
    }

    private final MemorySegment file;
    private final FileChannel writer;
    private final AsynchronousFileChannel flusher;
    private final DeviceWrites device;
    private final int repeats;

    private FlushRangeCost(
            MemorySegment file,
            FileChannel writer,
            AsynchronousFileChannel flusher,
            Options options) {
        this.file = file;
        this.writer = writer;
        this.flusher = flusher;
        device = new DeviceWrites(options.text("disk", "vda"));
        repeats = (int) options.number("repeats", 7);
    }

    /** Runs all combinations. */
    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]).resolve("spike.coppice");
        Files.createDirectories(path.getParent());
        ScratchFile.ensureWritten(path, (long) FILE_MIB << 20);
        ScratchFile.dropPageCache();
        try (var arena = Arena.ofShared();
                var writer = FileChannel.open(path, StandardOpenOption.WRITE);
                var flusher = AsynchronousFileChannel.open(path, StandardOpenOption.WRITE)) {
            MemorySegment file = ScratchFile.mapAndScan(path, arena);
            new FlushRangeCost(file, writer, flusher, Options.parse(args, 1)).run();
        }
    }

    private void run() throws IOException {
        measure(Dirtying.PAGE_STORED, RANGE_COUNTS[2], true);
        for (Dirtying dirtying : Dirtying.values()) {
            for (int ranges : RANGE_COUNTS) {
                String byRange = measure(dirtying, ranges, true);
                String byFile = measure(dirtying, ranges, false);
                System.out.printf(
                        Locale.ROOT,
                        "%-14s ranges=%-3d byRange: %s byFile: %s%n",
                        dirtying,
                        ranges,
                        byRange,
                        byFile);
            }
        }
    }

    private String measure(Dirtying dirtying, int ranges, boolean byRange) throws IOException {
        long[] nanos = new long[repeats];
        long bytesBefore = device.bytes();
        for (int repeat = 0; repeat < repeats; repeat++) {
            for (int range = 0; range < ranges; range++) {
                dirty(dirtying, positionOf(range, ranges), (byte) (repeat + 1));
            }
            long start = System.nanoTime();
            flush(dirtying, ranges, byRange);
            nanos[repeat] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        double amplification =
                (double) (device.bytes() - bytesBefore)
                        / ((double) dirtying.bytes * ranges * repeats);
        return String.format(
                Locale.ROOT,
                "ms=%.2f (%.2f-%.2f) deviceBytes=%.1fx",
                nanos[repeats / 2] / 1e6,
                nanos[0] / 1e6,
                nanos[repeats - 1] / 1e6,
                amplification);
    }

    private void flush(Dirtying dirtying, int ranges, boolean byRange) throws IOException {
        if (!byRange) {
            flusher.force(false);
            return;
        }
        for (int range = 0; range < ranges; range++) {
            file.asSlice(positionOf(range, ranges), dirtying.bytes).force();
        }
    }

    private void dirty(Dirtying dirtying, long position, byte value) throws IOException {
        if (dirtying == Dirtying.PAGE_WRITTEN) {
            byte[] page = new byte[PAGE_BYTES];
            Arrays.fill(page, value);
            writer.write(ByteBuffer.wrap(page), position);
        } else {
            file.asSlice(position, dirtying.bytes).fill(value);
        }
    }

    /** Spreads the ranges evenly over the file, at least one free extent between two. */
    private long positionOf(int range, int ranges) {
        long extents = file.byteSize() / EXTENT_BYTES;
        return range * (extents / ranges) * EXTENT_BYTES;
    }
}
