package dev.coppice.perf.allocation;

import dev.coppice.BytesView;
import dev.coppice.ColumnFamily;
import dev.coppice.KeyBuilder;
import dev.coppice.Reader;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.ValueBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
import org.openjdk.jmh.infra.Blackhole;

/** Reads from the default and from a named family: bytes allocated, and time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ReadAllocation {
    private static final int MANY = 64;

    @Param({"100000"})
    int entries;

    private final byte[] target = new byte[FilledStore.VALUE_BYTES];
    private final byte[][] manyKeys = new byte[MANY][];
    private final ValueBatch batch = new ValueBatch();
    private final KeyBuilder builder = new KeyBuilder();
    private Arena arena;
    private MemorySegment segment;
    private FilledStore filled;
    private Store store;
    private Snapshot snapshot;
    private Reader reader;

    @Setup
    public void fill() {
        arena = Arena.ofShared();
        segment = arena.allocate(FilledStore.VALUE_BYTES);
        filled = new FilledStore(entries);
        store = filled.store;
        snapshot = store.snapshot();
        reader = store.reader();
    }

    @TearDown
    public void close() {
        reader.close();
        snapshot.close();
        filled.close();
        arena.close();
    }

    @Benchmark
    public int snapshotGetIntoArray() {
        return snapshot.get(ColumnFamily.DEFAULT, filled.randomKey(), target, 0);
    }

    @Benchmark
    public int snapshotGetFromNamedFamily() {
        return snapshot.get(FilledStore.NAMED, filled.randomKey(), target, 0);
    }

    @Benchmark
    public long snapshotGetIntoSegment() {
        return snapshot.get(ColumnFamily.DEFAULT, filled.randomKey(), segment, 0);
    }

    @Benchmark
    public int readerGetLongKey() {
        return reader.get(ColumnFamily.DEFAULT, (long) filled.random(), target, 0);
    }

    @Benchmark
    public int readerGetBuiltKeyFromNamedFamily() {
        return reader.get(FilledStore.NAMED, builder.reset().addLong(filled.random()), target, 0);
    }

    @Benchmark
    public boolean readerRefreshUnchanged() {
        return reader.refresh();
    }

    @Benchmark
    public int readerParkRefreshAndGetFromNamedFamily() {
        reader.park();
        reader.refresh();
        return reader.get(FilledStore.NAMED, filled.randomKey(), target, 0);
    }

    @Benchmark
    public byte readerView() {
        BytesView view = reader.view(FilledStore.NAMED, filled.randomKey());
        return view.getByte(0);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int multiGet() {
        for (int i = 0; i < MANY; i++) {
            manyKeys[i] = filled.randomKey();
        }
        snapshot.multiGet(ColumnFamily.DEFAULT, manyKeys, batch);
        return batch.length(MANY - 1);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int singleGets() {
        int bytes = 0;
        for (int i = 0; i < MANY; i++) {
            bytes += snapshot.get(ColumnFamily.DEFAULT, filled.randomKey(), target, 0);
        }
        return bytes;
    }

    @Benchmark
    public long snapshotOpenAndClose() {
        try (Snapshot opened = store.snapshot()) {
            return opened.txn();
        }
    }

    /** The handle and what tells that it was forgotten are allocated, as the snapshot escapes. */
    @Benchmark
    public void snapshotOpenEscapeAndClose(Blackhole escape) {
        try (Snapshot opened = store.snapshot()) {
            escape.consume(opened);
        }
    }
}
