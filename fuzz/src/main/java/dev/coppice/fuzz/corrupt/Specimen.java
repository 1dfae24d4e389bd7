package dev.coppice.fuzz.corrupt;

import dev.coppice.ColumnFamily;
import dev.coppice.MaintenanceMode;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.Reference;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.op.Keys;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The bytes of a store and what it held at each of its commits.
 *
 * @param pageBytes its page size
 * @param data bytes of its data file, not to be changed
 * @param live bytes of its live file, not to be changed; none where it was closed in order
 * @param pages where the pages are that its durable and published slots lead to
 * @param states what it held, by transaction
 * @param disk the disk that it was killed on, or null
 */
record Specimen(
        int pageBytes,
        MemorySegment data,
        MemorySegment live,
        List<Long> pages,
        Map<Long, Contents> states,
        SimulatedDisk disk) {
    private static final int COMMITS = 6;
    private static final int KEYS = 240;

    /** A run of several chunks, each of which has a checksum of its own. */
    private static final int LARGE_BYTES = 20_000;

    private static final long DISK_BYTES = 8 << 20;
    private static final long SLOTS_FROM = 4096;
    private static final long SLOTS_BYTES = 2 * 4096;
    private static final byte[] LARGE = {'l', 'a', 'r', 'g', 'e'};
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    /**
     * {@return a store with trees of three levels, long keys, large values and several families,
     * closed in order}
     */
    static Specimen closed(int pageBytes) {
        SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
        Map<Long, Contents> states = new HashMap<>();
        try (Store store = Store.on(disk, config(pageBytes))) {
            fill(store, states);
        }
        SimulatedDisk image = disk.kill();
        Storage storage = image;
        MemorySegment data = copy(storage.chunks()[0]);
        image.discard();
        disk.discard();
        return of(pageBytes, data, NOTHING, states, null);
    }

    /**
     * {@return such a store whose process was killed}
     *
     * @param hasReader whether a process lives that reads it and keeps one of its commits
     */
    static Specimen killed(int pageBytes, boolean hasReader) {
        SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
        Map<Long, Contents> states = new HashMap<>();
        Store store = Store.on(disk, config(pageBytes));
        fill(store, states);
        if (hasReader) {
            Store.on(disk.attachReader(), config(pageBytes).withReadOnly(true)).snapshot();
        }
        SimulatedDisk killed = disk.kill();
        Storage storage = killed;
        MemorySegment data = copy(storage.chunks()[0]);
        byte[] live = new byte[storage.liveChunkCount() * Storage.LIVE_CHUNK_BYTES];
        for (int i = 0; i < storage.liveChunkCount(); i++) {
            int at = i * Storage.LIVE_CHUNK_BYTES;
            MemorySegment.ofArray(live)
                    .asSlice(at, Storage.LIVE_CHUNK_BYTES)
                    .copyFrom(storage.liveChunk(i));
        }
        return of(pageBytes, data, MemorySegment.ofArray(live), states, killed);
    }

    /**
     * {@return such a store in a file, as it was before it was closed} With these bytes in the same
     * files it is as a killed process leaves it.
     */
    static Specimen inFile(int pageBytes, Path path) throws IOException {
        Map<Long, Contents> states = new HashMap<>();
        StoreConfig config = config(pageBytes).withMaintenance(MaintenanceMode.MANUAL);
        try (Store store = Store.open(path, config)) {
            fill(store, states);
            MemorySegment data = MemorySegment.ofArray(Files.readAllBytes(path));
            // This drops the locks, which nobody else wants here.
            byte[] live = Files.readAllBytes(path.resolveSibling(path.getFileName() + "-live"));
            return of(pageBytes, data, MemorySegment.ofArray(live), states, null);
        }
    }

    private static StoreConfig config(int pageBytes) {
        return StoreConfig.defaults().withPageBytes(pageBytes);
    }

    private static MemorySegment copy(MemorySegment bytes) {
        return MemorySegment.ofArray(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    private static Specimen of(
            int pageBytes,
            MemorySegment data,
            MemorySegment live,
            Map<Long, Contents> states,
            SimulatedDisk disk) {
        Deque<Long> roots =
                new ArrayDeque<>(references(data, data, SLOTS_FROM, SLOTS_BYTES, pageBytes));
        long words = Math.min(live.byteSize(), Storage.LIVE_CHUNK_BYTES);
        roots.addAll(references(data, live, 0, words, pageBytes));
        return new Specimen(
                pageBytes,
                data.asReadOnly(),
                live.asReadOnly(),
                reachable(data, roots, pageBytes),
                Map.copyOf(states),
                disk);
    }

    private static void fill(Store store, Map<Long, Contents> states) {
        Contents contents = new Contents();
        states.put(store.latestTxn(), contents.copy());
        for (int commit = 0; commit < COMMITS; commit++) {
            try (WriteTransaction txn = store.begin()) {
                change(txn, contents, commit);
                txn.commit();
            }
            states.put(store.latestTxn(), contents.copy());
            if (commit % 2 == 0) {
                store.checkpoint();
            }
        }
    }

    /** {@return the newest of its commits} */
    long newest() {
        return states.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Follows whatever looks like a reference, from some pages on. */
    private static List<Long> reachable(MemorySegment file, Deque<Long> left, int pageBytes) {
        Set<Long> found = new LinkedHashSet<>();
        while (!left.isEmpty()) {
            long page = left.pop();
            if (found.add(page)) {
                left.addAll(references(file, file, page, pageBytes, pageBytes));
            }
        }
        return List.copyOf(found);
    }

    /** {@return where the pages are that something in a range names, by id and birth} */
    private static List<Long> references(
            MemorySegment file, MemorySegment in, long from, long length, int pageBytes) {
        List<Long> pages = new ArrayList<>();
        for (long at = from; at + Reference.BYTES <= from + length; at++) {
            if (isReference(file, in, at, pageBytes)) {
                pages.add(Reference.pageId(Reference.word(in, at)) * pageBytes);
            }
        }
        return pages;
    }

    /** {@return whether a page has the id and the birth that stand there} */
    static boolean isReference(MemorySegment file, long at, int pageBytes) {
        return isReference(file, file, at, pageBytes);
    }

    private static boolean isReference(
            MemorySegment file, MemorySegment in, long at, int pageBytes) {
        long id = Reference.pageId(Reference.word(in, at));
        long page = id * pageBytes;
        return id > 0
                && id < file.byteSize() / pageBytes
                && PageHeader.pageId(file, page) == id
                && PageHeader.birth(file, page) == Reference.birth(in, at);
    }

    private static void change(WriteTransaction txn, Contents contents, int commit) {
        for (String name : new String[] {Contents.DEFAULT, "red", "blue"}) {
            ColumnFamily family = ColumnFamily.of(name);
            if (!contents.has(name)) {
                txn.createFamily(family);
                contents.create(name);
            }
            int step = name.equals("blue") ? 12 : 1;
            for (int i = commit % 3; i < KEYS; i += step * (1 + commit)) {
                byte[] key = Keys.key(i);
                byte[] value = Keys.value(i * COMMITS + commit);
                txn.put(family, key, value);
                contents.put(name, key, value);
            }
            byte[] large = new byte[LARGE_BYTES];
            new Random(commit).nextBytes(large);
            txn.put(family, LARGE, large);
            contents.put(name, LARGE, large);
        }
    }
}
