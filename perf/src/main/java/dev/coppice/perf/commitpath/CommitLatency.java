package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Service time of a NORMAL put and commit beside checkpoints, for one variant per JVM.
 *
 * <p>Run with {@code java -Xms2g -XX:+AlwaysPreTouch -cp <classes>
 * dev.coppice.perf.commitpath.CommitLatency <directory> <variant> [key=value ...]}, as root so that
 * the page cache can be dropped. Variants:
 *
 * <ul>
 *   <li>MEMORY: native memory instead of the file, no flush; the noise of machine and loop
 *   <li>SCATTERED_FILE: mapped stores into scattered free pages, whole-file flush
 *   <li>EXTENT_FILE: mapped stores into 2 MiB extents, whole-file flush
 *   <li>EXTENT_RANGES: mapped stores into 2 MiB extents, flush of the stored ranges
 *   <li>EXTENT_PREFAULT: the same, the next extents pre-faulted
 *   <li>CHANNEL_RUN: one FileChannel.write of a 16 KiB run, whole-file flush
 *   <li>RAF_RUN: one RandomAccessFile.write of a 16 KiB run, whole-file flush
 * </ul>
 *
 * Keys: {@code leaves} (32768; 1,000,000 entries of 116 bytes), {@code mib} (1024), {@code rate}
 * (100000 commits per second, 0 is unpaced), {@code checkpointMillis} (100), {@code ahead} (grants
 * kept ahead), {@code mergeMib} (2; the longest range of one flush), {@code seconds} (6), {@code
 * disk} (vda), {@code runs} (1).
 *
 * <p>Prints one line: latencies in nanoseconds, checkpoints in milliseconds, device bytes per byte
 * of pages that the captured roots reach. Thread safety: one thread plus the maintenance thread.
 */
public final class CommitLatency {
    private static final int WARM_UP_SECONDS = 2;
    private static final int AGEING_COMMITS_PER_LEAF = 20;
    private static final int AGEING_GENERATION = 10_000;
    private static final int ENTRY_BYTES = 116;
    private static final int LIVE_FILE_BYTES = 64 * 1024;

    private enum Variant {
        MEMORY(SpacePool.Choice.EXTENT, false, false, 32),
        SCATTERED_FILE(SpacePool.Choice.SCATTERED, false, false, 64),
        EXTENT_FILE(SpacePool.Choice.EXTENT, false, false, 64),
        EXTENT_RANGES(SpacePool.Choice.EXTENT, true, false, 16),
        EXTENT_PREFAULT(SpacePool.Choice.EXTENT, true, true, 16),
        CHANNEL_RUN(SpacePool.Choice.RUNS, false, false, 128),
        RAF_RUN(SpacePool.Choice.RUNS, false, false, 128);

        private final SpacePool.Choice choice;
        private final boolean flushesRanges;
        private final boolean prefaults;
        private final int grantsAhead;

        Variant(SpacePool.Choice choice, boolean flushesRanges, boolean prefaults, int ahead) {
            this.choice = choice;
            this.flushesRanges = flushesRanges;
            this.prefaults = prefaults;
            this.grantsAhead = ahead;
        }

        boolean isPositional() {
            return choice == SpacePool.Choice.RUNS;
        }
    }

    private final Variant variant;
    private final Options options;
    private final Path dataPath;
    private final Path livePath;

    private CommitLatency(Path directory, Variant variant, Options options) {
        this.variant = variant;
        this.options = options;
        dataPath = directory.resolve("spike.coppice");
        livePath = directory.resolve("spike.coppice-live");
    }

    /** Runs one variant. */
    public static void main(String[] args) throws Exception {
        var spike =
                new CommitLatency(
                        Path.of(args[0]), Variant.valueOf(args[1]), Options.parse(args, 2));
        spike.run();
    }

    private void run() throws IOException, InterruptedException {
        long bytes = options.number("mib", 1024) << 20;
        Files.createDirectories(dataPath.getParent());
        if (variant == Variant.MEMORY) {
            try (var arena = Arena.ofShared()) {
                MemorySegment memory = arena.allocate(bytes, PAGE_BYTES).fill((byte) 7);
                runOn(memory, null, null, arena);
            }
            return;
        }
        ScratchFile.ensureWritten(dataPath, bytes);
        ScratchFile.dropPageCache();
        try (var arena = Arena.ofShared();
                var flusher =
                        AsynchronousFileChannel.open(
                                dataPath, StandardOpenOption.READ, StandardOpenOption.WRITE);
                var writer = new RandomAccessFile(dataPath.toFile(), "rw")) {
            runOn(ScratchFile.mapAndScan(dataPath, arena), flusher, writer, arena);
        }
    }

    private void runOn(
            MemorySegment file,
            AsynchronousFileChannel flusher,
            RandomAccessFile positional,
            Arena arena)
            throws IOException, InterruptedException {
        int leaves = (int) options.number("leaves", 32_768);
        int pageCount = (int) (file.byteSize() / PAGE_BYTES);
        var tree = new TreeModel(leaves, ScratchFile.EXTENT_PAGES, variant.isPositional());
        int firstFree = ScratchFile.EXTENT_PAGES + tree.nodeCount();
        var pool = new SpacePool(variant.choice, pageCount, firstFree);
        age(tree, pool);
        MemorySegment entry = arena.allocate(ENTRY_BYTES);
        PageStore store = storeFor(file, entry, positional, arena);
        MemorySegment slots = mapLiveFile(arena);
        var writer = new CommitWriter(tree, store, file, slots);
        var maintenance = maintenanceFor(tree, writer, pool, file, flusher);
        var thread = new Thread(maintenance, "maintenance");
        thread.start();
        try {
            measure(writer, maintenance);
        } finally {
            writer.stop();
            thread.join();
        }
    }

