package dev.coppice.perf.compare.work;

import dev.coppice.perf.commitpath.DeviceWrites;
import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.figures.DiskUse;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.FreeMemory;
import dev.coppice.perf.figures.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Some works on one store, in a JVM of its own. Reports a line for each: its name, nanoseconds and
 * processor nanoseconds per operation, bytes allocated per operation, and one more figure: bytes on
 * disk after a load, operations per flush of the disk where commits are durable, else 0.
 *
 * <p>Thread safety: one thread.
 */
public final class Trial {
    private static final int CHUNKS = 64;

    /** To start and to end threads takes time that no operation should pay for. */
    private static final int PARALLEL_CHUNKS = 8;

    private static final int WARM_LOADS = 2;

    /**
     * Compilation takes its time, and a core: a store is warm when it has not become faster for a
     * while and the compiler rests.
     */
    private static final double WARM_PASSES = 4;

    /** A sequence has many steps to compile, however short passes are. */
    private static final long SEQUENCE_WARM_NANOS = 12_000_000_000L;

    private static final int SLICES_OF_PASS = 10;
    private static final int STEADY_SLICES = 4;
    private static final double FASTER = 0.97;
    private static final double COMPILER_RESTS = 0.1;
    private static final int WARM_LIMITS = 12;
    private static final int WARM_SHARE = 5;

    /** Per entry, where values are shorter: what is put has pages above it. */
    private static final int MIN_GROWTH_BYTES = 256;

    private final Peer peer;
    private final Path folder;
    private final Suite suite;
    private final int entries;
    private final int passes;
    private final long passNanos;

    private Trial(Peer peer, Path folder, Suite suite, int entries, int passes, long passNanos) {
        this.peer = peer;
        this.folder = folder;
        this.suite = suite;
        this.entries = entries;
        this.passes = passes;
        this.passNanos = passNanos;
    }

    /**
     * Arguments: peer, folder, suite, entries, passes, milliseconds of a pass at most, works.
     *
     * <p>The works are separated by commas and are all durable or none.
     */
    public static void main(String[] args) throws IOException {
        exitOnFailure();
        var trial =
                new Trial(
                        Peer.valueOf(args[0]),
                        Path.of(args[1]),
                        Suite.of(args[2]),
                        Integer.parseInt(args[3]),
                        Integer.parseInt(args[4]),
                        Long.parseLong(args[5]) * 1_000_000);
        List<Work> works = new ArrayList<>();
        for (String id : args[6].split(",", -1)) {
            works.add(Work.of(id));
        }
        trial.run(works);
        System.exit(0);
    }

    /** Ends the JVM where a thread fails; some of the stores have threads that keep it alive. */
    static void exitOnFailure() {
        Thread.setDefaultUncaughtExceptionHandler(Trial::fail);
    }

