package dev.coppice.perf.scan;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * Scans by cursors that read entries from different places: a thousand entries of a scan that goes
 * round, and short ranges from random keys on with a cursor that is used again.
 *
 * <p>The counter {@code cpu} has nanoseconds of the thread's processor time for each operation,
 * which a busy machine disturbs less than the clock, summed over the iterations of a fork. An
 * operation is one entry, in {@code range} one range.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xmx4g", "-XX:+UseSerialGC"})
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 250, timeUnit = TimeUnit.MILLISECONDS)
public class CursorScan {
    private static final int STRETCH = 1000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Param({"10000", "1000000"})
    public int entries;

    @Param("4096")
    public int pageBytes;

    @Param({"IN_PLACE", "NATIVE_COPY", "ARRAY_COPY"})
    public String source;

    @Param({"ONE", "ALL"})
    public String read;

    private ScanTree tree;
    private Scan scan;
    private boolean readsAll;
    private int probe;

    /** Processor time of an iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Processor {
        public double cpu;
        private long operations;
        private long start;

        @Setup(Level.Iteration)
        public void start() {
            operations = 0;
            start = THREADS.getCurrentThreadCpuTime();
        }

        @TearDown(Level.Iteration)
        public void stop() {
            cpu = (THREADS.getCurrentThreadCpuTime() - start) / (double) operations;
        }
    }

    @Setup
    public void open() throws InterruptedException {
        tree = new ScanTree(entries, pageBytes);
        scan = tree.scan(ScanTree.Source.valueOf(source));
        readsAll = read.equals("ALL");
        scan.next();
    }

    @TearDown
    public void close() {
        tree.close();
    }

    @Benchmark
    @OperationsPerInvocation(STRETCH)
    public long forward(Processor processor) {
        long sum = 0;
        for (int i = 0; i < STRETCH; i++) {
            scan.next();
            sum += readsAll ? scan.allBytes() : scan.firstByte();
        }
        processor.operations += STRETCH;
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(STRETCH)
    public long backward(Processor processor) {
        long sum = 0;
        for (int i = 0; i < STRETCH; i++) {
            scan.previous();
            sum += readsAll ? scan.allBytes() : scan.firstByte();
        }
        processor.operations += STRETCH;
        return sum;
    }

    @Benchmark
    public long range10(Processor processor) {
        return range(processor, 10);
    }

    @Benchmark
    public long range100(Processor processor) {
        return range(processor, 100);
    }

    private long range(Processor processor, int length) {
        processor.operations++;
        scan.seek(tree.probe(probe++));
        long sum = readsAll ? scan.allBytes() : scan.firstByte();
        for (int i = 1; i < length; i++) {
            scan.next();
            sum += readsAll ? scan.allBytes() : scan.firstByte();
        }
        return sum;
    }
}
