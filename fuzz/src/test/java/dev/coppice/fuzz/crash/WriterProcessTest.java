package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.Inspection;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.check.IntegrityCheck;
import dev.coppice.engine.check.Progress;
import dev.coppice.engine.commit.ImageExtent;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SimulatedCrash;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.SimulatedWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Goal: several processes write one store in turn, and whichever dies, at whatever step, costs
 * nothing that is committed and keeps nobody from going on.
 *
 * <p>Method: three processes on one simulated disk change a model of what the store holds. One is
 * killed at each of its steps, the next at a step of its takeover; the third goes on. At the end,
 * and in images of power losses, the store is compared with the model and every page accounted for.
 */
class WriterProcessTest {
    private static final int SEEDS = Integer.getInteger("coppice.writers.seeds", 3);
    private static final int KEYS = 200;
    private static final int LOSSES = 4;

    private final EngineOptions options =
            new EngineOptions(new PageSize(512), EngineOptions.Verify.ALWAYS, 1 << 14);

    private static byte[] key(int number) {
        return new byte[] {(byte) (number >>> 8), (byte) number};
    }

    /** What the store holds, by transaction. */
    private static final class History {
        private final TreeMap<Long, TreeMap<Integer, byte[]>> states = new TreeMap<>();
        private TreeMap<Integer, byte[]> inDoubt = new TreeMap<>();

        TreeMap<Integer, byte[]> newest() {
            return states.lastEntry().getValue();
        }
    }

    private record Held(Engine engine, ReadView view, TreeMap<Integer, byte[]> content) {}

    /** Some processes on a disk. */
    private final class Scene {
        private final SplittableRandom random;
        private final SimulatedDisk disk = new SimulatedDisk(8 << 20);
        private final History history = new History();
        private final List<SimulatedWriter> storages = new ArrayList<>();
        private final List<Engine> engines = new ArrayList<>();
        private final List<Held> held = new ArrayList<>();

        Scene(int seed) {
            this.random = new SplittableRandom(seed);
        }

        void open() {
            SimulatedWriter storage = disk.attachWriter();
            storages.add(storage);
            engines.add(Engine.open(storage, options, 1));
            if (engines.size() == 1) {
                history.states.put(engines.getFirst().latestTxn(), new TreeMap<>());
            }
        }

        /** Begins as a scene does that has come to its point. */
        void warmUp() throws InterruptedException {
            open();
            work(engines.get(0), 3);
            open();
            open();
            for (int i = 0; i < 6; i++) {
                work(engines.get(random.nextInt(3)), 1 + random.nextInt(2));
                if (i % 2 == 0) {
                    hold(engines.get(random.nextInt(3)));
                }
            }
        }

        void hold(Engine engine) {
            held.add(new Held(engine, engine.read(1), new TreeMap<>(history.newest())));
            if (held.size() > 3) {
                Held old = held.remove(random.nextInt(held.size()));
                old.engine().release(old.view());
            }
        }

        void work(Engine engine, int transactions) throws InterruptedException {
            for (int i = 0; i < transactions; i++) {
                TreeMap<Integer, byte[]> next = new TreeMap<>(history.newest());
                WriteView view = engine.begin(random.nextInt(3) == 0, 0);
                verify(view.pages(), view.defaultFamily(), history.newest());
                for (int j = random.nextInt(12); j >= 0; j--) {
                    change(view, next);
                }
                if (random.nextInt(8) == 0) {
                    engine.rollback(view);
                } else {
                    history.inDoubt = next;
                    history.states.put(engine.commit(view, 1), next);
                }
                if (random.nextInt(3) == 0) {
                    engine.checkpoint(0);
                }
            }
        }

