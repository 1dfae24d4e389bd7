package dev.coppice.perf.allocation;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.EntryBatch;
import dev.coppice.Reader;
import dev.coppice.Snapshot;
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

/** Steps of cursors, by the entry and by the leaf: bytes allocated, and time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ScanAllocation {
    @Param({"100000"})
    int entries;

    private final EntryBatch batch = new EntryBatch();
    private FilledStore filled;
    private Reader reader;
    private Snapshot snapshot;
    private Cursor readerCursor;
    private Cursor snapshotCursor;

    @Setup
    public void open() {
        filled = new FilledStore(entries);
        reader = filled.store.reader();
        snapshot = filled.store.snapshot();
        readerCursor = reader.cursor(FilledStore.NAMED);
        snapshotCursor = snapshot.cursor(ColumnFamily.DEFAULT);
    }

    @TearDown
    public void close() {
        readerCursor.close();
        snapshotCursor.close();
        snapshot.close();
        reader.close();
        filled.close();
    }

    @Benchmark
    public byte readerNextAndValueView() {
        return nextValue(readerCursor);
    }

    @Benchmark
    public byte snapshotNextAndValueView() {
        return nextValue(snapshotCursor);
    }

    private static byte nextValue(Cursor cursor) {
        if (!cursor.next()) {
            cursor.first();
        }
        return cursor.valueView().getByte(0);
    }

    @Benchmark
    public int readerNextBatch() {
        return nextCount(readerCursor);
    }

    @Benchmark
    public int snapshotNextBatch() {
        return nextCount(snapshotCursor);
    }

    private int nextCount(Cursor cursor) {
        if (!cursor.nextBatch(batch)) {
            cursor.first();
        }
        return batch.count();
    }
}
