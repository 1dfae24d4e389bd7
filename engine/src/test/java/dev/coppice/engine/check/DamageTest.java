package dev.coppice.engine.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.Inspection;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreFullException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: no damage to a page goes unnoticed by a check, and none does worse to a reader than a typed
 * exception. Method: a small sealed store, in which each byte of each kind of page is changed; then
 * the same with a checksum that covers the damage, so that it gets past the first defence.
 */
@Timeout(1200)
class DamageTest {
    private static final int MAX_STEPS = 20_000;
    private static final int RUNS = Integer.getInteger("coppice.damage.runs", 4_000);

    @Test
    void soundStoreHasNoProblems() throws InterruptedException {
        try (SmallStore store = new SmallStore()) {
            CheckReport report = store.check();
            assertEquals(List.of(), report.problems());
            assertEquals(store.keys.size() + 1, report.entries(), "keys and a family record");
        }
    }

    @Test
    void everyFlippedByteIsReported() throws InterruptedException {
        try (SmallStore store = new SmallStore()) {
            for (Map.Entry<Long, Integer> page : store.meaning.entrySet()) {
                for (int offset = 0; offset < page.getValue(); offset++) {
                    long position = store.position(page.getKey()) + offset;
                    store.flip(position, 1 << (offset % 8));
                    assertFalse(store.check().isClean(), page + " offset " + offset);
                    read(store);
                    store.flip(position, 1 << (offset % 8));
                }
            }
            assertTrue(store.check().isClean());
        }
    }

    @Test
    void bytesWithoutMeaningMayBeAnything() throws InterruptedException {
        try (SmallStore store = new SmallStore()) {
            for (Map.Entry<Long, Integer> page : store.meaning.entrySet()) {
                for (int offset = page.getValue(); offset < SmallStore.PAGE_BYTES; offset++) {
                    store.flip(store.position(page.getKey()) + offset, 0xFF);
                }
            }
            assertTrue(store.check().isClean());
        }
    }

    @Test
    void sealedDamageDoesNoHarm() throws InterruptedException {
        try (SmallStore store = new SmallStore()) {
            for (long page : store.treePages) {
                for (int offset = 4; offset < SmallStore.PAGE_BYTES; offset++) {
                    for (int mask : new int[] {0x01, 0x80, 0xFF}) {
                        store.flip(store.position(page) + offset, mask);
                        store.seal(page);
                        store.check();
                        read(store);
                        store.flip(store.position(page) + offset, mask);
                    }
                }
                store.restore();
            }
            assertTrue(store.check().isClean());
        }
    }

    @Test
    void randomSealedDamageDoesNoHarm() throws InterruptedException {
        try (SmallStore store = new SmallStore()) {
            for (int seed = 0; seed < RUNS; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                damage(store, random);
                try {
                    store.check();
                    read(store);
                } catch (RuntimeException | Error e) {
                    throw new AssertionError("seed " + seed, e);
                }
                store.restore();
            }
        }
    }

    private static void damage(SmallStore store, SplittableRandom random) {
        long page = store.treePages.get(random.nextInt(store.treePages.size()));
        int flips = 1 + random.nextInt(8);
        int from = random.nextBoolean() ? 16 : random.nextInt(16, 500);
        for (int i = 0; i < flips; i++) {
            int offset = Math.min(511, from + random.nextInt(24));
            store.flip(store.position(page) + offset, 1 + random.nextInt(255));
        }
        store.seal(page);
    }

    /** A writer may fail in any way, but it ends. Its transaction is rolled back. */
    @Test
    void writerOnSealedDamageEnds() throws InterruptedException {
        try (SmallStore store = new SmallStore()) {
            for (int seed = 0; seed < RUNS; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                damage(store, random);
                WriteView view = store.engine.begin(random.nextBoolean(), 0);
                try {
                    write(view, store, random);
                } catch (CorruptStoreException
                        | StoreFullException
                        | IndexOutOfBoundsException
                        | AssertionError e) {
                    assertTrue(e.toString().length() > 0);
                }
                store.engine.rollback(view);
                store.restore();
            }
        }
    }

    private static void write(WriteView view, SmallStore store, SplittableRandom random) {
        TreeRoot tree = view.defaultFamily();
        for (int i = 0; i < 30; i++) {
            byte[] key = store.keys.get(random.nextInt(store.keys.size()));
            byte[] value = new byte[random.nextInt(200)];
            switch (random.nextInt(4)) {
                case 0 -> view.delete(tree, key, key.length);
                case 1 -> view.deleteRange(tree, key, store.keys.getLast());
                case 2 -> view.put(tree, key, key.length, value, 0, value.length);
                default -> view.put(tree, key, key.length - 1, value, 0, value.length);
            }
        }
    }

    /** Reads everything in every way; only typed exceptions may come out. */
    private static void read(SmallStore store) {
        try (Inspection inspection = store.engine.inspect(5)) {
            PageMap pages = inspection.view().pages();
            read(store, pages, inspection.view().root().defaultFamily());
            harmless(() -> readFamily(store, pages, inspection));
        }
    }

    private static void readFamily(SmallStore store, PageMap pages, Inspection inspection) {
        TreeRoot family = SmallStore.family(inspection.view());
        if (family != null) {
            read(store, pages, family);
        }
    }

    private static void read(SmallStore store, PageMap pages, TreeRoot root) {
        for (byte[] key : store.keys) {
            harmless(() -> TreeReader.rank(pages, root, key, key.length));
            harmless(() -> get(pages, root, key));
        }
        harmless(() -> scan(pages, new TreeCursor(pages, root), true));
        harmless(() -> scan(pages, new TreeCursor(pages, root), false));
        byte[] key = store.keys.getLast();
        harmless(() -> new TreeCursor(pages, root).seek(key, key.length));
        harmless(() -> new TreeCursor(pages, root).seekFloor(key, key.length));
        for (long rank = 0; rank < Math.min(root.count(), 100); rank += 7) {
            long at = rank;
            harmless(() -> TreeReader.keyAt(pages, root, at));
        }
    }

    private static void get(PageMap pages, TreeRoot root, byte[] key) {
        long found = TreeReader.find(pages, root, key, key.length);
        if (found != TreeReader.ABSENT) {
            assertTrue(TreeReader.value(pages, found).length <= pages.mappedBytes());
        }
    }

    private static void scan(PageMap pages, TreeCursor cursor, boolean isForward) {
        for (int i = 0; i < MAX_STEPS; i++) {
            if (!(isForward ? cursor.next() : cursor.previous())) {
                break;
            }
            assertTrue(cursor.key().length > 0);
            assertTrue(cursor.value().length <= pages.mappedBytes());
        }
    }

    private static void harmless(Runnable read) {
        try {
            read.run();
        } catch (CorruptStoreException e) {
            assertTrue(e.getMessage() != null);
        } catch (IndexOutOfBoundsException e) {
            // Of an array, in compiled code: without a message.
            assertTrue(e.getCause() == null);
        }
    }
}