        private void change(WriteView view, TreeMap<Integer, byte[]> content) {
            int number = random.nextInt(KEYS);
            byte[] key = key(number);
            if (random.nextInt(3) == 0) {
                view.delete(view.defaultFamily(), key, key.length);
                content.remove(number);
            } else {
                byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 3000 : 60)];
                random.nextBytes(value);
                view.put(view.defaultFamily(), key, key.length, value, 0, value.length);
                content.put(number, value);
            }
        }

        /** What the dead had begun to commit is there as a whole or not at all. */
        void settle(Engine engine) {
            long newest = engine.latestTxn();
            if (!history.states.containsKey(newest)) {
                assertTrue(newest > history.states.lastKey(), "commits were lost");
                history.states.put(newest, history.inDoubt);
            }
            assertEquals(history.states.lastKey(), newest);
            ReadView view = engine.read(1);
            verify(view.pages(), view.root().defaultFamily(), history.newest());
            engine.release(view);
        }

        void verifyHeld(Engine dead) {
            held.removeIf(each -> each.engine() == dead);
            for (Held each : held) {
                verify(each.view().pages(), each.view().root().defaultFamily(), each.content());
            }
        }

        /** After a power loss the store is what it was at a commit that was durable, or later. */
        void losePower(Engine living) {
            long durable = living.durableTxn();
            for (PowerLoss loss : disk.powerLossSample(LOSSES, random.nextLong(), LOSSES, true)) {
                SimulatedDisk image = disk.powerLoss(loss);
                try (Engine recovered = Engine.open(image, options, 1)) {
                    long newest = recovered.latestTxn();
                    assertTrue(newest >= durable, "durable " + durable + ", found " + newest);
                    ReadView view = recovered.read(1);
                    TreeMap<Integer, byte[]> content =
                            history.states.getOrDefault(newest, history.inDoubt);
                    verify(view.pages(), view.root().defaultFamily(), content);
                    recovered.release(view);
                    check(recovered);
                }
                image.discard();
            }
        }

        void close() {
            for (int i = 0; i < engines.size(); i++) {
                if (!storages.get(i).isDead()) {
                    engines.get(i).close();
                }
            }
            try (Engine alone = Engine.open(disk, options, 1)) {
                settle(alone);
                check(alone);
            }
            disk.discard();
        }
    }

    private static void verify(PageMap pages, TreeRoot tree, TreeMap<Integer, byte[]> content) {
        assertEquals(content.size(), tree.count());
        content.forEach((number, value) -> {
            byte[] bytes = key(number);
            long found = TreeReader.find(pages, tree, bytes, bytes.length);
            assertNotEquals(TreeReader.ABSENT, found);
            assertArrayEquals(value, TreeReader.value(pages, found));
        });
    }

    /** Every page of the file has one owner. */
    private static void check(Engine engine) {
        try (Inspection inspection = engine.inspect(1)) {
            ImageExtent image = inspection.known().image();
            var space =
                    new IntegrityCheck.Space(
                            inspection.header(),
                            image.firstPage() == 0 ? List.of() : List.of(image),
                            inspection.free(),
                            inspection.pending());
            PageMap pages = inspection.view().pages();
            var check =
                    new IntegrityCheck(
                            pages, engine.pageSize(), inspection.sealedUpTo(), Progress.NONE);
            assertEquals(List.of(), check.check(inspection.view().root(), space).problems());
        }
    }

    @TestFactory
    Stream<DynamicTest> writersTakeTurns() {
        return seeds(this::takeTurns);
    }

    private static Stream<DynamicTest> seeds(Scenario scenario) {
        return IntStream.rangeClosed(1, SEEDS)
                .mapToObj(
                        seed -> DynamicTest.dynamicTest("seed " + seed, () -> scenario.run(seed)));
    }

    private interface Scenario {
        void run(int seed) throws InterruptedException;
    }

    private void takeTurns(int seed) throws InterruptedException {
        Scene scene = new Scene(seed);
        scene.warmUp();
        for (int i = 0; i < 300; i++) {
            Engine engine = scene.engines.get(scene.random.nextInt(3));
            scene.work(engine, 1 + scene.random.nextInt(3));
            if (i % 5 == 0) {
                scene.hold(engine);
            }
            if (i % 20 == 0) {
                check(scene.engines.get(scene.random.nextInt(3)));
                scene.verifyHeld(null);
            }
            if (i % 50 == 0) {
                scene.losePower(engine);
            }
        }
        scene.close();
    }

    @TestFactory
    Stream<DynamicTest> killedWritersLoseNothing() {
        return seeds(this::killAtEachStep);
    }

    private void killAtEachStep(int seed) throws InterruptedException {
        boolean isDead = true;
        int kills = 0;
        for (long step = 1; isDead; step++) {
            Scene scene = new Scene(seed);
            scene.warmUp();
            isDead = isKilled(scene, 0, step, 6);
            if (isDead) {
                kills++;
                scene.verifyHeld(scene.engines.get(0));
                int second = 1 + (int) (step % 40);
                if (isKilled(scene, 1, second, 1)) {
                    scene.verifyHeld(scene.engines.get(1));
                }
                Engine third = scene.engines.get(2);
                WriteView view = third.begin(false, 0);
                third.rollback(view);
                scene.settle(third);
                check(third);
                scene.losePower(third);
                scene.work(third, 3);
                check(third);
                scene.verifyHeld(scene.engines.get(0));
            }
            scene.close();
        }
        assertTrue(kills > 50, "kills " + kills);
    }

    private static boolean isKilled(Scene scene, int which, long step, int transactions)
            throws InterruptedException {
        SimulatedWriter storage = scene.storages.get(which);
        Engine engine = scene.engines.get(which);
        storage.killAt(storage.steps() + step);
        try {
            WriteView view = engine.begin(false, 0);
            engine.rollback(view);
            scene.settle(engine);
            scene.work(engine, transactions);
            storage.killAt(Long.MAX_VALUE);
            return false;
        } catch (SimulatedCrash e) {
            storage.bury();
            return true;
        }
    }
}
