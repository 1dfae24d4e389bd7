package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Cost per page and worst pause of an append load through the mapping, by growth step. A step is
 * written physically, then mapped; pages are stored in ascending order.
 *
 * <p>Run with {@code java -cp <classes> dev.coppice.perf.commitpath.GrowthStep <directory>
 * [mib=512] [rounds=3]}. Columns: bytes per growth step, bytes per write call, who grows (writer,
 * or a maintenance thread that also pre-faults, up to 16 MiB ahead). Thread safety: one thread plus
 * the maintenance thread.
 */
public final class GrowthStep {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final int KIB = 1024;
    private static final int AHEAD_BYTES = 16 * KIB * KIB;

    private enum Grower {
        WRITER,
        AHEAD,
        AHEAD_PREFAULTED
    }

    private record Setting(int stepBytes, int writeBytes, Grower grower) {}

    private static final Setting[] SETTINGS = {
        new Setting(64 * KIB, 64 * KIB, Grower.WRITER),
        new Setting(256 * KIB, 256 * KIB, Grower.WRITER),
        new Setting(2048 * KIB, 4 * KIB, Grower.WRITER),
        new Setting(2048 * KIB, 64 * KIB, Grower.WRITER),
        new Setting(2048 * KIB, 2048 * KIB, Grower.WRITER),
        new Setting(2048 * KIB, 64 * KIB, Grower.AHEAD),
        new Setting(2048 * KIB, 256 * KIB, Grower.AHEAD_PREFAULTED),
        new Setting(2048 * KIB, 64 * KIB, Grower.AHEAD_PREFAULTED),
    };

    private final Path path;
    private final long bytes;
    private final Setting setting;
    private final ByteBuffer zeros; // used by the one thread that grows

    private GrowthStep(Path path, long bytes, Setting setting) {
        this.path = path;
        this.bytes = bytes;
        this.setting = setting;
        zeros = ByteBuffer.allocateDirect(setting.writeBytes());
    }

    /** Runs all settings in turn. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path path = Path.of(args[0]).resolve("growth.coppice");
        Options options = Options.parse(args, 1);
        Files.createDirectories(path.getParent());
        long bytes = options.number("mib", 512) << 20;
        new GrowthStep(path, bytes / 4, SETTINGS[1]).run();
        for (long round = options.number("rounds", 3); round > 0; round--) {
            for (Setting setting : SETTINGS) {
                System.out.println(new GrowthStep(path, bytes, setting).run());
            }
        }
    }

    private String run() throws IOException, InterruptedException {
        Files.deleteIfExists(path);
        try (var arena = Arena.ofShared();
                var channel =
                        FileChannel.open(
                                path,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            return setting.grower() == Grower.WRITER
                    ? load(arena, position -> grow(channel, arena, position))
                    : loadAhead(arena, channel);
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private String loadAhead(Arena arena, FileChannel channel)
            throws IOException, InterruptedException {
        var steps = new ArrayBlockingQueue<MemorySegment>(AHEAD_BYTES / setting.stepBytes());
        var thread =
                new Thread(
                        () -> {
                            try {
                                for (long at = 0; at < bytes; at += setting.stepBytes()) {
                                    steps.put(grow(channel, arena, at));
                                }
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "maintenance");
        thread.start();
        String line = load(arena, position -> takeFrom(steps));
        thread.join();
        return line;
    }

    private static MemorySegment takeFrom(ArrayBlockingQueue<MemorySegment> steps) {
        MemorySegment step;
        while ((step = steps.poll()) == null) {
            Thread.onSpinWait();
        }
        return step;
    }

    @FunctionalInterface
    private interface StepSource {
        MemorySegment next(long position) throws IOException;
    }

    private String load(Arena arena, StepSource source) throws IOException {
        MemorySegment page = arena.allocate(PAGE_BYTES, PAGE_BYTES).fill((byte) 1);
        var latency = new LatencyHistogram();
        long begin = System.nanoTime();
        for (long position = 0; position < bytes; position += setting.stepBytes()) {
            long start = System.nanoTime();
            MemorySegment step = source.next(position);
            for (long offset = 0; offset < setting.stepBytes(); offset += PAGE_BYTES) {
                MemorySegment.copy(page, 0, step, offset, PAGE_BYTES);
                long end = System.nanoTime();
                latency.record(end - start);
                start = end;
            }
        }
        double nanosPerPage = (double) (System.nanoTime() - begin) / latency.total();
        return String.format(
                Locale.ROOT,
                "step=%-8d write=%-8d %-17s nsPerPage=%.0f p50=%d p99=%d p99.9=%d max=%d",
                setting.stepBytes(),
                setting.writeBytes(),
                setting.grower(),
                nanosPerPage,
                latency.atQuantile(0.5),
                latency.atQuantile(0.99),
                latency.atQuantile(0.999),
                latency.max());
    }

    private MemorySegment grow(FileChannel channel, Arena arena, long position) throws IOException {
        for (int done = 0; done < setting.stepBytes(); done += setting.writeBytes()) {
            channel.write(zeros.clear(), position + done);
        }
        MemorySegment step = channel.map(MapMode.READ_WRITE, position, setting.stepBytes(), arena);
        if (setting.grower() == Grower.AHEAD_PREFAULTED) {
            for (long offset = 0; offset < step.byteSize(); offset += PAGE_BYTES) {
                long _ = (long) LONG.getAndAdd(step, offset, 0L);
            }
        }
        return step;
    }
}
