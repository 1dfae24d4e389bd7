package dev.coppice.engine.btree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.PageStructure;
import dev.coppice.engine.page.PageVerifier;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.engine.space.WriteSet;
import dev.coppice.storage.MemoryStorage;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A store in memory without slots and recovery: two trees under one allocator, transactions one
 * after the other, snapshots, and a model of each tree. Every page can be accounted for.
 */
public final class TreeLab implements AutoCloseable {
    public static final int TREES = 2;
    private static final long MAX_BYTES = 1L << 32;
    private static final long GROWTH_BYTES = 1 << 15;

    public final PageSize pageSize;
    public final MemoryStorage storage = new MemoryStorage(MAX_BYTES);
    public final Arena arena = Arena.ofConfined();
    public final FreeMap freeMap = new FreeMap();
    public final PageAllocator allocator;
    public final WriteSet writes;
    public final TreeWriter writer;
    public final TreeRoot[] roots = new TreeRoot[TREES];
    public final List<NavigableMap<byte[], byte[]>> models = new ArrayList<>();

    /** Of the values of the models, by identity; a value without one is not here. */
    public final IdentityHashMap<byte[], Long> deadlines = new IdentityHashMap<>();

    public long now;

    private final List<Snapshot> snapshots = new ArrayList<>();
    private Snapshot published;
    private long lastId;
    private boolean isRunning;

    /** A root that must survive, and what it showed when it was published. */
    public record Snapshot(
            long id, List<TreeRoot> roots, List<NavigableMap<byte[], byte[]>> models) {}

    /** A savepoint of the lab: the mark, the roots and the models of that moment. */
    public record Savepoint(
            WriteSet.Mark mark, List<TreeRoot> roots, List<NavigableMap<byte[], byte[]>> models) {}

    public TreeLab(int pageBytes) {
        pageSize = new PageSize(pageBytes);
        long size = Math.max(1 << 17, 4L * pageBytes);
        storage.create(arena.allocate(size, 4096));
        freeMap.extend(size / pageBytes);
        for (long page = 0; page < size / pageBytes; page++) {
            if (!isHeader(page)) {
                freeMap.release(page, 1);
            }
        }
        allocator =
                new PageAllocator(
                        freeMap,
                        new PendingFrees(),
                        0,
                        Storage.CHUNK_BYTES,
                        pageBytes,
                        this::makeRoom);
        PageVerifier verifier = new PageVerifier(false, 0, pageBytes);
        writes = new WriteSet(storage, pageSize, allocator, verifier, arena);
        writer = new TreeWriter(writes, new PageBuilder(arena, pageSize));
        writer.clock(() -> now);
        for (int i = 0; i < TREES; i++) {
            roots[i] = new TreeRoot(i + 1);
            models.add(new TreeMap<>(Arrays::compareUnsigned));
        }
        published = snapshot(0);
    }

    private boolean isHeader(long page) {
        long from = page << pageSize.shift();
        long to = from + pageSize.bytes();
        return from < 12_288 || (from < 69_632 && to > 65_536);
    }

    private void makeRoom(long pages) {
        long wanted = Math.max(pages << pageSize.shift(), GROWTH_BYTES);
        long unit = Math.max(4096, pageSize.bytes());
        storage.grow(storage.size() + (wanted + unit - 1) / unit * unit);
        allocator.extend(storage.size() >>> pageSize.shift());
    }

    public void begin(boolean isPositional) {
        writes.begin(++lastId, isPositional);
        isRunning = true;
    }

    public long nextId() {
        return ++lastId;
    }

    /** Publishes the transaction and frees what neither it nor a snapshot needs. */
    public void commit() {
        writes.writeOut();
        long death = writes.id();
        ExtentList dead = writes.superseded();
        for (int i = 0; i < dead.size(); i++) {
            allocator.pending().add(dead.page(i), dead.count(i), dead.birth(i), death);
        }
        writes.finish();
        isRunning = false;
        published = snapshot(death);
        reclaim();
    }

    /** Frees what neither the published root nor a snapshot needs. */
    public void reclaim() {
        long[] survivors = new long[snapshots.size() + 1];
        for (int i = 0; i < snapshots.size(); i++) {
            survivors[i] = snapshots.get(i).id();
        }
        survivors[snapshots.size()] = published.id();
        Arrays.sort(survivors);
        allocator.reclaim(survivors, survivors.length, lastId - 8);
    }

    public void abort() {
        writes.abort();
        isRunning = false;
        restore(published.roots(), published.models());
    }

    public Savepoint mark() {
        List<TreeRoot> rootsNow = copyRoots();
        List<NavigableMap<byte[], byte[]>> modelsNow = copyModels();
        return new Savepoint(writes.mark(++lastId), rootsNow, modelsNow);
    }