    private Maintenance maintenanceFor(
            TreeModel tree,
            CommitWriter writer,
            SpacePool pool,
            MemorySegment file,
            AsynchronousFileChannel flusher) {
        var plan =
                new Maintenance.Plan(
                        options.number("checkpointMillis", 100) * 1_000_000L,
                        variant.flushesRanges,
                        variant.prefaults,
                        !variant.isPositional(),
                        (int) options.number("ahead", variant.grantsAhead),
                        (int) (options.number("mergeMib", 2) << 20) / PAGE_BYTES);
        return new Maintenance(plan, tree, writer, pool, file, flusher);
    }

    private PageStore storeFor(
            MemorySegment file, MemorySegment entry, RandomAccessFile positional, Arena arena) {
        return switch (variant) {
            case CHANNEL_RUN -> new ChannelPageStore(file, entry, positional.getChannel(), arena);
            case RAF_RUN -> new RandomAccessPageStore(file, entry, positional);
            default -> new MappedPageStore(file, entry);
        };
    }

    private MemorySegment mapLiveFile(Arena arena) throws IOException {
        ScratchFile.ensureWritten(livePath, LIVE_FILE_BYTES);
        try (var channel =
                FileChannel.open(livePath, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.READ_WRITE, 0, LIVE_FILE_BYTES, arena);
        }
    }

    /** Moves leaves about without touching the file until free space looks like an old store's. */
    private void age(TreeModel tree, SpacePool pool) {
        var random = new java.util.Random(3);
        long commits = (long) tree.leafCount() * AGEING_COMMITS_PER_LEAF;
        for (long commit = 1; commit <= commits; commit++) {
            if (!tree.hasRoom()) {
                tree.queue.add(pool.take());
            }
            tree.plan(random.nextInt(tree.leafCount()));
            tree.apply();
            if (commit % AGEING_GENERATION == 0) {
                Capture done = tree.capture(new Capture());
                for (Capture.PageList list : java.util.List.of(done.loose, done.pending)) {
                    for (int index = 0; index < list.size; index++) {
                        pool.release(list.pages[index]);
                    }
                }
                done.grants.forEach(pool::finish);
            }
        }
    }

    private void measure(CommitWriter writer, Maintenance maintenance) throws IOException {
        var device = new DeviceWrites(options.text("disk", "vda"));
        commitFor(writer, WARM_UP_SECONDS, new LatencyHistogram());
        for (long run = options.number("runs", 1); run > 0; run--) {
            var latency = new LatencyHistogram();
            maintenance.startMeasuring();
            long waitsBefore = writer.grantWaits();
            long bytesBefore = device.bytes();
            long start = System.nanoTime();
            commitFor(writer, options.number("seconds", 6), latency);
            double seconds = (System.nanoTime() - start) / 1e9;
            long deviceBytes = device.bytes() - bytesBefore;
            report(latency, maintenance, seconds, deviceBytes, writer.grantWaits() - waitsBefore);
        }
        if (writer.result() == 42) {
            System.err.println("unlikely sum of search results");
        }
    }

    private void commitFor(CommitWriter writer, long seconds, LatencyHistogram latency)
            throws IOException {
        long rate = options.number("rate", 100_000);
        long period = rate == 0 ? 0 : 1_000_000_000L / rate;
        long next = System.nanoTime();
        long end = next + seconds * 1_000_000_000L;
        long start;
        while ((start = System.nanoTime()) - end < 0) {
            if (start - next < 0) {
                Thread.onSpinWait();
                continue;
            }
            writer.commit();
            latency.record(System.nanoTime() - start);
            next += period;
        }
    }

    private void report(
            LatencyHistogram latency,
            Maintenance work,
            double seconds,
            long deviceBytes,
            long waits) {
        double reachableBytes = (double) work.reachablePages * PAGE_BYTES;
        double storedBytes = (double) work.storedPages * PAGE_BYTES;
        long checkpoints = Math.max(1, work.checkpointNanos.total());
        System.out.printf(
                Locale.ROOT,
                "%-15s %s kops=%.0f p50=%d p99=%d p99.9=%d p99.99=%d max=%d waits=%d"
                        + " checkpoints=%d cpP50ms=%.1f cpMaxms=%.1f ranges=%d reachableMiB=%.1f"
                        + " deviceMiBs=%.0f perReachable=%.2f perStored=%.2f freePerExtent=%d%n",
                variant,
                options,
                latency.total() / seconds / 1e3,
                latency.atQuantile(0.5),
                latency.atQuantile(0.99),
                latency.atQuantile(0.999),
                latency.atQuantile(0.9999),
                latency.max(),
                waits,
                work.checkpointNanos.total(),
                work.checkpointNanos.atQuantile(0.5) / 1e6,
                work.checkpointNanos.max() / 1e6,
                work.flushedRanges / checkpoints,
                reachableBytes / checkpoints / (1 << 20),
                deviceBytes / seconds / (1 << 20),
                deviceBytes / Math.max(1, reachableBytes),
                deviceBytes / Math.max(1, storedBytes),
                work.grantedPages / Math.max(1, work.grantsMade));
    }
}
