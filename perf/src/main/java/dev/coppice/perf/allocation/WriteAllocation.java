package dev.coppice.perf.allocation;

import dev.coppice.ColumnFamily;
import dev.coppice.WriteTransaction;
import dev.coppice.Writer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Writes in an open transaction and in one of their own: bytes allocated, and time. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class WriteAllocation {
    /** A transaction that stays open. */
    @State(Scope.Thread)
    public static class Open {
        @Param({"100000"})
        int entries;

        final byte[] value = new byte[FilledStore.VALUE_BYTES];
        FilledStore filled;
        WriteTransaction txn;

        @Setup
        public void begin() {
            filled = new FilledStore(entries);
            txn = filled.store.begin();
        }

        @TearDown
        public void close() {
            txn.close();
            filled.close();
        }
    }

    /** A writer between two transactions. */
    @State(Scope.Thread)
    public static class Idle {
        @Param({"100000"})
        int entries;

        final byte[] value = new byte[FilledStore.VALUE_BYTES];
        FilledStore filled;
        Writer writer;

        @Setup
        public void open() {
            filled = new FilledStore(entries);
            writer = filled.store.writer();
        }

        @TearDown
        public void close() {
            writer.close();
            filled.close();
        }

        long putAndCommit(ColumnFamily family) {
            writer.begin();
            writer.put(family, filled.randomKey(), value);
            return writer.commit();
        }
    }

    @Benchmark
    public boolean put(Open open) {
        return open.txn.put(ColumnFamily.DEFAULT, open.filled.randomKey(), open.value);
    }

    @Benchmark
    public boolean putInNamedFamily(Open open) {
        return open.txn.put(FilledStore.NAMED, open.filled.randomKey(), open.value);
    }

    @Benchmark
    public long beginPutCommit(Idle idle) {
        return idle.putAndCommit(ColumnFamily.DEFAULT);
    }

    @Benchmark
    public long beginPutCommitInNamedFamily(Idle idle) {
        return idle.putAndCommit(FilledStore.NAMED);
    }

    @Benchmark
    public long beginPutReserveCommit(Idle idle) {
        idle.writer.begin();
        long key = idle.filled.random();
        idle.writer
                .putReserve(FilledStore.NAMED, key, FilledStore.VALUE_BYTES)
                .putLong(0, key)
                .putInt(Long.BYTES, 1);
        return idle.writer.commit();
    }

    @Benchmark
    public long beginAddLongCommit(Idle idle) {
        idle.writer.begin();
        idle.writer.addLong(FilledStore.COUNTERS, (long) idle.filled.random(), 1);
        return idle.writer.commit();
    }
}