    public void rollback(Savepoint savepoint) {
        writes.rollback(savepoint.mark(), ++lastId);
        restore(savepoint.roots(), savepoint.models());
    }

    private void restore(List<TreeRoot> oldRoots, List<NavigableMap<byte[], byte[]>> oldModels) {
        for (int i = 0; i < TREES; i++) {
            roots[i].copyFrom(oldRoots.get(i));
            models.set(i, copy(oldModels.get(i)));
        }
    }

    private Snapshot snapshot(long id) {
        return new Snapshot(id, copyRoots(), copyModels());
    }

    private List<TreeRoot> copyRoots() {
        List<TreeRoot> copies = new ArrayList<>();
        for (TreeRoot root : roots) {
            TreeRoot copy = new TreeRoot(root.family());
            copy.copyFrom(root);
            copies.add(copy);
        }
        return copies;
    }

    private List<NavigableMap<byte[], byte[]>> copyModels() {
        List<NavigableMap<byte[], byte[]>> copies = new ArrayList<>();
        models.forEach(model -> copies.add(copy(model)));
        return copies;
    }

    private static NavigableMap<byte[], byte[]> copy(NavigableMap<byte[], byte[]> model) {
        return new TreeMap<>(model);
    }

    /** Holds the published root. */
    public void hold() {
        if (!snapshots.contains(published)) {
            snapshots.add(published);
        }
    }

    public int held() {
        return snapshots.size();
    }

    /** Compares a held snapshot in full and lets it go. */
    public void letGo(int index) {
        Snapshot snapshot = snapshots.remove(index);
        verify(snapshot);
    }

    public void verify(Snapshot snapshot) {
        for (int i = 0; i < TREES; i++) {
            verify(committed(), snapshot.roots().get(i), snapshot.models().get(i));
        }
    }

    /** {@return the pages as a reader sees them} */
    public PageMap committed() {
        return new PageMap(pageSize, storage.chunks(), null);
    }

    /** {@return the memory of a committed page, to damage it} */
    MemorySegment writable(long pageId) {
        return new PageMap(pageSize, storage.writableChunks(), null).segment(pageId);
    }

    /** {@return the pages as the running transaction sees them, or a reader if there is none} */
    public PageMap pages() {
        return isRunning ? writes.pages() : committed();
    }

    public TreeCursor cursor(PageMap pages, TreeRoot root) {
        return new TreeCursor(pages, root);
    }

    /** {@return the deadline of a value of a model} */
    public long deadline(byte[] value) {
        return deadlines.getOrDefault(value, LeafPage.NO_DEADLINE);
    }

    /** {@return whether an entry with this value is there and has not expired} */
    public boolean isLive(byte[] value) {
        return value != null && (deadline(value) == LeafPage.NO_DEADLINE || now < deadline(value));
    }

    /** {@return what has not expired of a model} */
    public NavigableMap<byte[], byte[]> live(NavigableMap<byte[], byte[]> model) {
        NavigableMap<byte[], byte[]> live = copy(model);
        live.values().removeIf(value -> !isLive(value));
        return live;
    }

    /** Compares the trees as they are now with the models. */
    public void verify() {
        for (int i = 0; i < TREES; i++) {
            verify(pages(), roots[i], models.get(i));
        }
    }

    private void verify(PageMap pages, TreeRoot root, NavigableMap<byte[], byte[]> model) {
        assertEquals(model.size(), root.count(), "entries");
        assertEquals(model.isEmpty(), root.isEmpty(), "an empty tree has no page");
        TreeCursor cursor = cursor(pages, root);
        for (var entry : model.entrySet()) {
            assertTrue(cursor.next(), "an entry is missing");
            assertEntry(entry.getKey(), entry.getValue(), cursor);
        }
        assertFalse(cursor.next(), "an entry too many");
        assertFalse(cursor.next(), "next behind the end");
        for (var entry : model.descendingMap().entrySet()) {
            assertTrue(cursor.previous(), "an entry is missing");
            assertKey(entry.getKey(), cursor.key());
        }
        assertFalse(cursor.previous(), "an entry too many");
        assertFalse(cursor.previous(), "previous before the start");
        assertEquals(!model.isEmpty(), cursor.next(), "next from before the start");
        verifyLive(pages, root, model);
    }

    private void verifyLive(PageMap pages, TreeRoot root, NavigableMap<byte[], byte[]> model) {
        NavigableMap<byte[], byte[]> live = live(model);
        assertEquals(
                model.size() - live.size(),
                ExpiryScan.count(pages, root, null, null, now),
                "expired entries");
        TreeCursor cursor = new TreeCursor(pages, root, () -> now);
        for (var entry : live.entrySet()) {
            assertTrue(cursor.next(), "a live entry is missing");
            assertEntry(entry.getKey(), entry.getValue(), cursor);
        }
        assertFalse(cursor.next(), "an expired entry is shown");
        for (byte[] key : live.descendingKeySet()) {
            assertTrue(cursor.previous(), "a live entry is missing");
            assertKey(key, cursor.key());
        }
        assertFalse(cursor.previous(), "an expired entry is shown");
    }

