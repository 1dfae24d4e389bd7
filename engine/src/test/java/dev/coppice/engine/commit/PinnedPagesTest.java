package dev.coppice.engine.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.storage.MemoryStorage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PinnedPagesTest {
    private static final PageSize PAGE_SIZE = new PageSize(512);

    private final MemoryStorage storage = new MemoryStorage(1 << 22);
    private final FreeMap free = new FreeMap();
    private final PendingFrees pending = new PendingFrees();

    private static void put(Engine engine, int first, int limit) throws InterruptedException {
        WriteView view = engine.begin(false, 0);
        for (int i = first; i < limit; i++) {
            byte[] key = {(byte) (i >>> 8), (byte) i};
            view.put(view.defaultFamily(), key, key.length, key, 0, key.length);
        }
        engine.commit(view, 1);
    }

    private static Set<Long> reachedBy(PageMap pages, StoreRoot root) {
        Set<Long> reached = new TreeSet<>();
        RootWalk.Visitor all =
                new RootWalk.Visitor() {
                    @Override
                    public boolean enter(long pageId, long birth) {
                        return true;
                    }

                    @Override
                    public boolean readsLeaves() {
                        return true;
                    }

                    @Override
                    public void page(long pageId, long birth) {
                        reached.add(pageId);
                    }

                    @Override
                    public void run(long firstPage, long birth, long runBytes) {
                        throw new AssertionError("all values are short");
                    }
                };
        new RootWalk(pages, all).walk(root);
        return reached;
    }

    /** Commits were lost: the store opens at an older root than those that readers have pinned. */
    @Test
    void pageOfSeveralRootsThatWereLostStaysUntilTheNewestOfThemHasGone()
            throws InterruptedException {
        EngineOptions options = new EngineOptions(PAGE_SIZE, EngineOptions.Verify.ALWAYS, 1 << 14);
        try (Engine engine = Engine.open(storage, options, 1)) {
            StoreRoot latest = engine.read(1).root().copy();
            put(engine, 0, 3000);
            ReadView older = engine.read(1);
            put(engine, 2990, 3000);
            ReadView newer = engine.read(1);
            PageMap pages = new PageMap(PAGE_SIZE, storage.chunks(), null);
            Set<Long> needed = reachedBy(pages, newer.root());
            assertTrue(needed.size() > 10, "pages " + needed.size());
            long filePages = storage.size() >>> PAGE_SIZE.shift();
            free.extend(filePages);
            free.release(0, filePages);
            new PinnedPages(pages, PAGE_SIZE, free, pending)
                    .keep(List.of(older.root(), newer.root()), latest);
            long[] roots = {latest.txn(), newer.root().txn()};
            Set<Long> freed = new TreeSet<>();
            pending.reclaim(roots, 2, (page, count, birth) -> freed.add(page));
            freed.retainAll(needed);
            assertEquals(Set.of(), freed);
        }
    }
}
