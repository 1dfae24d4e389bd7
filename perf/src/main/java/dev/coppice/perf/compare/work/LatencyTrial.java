package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Subject;
import dev.coppice.perf.compare.store.Walk;
import dev.coppice.perf.figures.Fork;
import dev.coppice.perf.figures.FreeMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * A writer that puts and commits at a fixed pace whatever happens, beside threads that scan
 * snapshots, in a JVM of its own. A put that is late because the one before took long counts as
 * late: its response time starts when it was due.
 *
 * <p>Lines printed: {@code rate} and puts per second; {@code service} (call to return), {@code
 * response} (due to return) and, where checkpoints are forced, {@code during} and {@code outside}
 * one (service time), {@code checkpoint} (its length): each with the percentiles of {@link
 * #QUANTILES} and the longest, in nanoseconds.
 *
 * <p>Thread safety: one writer; the scanning threads have handles of their own.
 */
public final class LatencyTrial {
    /** The percentiles of a line. */
    public static final List<Double> QUANTILES = List.of(50.0, 90.0, 99.0, 99.9, 99.99);

    /** Stands for a store in the arguments: the writer does nothing. */
    public static final String NOTHING = "NOTHING";

    private static final Suite SUITE = Suite.MAIN;
    private static final long LONGEST_NANOS = 100_000_000_000L;
    private static final long CHECKPOINT_PAUSE_NANOS = 200_000_000L;
    private static final int DIGITS = 3;
    private static final int WARM_SHARE = 3;

    /** A compiler at work takes a processor from the threads that are measured. */
    private static final double COMPILER_RESTS = 0.01;

    private static final long LONGEST_WARM_NANOS = 30_000_000_000L;

    private final Path folder;
    private final Bench bench;
    private final Puts puts;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final Histogram service = histogram();
    private final Histogram response = histogram();
    private final Histogram during = histogram();
    private final Histogram outside = histogram();
    private final Histogram checkpoints = new SynchronizedHistogram(LONGEST_NANOS, DIGITS);
    private volatile boolean isInCheckpoint;

    private LatencyTrial(Path folder, Bench bench) {
        this.folder = folder;
        this.bench = bench;
        this.puts = bench == null ? null : Puts.random(bench, 1, 5);
    }

    private static Histogram histogram() {
        return new Histogram(LONGEST_NANOS, DIGITS);
    }

    /**
     * Arguments: peer or NOTHING, folder of a loaded store, entries, puts per second or 0 for as
     * many as possible, seconds, scanning threads, whether checkpoints are forced.
     */
    public static void main(String[] args) throws IOException {
        Trial.exitOnFailure();
        int entries = Integer.parseInt(args[2]);
        long rate = Long.parseLong(args[3]);
        double seconds = Double.parseDouble(args[4]);
        int scanners = Integer.parseInt(args[5]);
        boolean isForcing = Boolean.parseBoolean(args[6]);
        if (args[0].equals(NOTHING)) {
            new LatencyTrial(null, null).run(rate, seconds, 0, false);
        } else {
            Peer peer = Peer.valueOf(args[0]);
            Path folder = Path.of(args[1]);
            try (Bench bench = Bench.open(peer, folder, false, SUITE.shape(), entries)) {
                new LatencyTrial(folder, bench).run(rate, seconds, scanners, isForcing);
            }
        }
        System.exit(0);
    }

    private void run(long rate, double seconds, int scanners, boolean isForcing)
            throws IOException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < scanners; i++) {
            threads.add(Thread.ofPlatform().start(this::scan));
        }
        if (isForcing) {
            threads.add(Thread.ofPlatform().start(this::force));
        }
        var compiler = new CompilerWatch();
        long deadline = System.nanoTime() + LONGEST_WARM_NANOS;
        do {
            write(rate, seconds / WARM_SHARE);
        } while (compiler.share() >= COMPILER_RESTS && System.nanoTime() - deadline < 0);
        if (folder != null) {
            FreeMemory.touch(folder, FreeMemory.GROWTH_BYTES);
        }
        for (Histogram each : List.of(service, response, during, outside, checkpoints)) {
            each.reset();
        }
        long done = write(rate, seconds);
        isOver.set(true);
        threads.forEach(LatencyTrial::join);
        Fork.line("rate", done / seconds);
        print("service", service);
        print("response", response);
        if (isForcing) {
            print("during", during);
            print("outside", outside);
            print("checkpoint", checkpoints);
        }
        if (puts != null) {
            puts.close();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Puts for so long; returns how many. */
    private long write(long rate, double seconds) {
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        double step = rate == 0 ? 0 : 1e9 / rate;
        long done = 0;
        while (true) {
            long due = rate == 0 ? System.nanoTime() : start + (long) (done * step);
            if (due >= end) {
                return done;
            }
            while (System.nanoTime() < due) {
                Thread.onSpinWait();
            }
            putOne(due);
            done++;
        }
    }

    private void putOne(long due) {
        boolean isBeside = isInCheckpoint;
        long called = System.nanoTime();
        if (puts != null) {
            puts.run(1);
        }
        long returned = System.nanoTime();
        service.recordValue(returned - called);
        response.recordValue(Math.min(LONGEST_NANOS, returned - due));
        (isBeside || isInCheckpoint ? during : outside).recordValue(returned - called);
    }

    private void scan() {
        long sum = 0;
        try (Reads reads = bench.subject().reads()) {
            while (!isOver.get()) {
                reads.refresh();
                Walk walk = reads.walk();
                walk.start(true);
                while (walk.next() && !isOver.get()) {
                    sum += walk.valueSum();
                }
            }
        }
        if (sum == 0) {
            throw new IllegalStateException("nothing was scanned");
        }
    }

    private void force() {
        Subject subject = bench.subject();
        while (!isOver.get()) {
            LockSupport.parkNanos(CHECKPOINT_PAUSE_NANOS);
            long start = System.nanoTime();
            isInCheckpoint = true;
            subject.settle();
            isInCheckpoint = false;
            checkpoints.recordValue(System.nanoTime() - start);
        }
    }

    private static void print(String name, Histogram histogram) {
        List<Object> words = new ArrayList<>();
        for (double quantile : QUANTILES) {
            words.add(histogram.getValueAtPercentile(quantile));
        }
        words.add(histogram.getMaxValue());
        Fork.line(name, words.toArray());
    }
}
