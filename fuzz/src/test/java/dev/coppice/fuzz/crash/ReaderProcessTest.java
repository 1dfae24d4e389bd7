package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.LiveFate;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Goal: what readers in other processes have pinned stays as it is, whenever the writer dies,
 * however often another one takes over and recycles pages.
 *
 * <p>Method: a writer works beside a reader that holds roots. At random steps the writer is killed;
 * on the image another one recovers beside the same reader, works, is killed at random steps
 * itself, and the roots are compared with what they held.
 */
class ReaderProcessTest {
    private static final int SEEDS = Integer.getInteger("coppice.readers.seeds", 12);
    private static final int KEYS = 300;

    private final EngineOptions options =
            new EngineOptions(new PageSize(512), EngineOptions.Verify.ALWAYS, 1 << 14);

    /** A root that the reader holds, and what it has to hold. */
    private record Held(ReadView view, TreeMap<Integer, byte[]> content) {
        void verify(PageMap pages) {
            var tree = view.root().defaultFamily();
            assertEquals(content.size(), tree.count());
            content.forEach((key, value) -> {
                byte[] bytes = key(key);
                long found = TreeReader.find(pages, tree, bytes, bytes.length);
                assertNotEquals(TreeReader.ABSENT, found);
                assertArrayEquals(value, TreeReader.value(pages, found));
            });
        }
    }

    private static byte[] key(int number) {
        return new byte[] {(byte) (number >>> 8), (byte) number};
    }

    @TestFactory
    Stream<DynamicTest> pinnedRootsSurviveKilledWriters() {
        return IntStream.rangeClosed(1, SEEDS)
                .mapToObj(
                        seed -> DynamicTest.dynamicTest("seed " + seed, () -> new Run(seed).run()));
    }

    private final class Run {
        private final SplittableRandom random;
        private final SimulatedDisk disk = new SimulatedDisk(8 << 20);
        private final TreeMap<Integer, byte[]> model = new TreeMap<>();
        private final List<Held> held = new ArrayList<>();
        private int kills;

        Run(int seed) {
            this.random = new SplittableRandom(seed);
        }

        void run() throws InterruptedException {
            try (Engine writer = Engine.open(disk, options, 1)) {
                work(writer, 5, model);
                try (Engine reader = Engine.open(disk.attachReader(), options, 1)) {
                    disk.onStep((at, _, _) -> maybeKill(at, 1));
                    for (int round = 0; round < 25; round++) {
                        work(writer, 1 + random.nextInt(3), model);
                        hold(reader);
                        held.forEach(each -> each.verify(each.view().pages()));
                    }
                    disk.onStep((_, _, _) -> {});
                    held.forEach(each -> reader.release(each.view()));
                }
            }
            disk.discard();
            assertTrue(kills > 5, "kills " + kills);
        }

        /** Takes the newest root, lets an older one go. */
        private void hold(Engine reader) {
            held.add(new Held(reader.read(1), new TreeMap<>(model)));
            if (held.size() > 4) {
                reader.release(held.remove(random.nextInt(held.size())).view());
            }
        }

        private void maybeKill(SimulatedDisk at, int depth) {
            if (held.isEmpty() || random.nextInt(depth == 1 ? 40 : 400) > 0) {
                return;
            }
            kills++;
            SimulatedDisk image = at.kill();
            try {
                takeOver(image, depth);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                image.discard();
            }
        }

        private void takeOver(SimulatedDisk image, int depth) throws InterruptedException {
            if (depth < 3) {
                image.onStep((at, _, _) -> maybeKill(at, depth + 1));
            }
            long size;
            try (Engine next = Engine.open(image, options, 1)) {
                verifyHeld(image);
                WriterScene.check(next);
                TreeMap<Integer, byte[]> other = new TreeMap<>();
                clear(next);
                work(next, 12, other);
                verifyHeld(image);
                WriterScene.check(next);
                try (Engine late = Engine.open(image.attachReader(), options, 1)) {
                    ReadView view = late.read(1);
                    new Held(view, other).verify(view.pages());
                    work(next, 2, other);
                    late.release(view);
                }
                size = image.size();
            }
            assertTrue(image.size() >= size, "cut under a reader");
            verifyHeld(image);
        }

        private void verifyHeld(SimulatedDisk image) {
            PageMap pages = new PageMap(options.pageSize(), image.chunks(), null);
            held.forEach(each -> each.verify(pages));
        }

