package dev.coppice.fuzz.corrupt;

import dev.coppice.ColumnFamily;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.Reference;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.op.Keys;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The bytes of a store that was closed in order, and what it held at each of its commits.
 *
 * @param pageBytes its page size
 * @param bytes of its data file, not to be changed
 * @param pages where the pages are that its durable slots lead to
 * @param states what it held, by transaction
 */
record Specimen(int pageBytes, MemorySegment bytes, List<Long> pages, Map<Long, Contents> states) {
    private static final int COMMITS = 6;
    private static final int KEYS = 240;

    /**
     * {@return a store with trees of three levels, long keys, large values and several families}
     */
    static Specimen grow(int pageBytes) {
        Map<Long, Contents> states = new HashMap<>();
        SimulatedDisk disk = new SimulatedDisk(8 << 20);
        Contents contents = new Contents();
        StoreConfig config = StoreConfig.defaults().withPageBytes(pageBytes);
        try (Store store = Store.on(disk, config)) {
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
        SimulatedDisk image = disk.kill();
        Storage storage = image;
        MemorySegment bytes =
                MemorySegment.ofArray(storage.chunks()[0].toArray(ValueLayout.JAVA_BYTE));
        image.discard();
        disk.discard();
        List<Long> pages = reachable(bytes, pageBytes);
        return new Specimen(pageBytes, bytes.asReadOnly(), pages, Map.copyOf(states));
    }

    /** Follows whatever looks like a reference, from the durable slots on. */
    private static List<Long> reachable(MemorySegment file, int pageBytes) {
        Set<Long> found = new LinkedHashSet<>();
        Deque<Long> left = new ArrayDeque<>(references(file, 4096, 2 * 4096, pageBytes));
        while (!left.isEmpty()) {
            long page = left.pop();
            if (found.add(page)) {
                left.addAll(references(file, page, pageBytes, pageBytes));
            }
        }
        return List.copyOf(found);
    }

    /** {@return where the pages are that something in a range names, by id and birth} */
    private static List<Long> references(
            MemorySegment file, long from, long length, int pageBytes) {
        List<Long> pages = new ArrayList<>();
        for (long at = from; at + Reference.BYTES <= from + length; at++) {
            if (isReference(file, at, pageBytes)) {
                pages.add(Reference.pageId(Reference.word(file, at)) * pageBytes);
            }
        }
        return pages;
    }

    /** {@return whether a page has the id and the birth that stand there} */
    static boolean isReference(MemorySegment file, long at, int pageBytes) {
        long id = Reference.pageId(Reference.word(file, at));
        long page = id * pageBytes;
        return id > 0
                && id < file.byteSize() / pageBytes
                && PageHeader.pageId(file, page) == id
                && PageHeader.birth(file, page) == Reference.birth(file, at);
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
        }
    }
}
