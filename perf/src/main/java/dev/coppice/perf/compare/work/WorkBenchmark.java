package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.figures.DiskUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One workload under JMH, for its profilers ({@code -prof gc}): the same code as in a comparison.
 * Workloads that end by themselves, and loads, are for comparisons only.
 *
 * <p>Thread safety: one thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class WorkBenchmark {
    private static final int OPERATIONS = 1024;

    /** Which store. */
    @Param({"COPPICE", "LMDBJAVA"})
    public Peer peer;

    /** What is in it. */
    @Param("MAIN")
    public Suite suite;

    /** What it does. */
    @Param("GET")
    public Work work;

    /** How many small entries it has. */
    @Param("1000000")
    public int entries;

    private Path folder;
    private Bench bench;
    private Workload workload;

    /** Makes a store and opens the workload on it. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        Path target = Path.of(System.getProperty("coppice.home", "."), "perf", "target");
        folder = Files.createTempDirectory(Files.createDirectories(target), "bench-");
        int count = suite.entries(entries);
        if (!work.startsEmpty()) {
            try (Bench empty = Bench.open(peer, folder, false, suite.shape(), count)) {
                Work.LOAD.on(empty).run(count);
            }
        }
        bench = Bench.open(peer, folder, work.isDurable(), suite.shape(), count);
        workload = work.on(bench);
    }

    /** Closes the store and deletes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        workload.close();
        bench.close();
        DiskUse.delete(folder);
    }

    /** {@return operations done; a store that does fewer has come to its end} */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public long run() {
        long done = workload.run(OPERATIONS);
        if (done < OPERATIONS) {
            throw new IllegalStateException(work.id() + " has an end; use perf/run compare");
        }
        return done;
    }
}
