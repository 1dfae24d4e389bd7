package dev.coppice.perf.scan;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.page.PageSize;
import dev.coppice.storage.MemoryStorage;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A tree with random 16-byte keys and values of 100 bytes, in memory, and its keys. */
final class ScanTree implements AutoCloseable {
    private static final int KEY_BYTES = 16;
    private static final int VALUE_BYTES = 100;
    private static final int PER_COMMIT = 100_000;
    private static final int PROBES = 1 << 14;
    private static final long MAX_BYTES = 1L << 34;

    private final Engine engine;
    private final ReadView view;
    private final byte[][] probes = new byte[PROBES][KEY_BYTES];

    ScanTree(int entries, int pageBytes) throws InterruptedException {
        EngineOptions options =
                new EngineOptions(
                        new PageSize(pageBytes), EngineOptions.Verify.FIRST_TOUCH, 1 << 24);
        engine = Engine.open(new MemoryStorage(MAX_BYTES), options, 0);
        fill(entries);
        view = engine.read(0);
    }

    private void fill(int entries) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(1);
        byte[] key = new byte[KEY_BYTES];
        byte[] value = new byte[VALUE_BYTES];
        for (int from = 0; from < entries; from += PER_COMMIT) {
            WriteView txn = engine.begin(false, TimeUnit.SECONDS.toNanos(5));
            for (int i = from; i < Math.min(entries, from + PER_COMMIT); i++) {
                random.nextBytes(key);
                random.nextBytes(value);
                txn.put(txn.defaultFamily(), key, KEY_BYTES, value, 0, VALUE_BYTES);
            }
            engine.commit(txn, 0);
        }
        for (byte[] probe : probes) {
            random.nextBytes(probe);
        }
    }

    Scan scan(Source source) {
        var root = view.root().defaultFamily();
        return switch (source) {
            case ARRAY_COPY -> new ArrayScan(view.pages(), root);
            case NATIVE_COPY -> new SegmentScan(view.pages(), root, true);
            case IN_PLACE -> new SegmentScan(view.pages(), root, false);
        };
    }

    /** Where entries are read from. */
    enum Source {
        IN_PLACE,
        NATIVE_COPY,
        ARRAY_COPY
    }

    byte[] probe(int i) {
        return probes[i & (PROBES - 1)];
    }

    @Override
    public void close() {
        engine.release(view);
        engine.close();
    }
}
