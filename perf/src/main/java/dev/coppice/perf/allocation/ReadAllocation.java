package dev.coppice.perf.allocation;

import dev.coppice.BytesView;
import dev.coppice.ColumnFamily;
import dev.coppice.KeyBuilder;
import dev.coppice.Reader;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.ValueBatch;
import dev.coppice.WriteTransaction;
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

/** Reads from the default and from a named family: bytes allocated, and time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ReadAllocation {
    private static final int MANY = 64;
    private static final int VALUE_BYTES = 100;
    private static final ColumnFamily NAMED = ColumnFamily.of("named");

    @Param({"100000"})
    int entries;

    private final byte[] target = new byte[VALUE_BYTES];
    private final byte[][] manyKeys = new byte[MANY][];
    private final ValueBatch batch = new ValueBatch();
    private final KeyBuilder builder = new KeyBuilder();
    private Arena arena;
    private MemorySegment segment;
    private Store store;
    private Snapshot snapshot;
    private Reader reader;
    private byte[][] keys;
    private int next;

    @Setup
    public void fill() {
        arena = Arena.ofShared();
        segment = arena.allocate(VALUE_BYTES);
        store = Store.inMemory(StoreConfig.defaults());
        keys = new byte[entries][];
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(NAMED);
            for (int i = 0; i < entries; i++) {
                keys[i] = new KeyBuilder().addLong(i).toBytes();
                txn.append(ColumnFamily.DEFAULT, keys[i], new byte[VALUE_BYTES]);
                txn.append(NAMED, keys[i], new byte[VALUE_BYTES]);
            }
            txn.commit();
        }
        snapshot = store.snapshot();
        reader = store.reader();
    }

    @TearDown
    public void close() {
        reader.close();
        snapshot.close();
        store.close();
        arena.close();
    }

    /** {@return a key far from the last one} */
    private int random() {
        next = (int) ((next + 7_919_999L) % entries);
        return next;
    }

    @Benchmark
    public int snapshotGetIntoArray() {
        return snapshot.get(ColumnFamily.DEFAULT, keys[random()], target, 0);
    }

    @Benchmark
    public int snapshotGetFromNamedFamily() {
        return snapshot.get(NAMED, keys[random()], target, 0);
    }

    @Benchmark
    public long snapshotGetIntoSegment() {
        return snapshot.get(ColumnFamily.DEFAULT, keys[random()], segment, 0);
    }

    @Benchmark
    public int readerGetLongKey() {
        return reader.get(ColumnFamily.DEFAULT, (long) random(), target, 0);
    }

    @Benchmark
    public int readerGetBuiltKeyFromNamedFamily() {
        return reader.get(NAMED, builder.reset().addLong(random()), target, 0);
    }

    @Benchmark
    public boolean readerRefreshUnchanged() {
        return reader.refresh();
    }

    @Benchmark
    public int readerParkRefreshAndGetFromNamedFamily() {
        reader.park();
        reader.refresh();
        return reader.get(NAMED, keys[random()], target, 0);
    }

    @Benchmark
    public byte readerView() {
        BytesView view = reader.view(NAMED, keys[random()]);
        return view.getByte(0);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int multiGet() {
        for (int i = 0; i < MANY; i++) {
            manyKeys[i] = keys[random()];
        }
        snapshot.multiGet(ColumnFamily.DEFAULT, manyKeys, batch);
        return batch.length(MANY - 1);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int singleGets() {
        int bytes = 0;
        for (int i = 0; i < MANY; i++) {
            bytes += snapshot.get(ColumnFamily.DEFAULT, keys[random()], target, 0);
        }
        return bytes;
    }

    @Benchmark
    public long snapshotOpenAndClose() {
        try (Snapshot opened = store.snapshot()) {
            return opened.txn();
        }
    }
}
