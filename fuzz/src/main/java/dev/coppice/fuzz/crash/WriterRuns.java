package dev.coppice.fuzz.crash;

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
import dev.coppice.engine.commit.NamedRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.testkit.Fault;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SimulatedCrash;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.SimulatedWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The suite {@code writers}: several processes write one store in turn, and whichever dies, at
 * whatever step, costs nothing that is committed and keeps nobody from going on.
 *
 * <p>Three processes on one simulated disk change a model of what the store holds. One is killed at
 * each of its steps, the next at a step of its takeover; the third goes on. At the end, and in
 * images of power losses, the store is compared with the model and every page accounted for. A
 * scenario is one such kill, or a long time without any.
 */
public final class WriterRuns implements Suite {
    private static final int TURNS = 300;
    private static final long DEFAULT_SEEDS = 12;
    private static final int KEYS = 200;
    private static final int LOSSES = 4;

    private final EngineOptions options =
            new EngineOptions(new PageSize(512), EngineOptions.Verify.ALWAYS, 1 << 14);

    private static byte[] key(int number) {
        return new byte[] {(byte) (number >>> 8), (byte) number};
    }

    /** What the store holds, by transaction. */
    private static final class History {
        private final NavigableMap<Long, Map<Integer, byte[]>> states = new TreeMap<>();
        private Map<Integer, byte[]> inDoubt = new TreeMap<>();
        private Map<String, Map<Integer, byte[]>> names = new TreeMap<>();
        private Map<String, Map<Integer, byte[]>> namesInDoubt = new TreeMap<>();

        Map<Integer, byte[]> newest() {
            return states.lastEntry().getValue();
        }
    }

    private record Held(Engine engine, ReadView view, Map<Integer, byte[]> content) {}

    /** Some processes on a disk. */
    private final class Scene {
        private final SplittableRandom random;
        private final SimulatedDisk disk = new SimulatedDisk(8 << 20);
        private final History history = new History();
        private final List<SimulatedWriter> storages = new ArrayList<>();
        private final List<Engine> engines = new ArrayList<>();
        private final List<Held> held = new ArrayList<>();

        Scene(long seed) {
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
                Map<Integer, byte[]> next = new TreeMap<>(history.newest());
                WriteView view = engine.begin(random.nextInt(3) == 0, 0);
                verify(view.pages(), view.defaultFamily(), history.newest());
                for (int j = random.nextInt(12); j >= 0; j--) {
                    change(view, next);
                }
                Map<String, Map<Integer, byte[]>> names = new TreeMap<>(history.names);
                name(view, names, next);
                if (random.nextInt(8) == 0) {
                    engine.rollback(view);
                } else {
                    history.inDoubt = next;
                    history.namesInDoubt = names;
                    history.states.put(engine.commit(view, 1), next);
                    history.names = names;
                }
                if (random.nextInt(3) == 0) {
                    engine.checkpoint(0);
                }
            }
        }

        /** Gives the root a name, or drops one. */
        private void name(
                WriteView view,
                Map<String, Map<Integer, byte[]>> names,
                Map<Integer, byte[]> content) {
            if (random.nextInt(4) > 0) {
                return;
            }
            String name = "name" + random.nextInt(3);
            if (names.remove(name) != null) {
                require(view.dropRetained(name), "no " + name);
            } else {
                view.retain(name, 1);
                names.put(name, new TreeMap<>(content));
            }
        }

        void commitDurably(Engine engine) throws InterruptedException {
            Map<Integer, byte[]> next = new TreeMap<>(history.newest());
            WriteView view = engine.begin(true, 0);
            next.put(1, key(2));
            view.put(view.defaultFamily(), key(1), 2, key(2), 0, 2);
            history.inDoubt = next;
            history.namesInDoubt = history.names;
            history.states.put(engine.commit(view, 1), next);
        }