    private static void fail(Thread thread, Throwable cause) {
        cause.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    private void run(List<Work> works) throws IOException {
        if (works.getFirst() == Work.LOAD) {
            load();
            return;
        }
        if (works.getFirst().isStep()) {
            sequence(works);
            return;
        }
        if (works.getFirst().startsEmpty()) {
            DiskUse.emptied(folder);
        }
        try (Bench bench = open(folder, works.getFirst().isDurable(), entries)) {
            for (Work work : works) {
                measure(bench, work);
            }
        }
    }

    private Bench open(Path target, boolean isDurable, int count) throws IOException {
        return Bench.open(peer, target, isDurable, suite.shape(), count);
    }

    private static void report(Work work, Meter.Cost cost, double more) {
        Fork.line(
                "figure",
                work.id(),
                cost.wall(),
                work.isParallel() ? 0 : cost.processor(),
                work.isParallel() ? 0 : cost.allocated(),
                more);
    }

    /** Reports the wanted steps of SNKV's sequence; it allocates as its stores do, unmeasured. */
    private void sequence(List<Work> works) throws IOException {
        Warmth warmth = new Warmth(Math.max(warmNanos(), SEQUENCE_WARM_NANOS));
        for (int i = 0; i < WARM_LOADS || !warmth.isEnough(); i++) {
            Map<Work, Double> steps =
                    new Snkv(peer, folder, Math.max(1, entries / WARM_SHARE)).run();
            warmth.add(steps.values().stream().mapToDouble(Double::doubleValue).sum());
        }
        FreeMemory.touch(folder, FreeMemory.GROWTH_BYTES);
        Map<Work, Double> nanos = new Snkv(peer, folder, entries).run();
        for (Work work : works) {
            report(work, new Meter.Cost(nanos.get(work), 0, 0), 0);
        }
    }

    private void load() throws IOException {
        // What an earlier run left would free its memory too late.
        DiskUse.delete(folder);
        Path scratch = folder.resolveSibling(folder.getFileName() + "-scratch");
        Warmth warmth = new Warmth(warmNanos());
        for (int i = 0; i < WARM_LOADS || !warmth.isEnough(); i++) {
            warmth.add(load(scratch, Math.max(1, entries / WARM_SHARE)).wall());
        }
        // Some stores use as much again for logs and buffers.
        long bytes = 2 * WARM_SHARE * DiskUse.ofFolder(scratch).allocated();
        DiskUse.delete(scratch);
        FreeMemory.touch(folder, bytes);
        Meter.Cost cost = load(folder, entries);
        report(Work.LOAD, cost, (double) DiskUse.ofFolder(folder).allocated());
    }

    private Meter.Cost load(Path target, int count) throws IOException {
        DiskUse.emptied(target);
        try (Bench bench = open(target, false, count);
                Workload load = Work.LOAD.on(bench)) {
            var meter = new Meter();
            meter.start();
            long done = load.run(count);
            Meter.Cost cost = meter.stop(done, -1);
            bench.subject().settle();
            return cost;
        }
    }

    private void measure(Bench bench, Work work) throws IOException {
        var device = DeviceWrites.holding(folder);
        var meter = new Meter();
        var wall = new Sample();
        var processor = new Sample();
        var allocated = new Sample();
        long operations = 0;
        long flushes = 0;
        try (Workload workload = work.on(bench)) {
            for (int pass = 0; pass <= passes; pass++) {
                if (pass == 1 && !work.isReading()) {
                    FreeMemory.touch(folder, growthBytes());
                }
                long flushesBefore = device.flushes();
                meter.start();
                long done = pass == 0 ? warmPass(workload, work) : pass(workload, work);
                if (done == 0) {
                    break;
                }
                Meter.Cost cost = meter.stop(done, workload.countedNanos());
                if (pass > 0) {
                    wall.add(cost.wall());
                    processor.add(cost.processor());
                    allocated.add(cost.allocated());
                    operations += done;
                    flushes += device.flushes() - flushesBefore;
                }
            }
        }
        if (wall.isEmpty()) {
            throw new IOException(work.id() + ": too few entries for a pass");
        }
        var cost = new Meter.Cost(wall.median(), processor.median(), allocated.min());
        report(work, cost, work.isDurable() && flushes > 0 ? operations / (double) flushes : 0);
    }

    /** {@return {@link FreeMemory#GROWTH_BYTES}, or less where there are few entries} */
    private long growthBytes() {
        int perEntry = Math.max(MIN_GROWTH_BYTES, suite.shape().valueBytes());
        return Math.min(FreeMemory.GROWTH_BYTES, (long) entries * perEntry);
    }

    private long warmPass(Workload workload, Work work) {
        if (work.hasEnd()) {
            return pass(workload, work);
        }
        Warmth warmth = new Warmth(warmNanos());
        // What only reads leaves the store as it was, however long it does.
        long limit = work.isReading() ? Long.MAX_VALUE : WARM_LIMITS * work.limit(entries);
        long done = 0;
        while (done < limit && !warmth.isEnough()) {
            long start = System.nanoTime();
            long more = pass(workload, work, limit - done, passNanos / SLICES_OF_PASS);
            if (more == 0) {
                break;
            }
            warmth.add((System.nanoTime() - start) / (double) more);
            done += more;
        }
        return done;
    }

    private long warmNanos() {
        return (long) (WARM_PASSES * passNanos);
    }

    /** Whether a store has been run for long enough to be measured. */
    private static final class Warmth {
        private final long deadline;
        private final CompilerWatch compiler = new CompilerWatch();
        private double fastest = Double.MAX_VALUE;
        private int steady;

        Warmth(long nanos) {
            this.deadline = System.nanoTime() + nanos;
        }

        void add(double nanos) {
            boolean isSteady = compiler.share() < COMPILER_RESTS && nanos >= fastest * FASTER;
            steady = isSteady ? steady + 1 : 0;
            fastest = Math.min(fastest, nanos);
        }

        boolean isEnough() {
            return steady >= STEADY_SLICES || System.nanoTime() - deadline > 0;
        }
    }

    private long pass(Workload workload, Work work) {
        return pass(workload, work, work.limit(entries), passNanos);
    }

    /** Runs up to so many operations or so long; returns how many it did. */
    private long pass(Workload workload, Work work, long limit, long nanos) {
        int chunks = work.isParallel() ? PARALLEL_CHUNKS : CHUNKS;
        long chunk = Math.max(1, work.limit(entries) / chunks);
        long deadline = System.nanoTime() + nanos;
        long done = 0;
        while (done < limit && System.nanoTime() < deadline) {
            long more = workload.run(Math.min(chunk, limit - done));
            if (more == 0) {
                break;
            }
            done += more;
        }
        return done;
    }
}
