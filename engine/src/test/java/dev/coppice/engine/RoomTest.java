package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.storage.MemoryStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Growth for the free-space image of a checkpoint where no two free pages are adjacent. */
class RoomTest {
    private static final int PAGE_BYTES = 512;
    private static final int PAGES = 4_000;
    private static final byte[] KEY = {1};

    private final MemoryStorage storage = new MemoryStorage(1 << 24);
    private final Engine engine =
            Engine.open(
                    storage,
                    new EngineOptions(
                            new PageSize(PAGE_BYTES), EngineOptions.Verify.FIRST_TOUCH, 1 << 18),
                    0);

    @AfterEach
    void close() {
        engine.close();
    }

    /** Commits, with all free pages taken but each second one, those of a file of so many pages. */
    private void commitAndScatter(int value, long pages) throws InterruptedException {
        WriteView txn = engine.begin(false, 0);
        txn.put(txn.defaultFamily(), KEY, 1, new byte[] {(byte) value}, 0, 1);
        engine.commit(txn, 0);
        PageAllocator allocator = engine.store().allocator();
        ExtentList given = new ExtentList();
        long before = -2;
        while (allocator.freeMap().free() > 0 || allocator.freeMap().pages() < pages) {
            long page = allocator.allocate(true);
            if (page > before + 1) {
                given.add(page, 1);
                before = page;
            }
        }
        allocator.release(given);
        assertTrue(allocator.freeMap().findRun(0, allocator.freeMap().pages(), 2, 0) < 0);
    }

    @Test
    void imageThatFindsNoRunHasTheFileGrowAheadOfTheNext() throws InterruptedException {
        commitAndScatter(1, PAGES);
        assertFalse(engine.isGrowthDue());
        long scattered = storage.size();
        assertTrue(engine.checkpoint(0));
        assertTrue(storage.size() > scattered);
        assertTrue(engine.isGrowthDue());

        engine.growAhead();
        assertFalse(engine.isGrowthDue());
        commitAndScatter(2, PAGES);
        long ahead = storage.size();
        assertTrue(engine.checkpoint(0));
        assertEquals(ahead, storage.size());
        assertTrue(engine.isGrowthDue());
    }

    @Test
    void growthForImagesIsNotRepeatedWhileTheyFindTheirPlace() throws InterruptedException {
        commitAndScatter(1, PAGES);
        assertTrue(engine.checkpoint(0));
        engine.growAhead();
        engine.inspect(0).close();
        assertFalse(engine.isGrowthDue());
    }

    @Test
    void fileThatMayNotGrowIsNotAskedToAgain() throws InterruptedException {
        commitAndScatter(1, PAGES);
        assertTrue(engine.checkpoint(0));
        commitAndScatter(2, storage.maxSize() / PAGE_BYTES);
        assertTrue(engine.isGrowthDue());
        engine.growAhead();
        assertFalse(engine.isGrowthDue());
    }
}