        private void change(WriteView view, Map<Integer, byte[]> content) {
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
                require(newest > history.states.lastKey(), "commits were lost");
                history.states.put(newest, history.inDoubt);
                history.names = history.namesInDoubt;
            }
            require(history.states.lastKey() == newest, "commits were lost, or came back");
            ReadView view = engine.read(1);
            verify(view.pages(), view.root().defaultFamily(), history.newest());
            history.names.forEach((name, content) -> {
                NamedRoot named = NamedRoot.find(view.pages(), view.root(), name);
                require(named != null, "no " + name);
                verify(view.pages(), named.root().defaultFamily(), content);
            });
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
                    require(newest >= durable, "durable " + durable + ", found " + newest);
                    ReadView view = recovered.read(1);
                    Map<Integer, byte[]> content =
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

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void verify(PageMap pages, TreeRoot tree, Map<Integer, byte[]> content) {
        require(content.size() == tree.count(), "other entries than the model");
        content.forEach((number, value) -> {
            byte[] bytes = key(number);
            long found = TreeReader.find(pages, tree, bytes, bytes.length);
            require(found != TreeReader.ABSENT, "no key " + number);
            require(Arrays.equals(value, TreeReader.value(pages, found)), "key " + number);
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
            List<?> problems = check.check(inspection.view().root(), space).problems();
            require(problems.isEmpty(), problems.toString());
        }
    }

    @Override
    public String name() {
        return "writers";
    }

    @Override
    public String purpose() {
        return "processes that write one simulated disk in turn, killed at every step";
    }

    @Override
    public void run(Run run) {
        boolean hasLimit = run.budget().seconds() > 0 || run.budget().scenarios() > 0;
        for (long i = 0; hasLimit ? !run.isOver() : i < DEFAULT_SEEDS; i++) {
            long seed = run.seed() + i;
            attempt(run, "turns " + seed, () -> takeTurns(seed));
            for (boolean isFull : new boolean[] {false, true}) {
                attempt(run, "lost lock " + seed + " " + isFull, () -> loseLock(seed, isFull));
            }
            attempt(run, "failed flush " + seed, () -> failFlush(seed));
            boolean isKilled = true;
            for (long step = 1; isKilled && !run.isOver(); step++) {
                long last = step;
                isKilled = attempt(run, "seed " + seed + " step " + step, () -> kill(seed, last));
                run.add("kills", isKilled ? 1 : 0);
            }
        }
    }

    private interface Scenario {
        boolean play() throws InterruptedException;
    }

    /** Plays a scenario; returns what it does, or true when it failed. */
    private static boolean attempt(Run run, String what, Scenario scenario) {
        boolean result = true;
        try {
            result = scenario.play();
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            String repeat = "writers --seed " + run.seed();
            run.fail(new Failure(what, repeat, List.of(), e));
        }
        run.scenarios(1, what);
        return result;
    }

    private boolean takeTurns(long seed) throws InterruptedException {
        Scene scene = new Scene(seed);
        scene.warmUp();
        for (int i = 0; i < TURNS; i++) {
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
        return true;
    }

    /** What others take for dead does not publish any more. */
    private boolean loseLock(long seed, boolean isFull) throws InterruptedException {
        Scene scene = new Scene(seed);
        scene.warmUp();
        Engine lost = scene.engines.get(0);
        WriteView view = lost.begin(isFull, 0);
        view.put(view.defaultFamily(), key(1), 2, key(1), 0, 2);
        scene.storages.get(0).loseLock();
        scene.work(scene.engines.get(1), 3);
        long newest = scene.engines.get(1).latestTxn();
        boolean isRefused = false;
        try {
            lost.commit(view, 1);
        } catch (StoreException e) {
            isRefused = true;
        }
        require(isRefused, "committed without the writer role");
        scene.storages.get(0).kill();
        require(scene.engines.get(1).latestTxn() == newest, "published without the writer role");
        scene.work(scene.engines.get(2), 3);
        check(scene.engines.get(2));
        scene.close();
        return true;
    }

    /** A flush that fails in one process stops all of them, until all have closed the store. */
    private boolean failFlush(long seed) throws InterruptedException {
        boolean isInDoubt = false;
        for (int ordinal = 1; !isInDoubt; ordinal++) {
            Scene scene = new Scene(seed);
            scene.warmUp();
            Engine failing = scene.engines.get(0);
            Engine other = scene.engines.get(1);
            scene.disk.failIo(ordinal, Fault.IO_ERROR, false);
            try {
                scene.commitDurably(failing);
            } catch (CommitInDoubtException e) {
                isInDoubt = true;
            } catch (StoreIoException e) {
                require(!other.store().isPoisoned(), "poisoned by a write that failed");
            }
            scene.disk.heal();
            if (isInDoubt) {
                requireRefused(() -> other.begin(false, 0));
                requireRefused(() -> other.checkpoint(0));
                requireRefused(() -> Engine.open(scene.disk.attachWriter(), options, 1));
            } else {
                scene.work(other, 1);
            }
            scene.close();
            require(ordinal < 1000, "no flush failed");
        }
        return true;
    }

    /** What is not done. */
    private interface Call {
        Object run() throws InterruptedException;
    }

    private static void requireRefused(Call call) throws InterruptedException {
        try {
            Object result = call.run();
            throw new AssertionError("done after a failed flush: " + result);
        } catch (StoreException e) {
            return;
        }
    }

    /** Kills at a step; returns whether there was one. */
    private boolean kill(long seed, long step) throws InterruptedException {
        Scene scene = new Scene(seed);
        scene.warmUp();
        boolean isDead = isKilled(scene, 0, step, 6);
        if (isDead) {
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
        return isDead;
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
