package dev.coppice.engine.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.Inspection;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageSize;
import dev.coppice.storage.MemoryStorage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Goal: whatever is done to a store, a check finds every page in its place. Method: random
 * transactions of both durabilities, savepoints, column families, checkpoints and readers, and a
 * full check after every few.
 */
class StoreAccountingTest {
    private static final int SEEDS = Integer.getInteger("coppice.accounting.seeds", 12);

    @TestFactory
    Stream<DynamicTest> everyPageIsAccountedFor() {
        return IntStream.rangeClosed(1, SEEDS)
                .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> run(seed)));
    }

    private static void run(int seed) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        PageSize pageSize = new PageSize(512 << random.nextInt(4));
        EngineOptions options =
                new EngineOptions(
                        pageSize, EngineOptions.Verify.ALWAYS, 4096L << random.nextInt(5));
        Deque<ReadView> readers = new ArrayDeque<>();
        try (Engine engine = Engine.open(new MemoryStorage(1L << 28), options, 1)) {
            for (int i = 0; i < 60; i++) {
                transaction(engine, random);
                if (random.nextInt(4) == 0) {
                    engine.checkpoint(0);
                }
                if (random.nextInt(5) == 0) {
                    readers.add(engine.read(2));
                }
                if (!readers.isEmpty() && random.nextInt(5) == 0) {
                    engine.release(readers.poll());
                }
                check(engine, "seed " + seed + " transaction " + i);
            }
            readers.forEach(engine::release);
        }
    }

    private static void transaction(Engine engine, SplittableRandom random)
            throws InterruptedException {
        WriteView view = engine.begin(random.nextBoolean(), 0);
        List<WriteView.Savepoint> savepoints = new ArrayList<>();
        int operations = random.nextInt(1, 200);
        for (int i = 0; i < operations; i++) {
            String name = "family " + random.nextInt(3);
            TreeRoot tree = random.nextBoolean() ? view.defaultFamily() : view.family(name);
            if (tree == null) {
                tree = view.createFamily(name);
            } else if (random.nextInt(300) == 0) {
                view.dropFamily(name);
                continue;
            }
            change(view, tree, random);
            if (random.nextInt(40) == 0) {
                savepoints.add(view.savepoint());
            }
            if (!savepoints.isEmpty() && random.nextInt(40) == 0) {
                WriteView.Savepoint savepoint = savepoints.getLast();
                view.rollbackTo(savepoint);
            }
        }
        if (random.nextInt(6) == 0) {
            engine.rollback(view);
        } else {
            engine.commit(view, 3);
        }
    }

    private static void change(WriteView view, TreeRoot tree, SplittableRandom random) {
        byte[] key = key(random);
        switch (random.nextInt(8)) {
            case 0 -> view.deleteRange(tree, key, key(random));
            case 1, 2 -> view.delete(tree, key, key.length);
            default -> {
                byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 9000 : 60)];
                view.put(tree, key, key.length, value, 0, value.length);
            }
        }
    }

    private static byte[] key(SplittableRandom random) {
        byte[] key = new byte[random.nextInt(20) == 0 ? 700 : 3];
        key[0] = (byte) random.nextInt(5);
        key[key.length - 1] = (byte) random.nextInt(200);
        return key;
    }

    private static void check(Engine engine, String when) {
        try (Inspection inspection = engine.inspect(4)) {
            CheckReport report = SmallStore.check(inspection, SmallStore.spaceOf(inspection));
            assertEquals(List.of(), report.problems(), when);
        }
    }
}