        private void work(Engine engine, int transactions, Map<Integer, byte[]> content)
                throws InterruptedException {
            for (int i = 0; i < transactions; i++) {
                TreeMap<Integer, byte[]> next = new TreeMap<>(content);
                WriteView view = engine.begin(random.nextInt(4) == 0, 0);
                for (int j = random.nextInt(40); j >= 0; j--) {
                    change(view, next);
                }
                engine.commit(view, 1);
                content.clear();
                content.putAll(next);
                if (random.nextInt(3) == 0) {
                    engine.checkpoint(0);
                }
            }
        }

        private void change(WriteView view, Map<Integer, byte[]> content) {
            int number = random.nextInt(KEYS);
            byte[] key = key(number);
            if (random.nextInt(3) == 0) {
                view.delete(view.defaultFamily(), key, key.length);
                content.remove(number);
            } else {
                byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 4000 : 60)];
                random.nextBytes(value);
                view.put(view.defaultFamily(), key, key.length, value, 0, value.length);
                content.put(number, value);
            }
        }
    }

    private static void clear(Engine engine) throws InterruptedException {
        WriteView view = engine.begin(false, 0);
        view.deleteRange(view.defaultFamily(), null, null);
        engine.commit(view, 1);
    }

    private static long pending(Engine engine) {
        for (int i = 0; i < 3; i++) {
            try {
                clear(engine);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            engine.checkpoint(0);
        }
        return engine.store().allocator().pending().pages();
    }

    @Test
    void whatADeadReaderKeptIsGivenBackByTheNextCheckpoint() throws InterruptedException {
        Run run = new Run(1);
        try (Engine writer = Engine.open(run.disk, options, 1)) {
            run.work(writer, 20, run.model);
            Engine reader = Engine.open(run.disk.attachReader(), options, 1);
            Engine living = Engine.open(run.disk.attachReader(), options, 1);
            assertEquals(writer.latestTxn(), reader.read(1).root().txn());
            long before = writer.latestTxn();
            run.work(writer, 20, run.model);
            ReadView kept = living.read(1);
            new Held(kept, run.model).verify(kept.pages());
            assertTrue(pending(writer) > 20);
            reader.close();
            long keptAlone = pending(writer);
            new Held(kept, run.model).verify(kept.pages());
            living.release(kept);
            assertTrue(keptAlone > pending(writer));
            assertTrue(living.latestTxn() > before);
            assertEquals(writer.durableTxn(), living.durableTxn());
            living.close();
        }
    }

    /** The reader comes first after a power loss, when nothing in the live file counts. */
    @Test
    void writerRecoversAfterAPowerLossBesideAReader() throws InterruptedException {
        for (int seed = 1; seed < 20; seed++) {
            Run run = new Run(seed);
            try (Engine writer = Engine.open(run.disk, options, 1)) {
                run.work(writer, 30, run.model);
                for (PowerLoss loss : run.disk.powerLossVariants(3, seed)) {
                    if (run.random.nextInt(loss.live() == LiveFate.ZEROS ? 20 : 4) == 0) {
                        recoverBesideReader(run, run.disk.powerLoss(loss));
                    }
                }
            }
            run.disk.discard();
        }
    }

    private void recoverBesideReader(Run run, SimulatedDisk image) throws InterruptedException {
        image.close();
        Storage storage = image.attachReader();
        Engine reader = Engine.open(storage, options, 1);
        ReadView view = reader.read(1);
        TreeMap<Integer, byte[]> content = new TreeMap<>();
        for (int number = 0; number < KEYS; number++) {
            byte[] key = key(number);
            var tree = view.root().defaultFamily();
            long found = TreeReader.find(view.pages(), tree, key, key.length);
            if (found != TreeReader.ABSENT) {
                content.put(number, TreeReader.value(view.pages(), found));
            }
        }
        Held held = new Held(view, content);
        try (Engine next = Engine.open(image.kill(), options, 1)) {
            PageMap pages = new PageMap(options.pageSize(), next.storage().chunks(), null);
            held.verify(pages);
            WriterScene.check(next);
            clear(next);
            run.work(next, 15, new TreeMap<>());
            held.verify(pages);
            WriterScene.check(next);
            ((SimulatedDisk) next.storage()).onStep((_, _, _) -> {});
        }
        held.verify(view.pages());
        reader.release(view);
        reader.close();
        image.discard();
    }
}