    private void assertEntry(byte[] key, byte[] value, TreeCursor cursor) {
        assertEquals(deadline(value), cursor.deadline(), "deadline");
        assertKey(key, cursor.key());
        assertEquals(key.length, cursor.keyBytes());
        assertEquals(value.length, cursor.valueBytes());
        byte[] found = cursor.value();
        assertTrue(Arrays.equals(value, found), () -> "value of " + text(key));
    }

    static void assertKey(byte[] expected, byte[] found) {
        assertTrue(
                Arrays.equals(expected, found),
                () -> "key: expected " + text(expected) + ", found " + text(found));
    }

    static String text(byte[] key) {
        int shown = Math.min(key.length, 12);
        String head = HexFormat.of().formatHex(key, 0, shown);
        String tail = HexFormat.of().formatHex(key, Math.max(shown, key.length - 4), key.length);
        return head + ".." + tail + " (" + key.length + " bytes)";
    }

    /** Shows that each page has exactly one owner. */
    public void accountForPages() {
        BitSet owned = new BitSet();
        long total = freeMap.pages();
        assertEquals(storage.size() >>> pageSize.shift(), total, "pages covered");
        for (long page = 0; page < total; page++) {
            if (isHeader(page)) {
                claim(owned, page, 1, "header");
            }
            if (freeMap.isFree(page)) {
                claim(owned, page, 1, "free");
            }
        }
        allocator
                .pending()
                .forEach((page, count, birth, death) -> claim(owned, page, count, "pending"));
        PageMap pages = pages();
        for (TreeRoot root : roots) {
            walk(pages, owned, root);
        }
        if (!isRunning) {
            assertEquals(
                    total, owned.cardinality(), () -> "leaked: first " + owned.nextClearBit(0));
        }
        for (Snapshot snapshot : snapshots) {
            assertKept(snapshot);
        }
    }

    private void assertKept(Snapshot snapshot) {
        BitSet reached = new BitSet();
        for (TreeRoot root : snapshot.roots()) {
            walk(committed(), reached, root);
        }
        for (int page = reached.nextSetBit(0); page >= 0; page = reached.nextSetBit(page + 1)) {
            assertFalse(freeMap.isFree(page), "a page of a snapshot is free: " + page);
        }
    }

    private static void claim(BitSet owned, long page, long count, String who) {
        for (long p = page; p < page + count; p++) {
            assertFalse(owned.get((int) p), "page " + p + " has a second owner: " + who);
            owned.set((int) p);
        }
    }

    private void walk(PageMap pages, BitSet owned, TreeRoot root) {
        if (!root.isEmpty()) {
            long flags = Reference.flags(root.word());
            walk(pages, owned, root.pageId(), root.birth(), -1, root.count(), flags, root.family());
        }
    }

    private void walk(
            PageMap pages,
            BitSet owned,
            long pageId,
            long birth,
            int expectedLevel,
            long expectedCount,
            long flags,
            int family) {
        claim(owned, pageId, 1, "tree");
        MemorySegment s = pages.visit(pageId, birth, expectedLevel);
        long page = pages.position(pageId);
        assertEquals(family, PageHeader.family(s, page), "family");
        assertNull(PageStructure.flaw(s, page, pageSize.bytes()), "structure");
        EntryRuns.forEach(
                s,
                page,
                pageSize.bytes(),
                (first, runBirth, runBytes) -> {
                    assertTrue((flags & Reference.HAS_OVERFLOW) != 0, "flag for overflow missing");
                    claim(owned, first, pageSize.runPages(runBytes), "run");
                });
        int level = PageHeader.level(s, page);
        if (level == 0) {
            if (LeafPage.hasDeadlines(s, page)) {
                assertTrue((flags & Reference.HAS_EXPIRY) != 0, "flag for deadlines missing");
            }
            assertEquals(expectedCount, PageHeader.count(s, page), "entries of a leaf");
            assertTrue(expectedCount > 0, "an empty leaf");
            return;
        }
        assertEquals(expectedCount, BranchPage.entries(s, page), "entries of a branch");
        for (int child = 0; child < BranchPage.children(s, page); child++) {
            long reference = BranchPage.child(s, page, child);
            long word = Reference.word(s, reference);
            long missing = Reference.flags(word) & ~flags;
            assertEquals(0, missing, "flags of a reference that the one above does not have");
            walk(
                    pages,
                    owned,
                    Reference.pageId(word),
                    Reference.birth(s, reference),
                    level - 1,
                    Reference.count(s, reference),
                    Reference.flags(word),
                    family);
        }
    }

    @Override
    public void close() {
        storage.close();
        arena.close();
    }
}
