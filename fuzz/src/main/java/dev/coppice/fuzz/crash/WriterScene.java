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
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.SimulatedWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Processes that write one simulated disk, and a model of what the store holds.
 *
 * <p>Thread safety: one thread.
 */
final class WriterScene {
    static final EngineOptions OPTIONS =
            new EngineOptions(new PageSize(512), EngineOptions.Verify.ALWAYS, 1 << 14);

    private static final int KEYS = 200;
    private static final int LOSSES = 4;
    private static final int MANY_LOSSES = 60;
    private static final int PAGES_LEFT = 10;

    /** What the store holds, by transaction. */
    static final class History {
        final NavigableMap<Long, Map<Integer, byte[]>> states = new TreeMap<>();
        Map<Integer, byte[]> inDoubt = new TreeMap<>();
        Map<String, Map<Integer, byte[]>> names = new TreeMap<>();
        Map<String, Map<Integer, byte[]>> namesInDoubt = new TreeMap<>();

        Map<Integer, byte[]> newest() {
            return states.lastEntry().getValue();
        }
    }

    private record Held(Engine engine, ReadView view, Map<Integer, byte[]> content) {}

    final SplittableRandom random;
    final SimulatedDisk disk = new SimulatedDisk(8 << 20);
    final History history = new History();
    final List<SimulatedWriter> storages = new ArrayList<>();
    final List<Engine> engines = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();

    WriterScene(long seed) {
        this.random = new SplittableRandom(seed);
    }

    void open() {
        open(storage -> storage);
    }

    /**
     * Opens the store in one more process.
     *
     * @param wrapper what stands between it and its storage
     */
    void open(UnaryOperator<Storage> wrapper) {
        SimulatedWriter storage = disk.attachWriter();
        storages.add(storage);
        engines.add(Engine.open(wrapper.apply(storage), OPTIONS, 1));
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
            WriteView view, Map<String, Map<Integer, byte[]>> names, Map<Integer, byte[]> content) {
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

    /** Changes every entry. */
    void rewrite(Engine engine) throws InterruptedException {
        Map<Integer, byte[]> next = new TreeMap<>();
        WriteView view = engine.begin(false, 0);
        for (int number = 0; number < KEYS; number++) {
            next.put(number, put(view, number));
        }
        history.states.put(engine.commit(view, 1), next);
    }

    /**
     * Makes the process look for pages that nobody needs, takes most of what is free then, if
     * anything, and loses power with what it has put there: pages that are needed are found so.
     */
    void takePages(Engine engine) throws InterruptedException {
        PageAllocator allocator = engine.store().allocator();
        WriteView view = engine.begin(false, 0);
        engine.store().reapReaders();
        engine.store().commits().reclaim();
        for (int number = 0; allocator.available() > PAGES_LEFT; number++) {
            put(view, number);
        }
        losePower(engine, MANY_LOSSES);
        engine.rollback(view);
    }

    private byte[] put(WriteView view, int number) {
        byte[] value = new byte[60];
        random.nextBytes(value);
        view.put(view.defaultFamily(), key(number), 2, value, 0, value.length);
        return value;
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

    void releaseHeld() {
        held.forEach(each -> each.engine().release(each.view()));
        held.clear();
    }

    void verifyHeld(Engine dead) {
        held.removeIf(each -> each.engine() == dead);
        for (Held each : held) {
            verify(each.view().pages(), each.view().root().defaultFamily(), each.content());
        }
    }

    /** After a power loss the store is what it was at a commit that was durable, or later. */
    void losePower(Engine living) {
        losePower(living, LOSSES);
    }

    private void losePower(Engine living, int losses) {
        long durable = living.durableTxn();
        for (PowerLoss loss : disk.powerLossSample(losses, random.nextLong(), losses, true)) {
            SimulatedDisk image = disk.powerLoss(loss);
            try (Engine recovered = Engine.open(image, OPTIONS, 1)) {
                long newest = recovered.latestTxn();
                require(newest >= durable, "durable " + durable + ", found " + newest);
                ReadView view = recovered.read(1);
                Map<Integer, byte[]> content = history.states.getOrDefault(newest, history.inDoubt);
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
        try (Engine alone = Engine.open(disk, OPTIONS, 1)) {
            settle(alone);
            check(alone);
        }
        disk.discard();
    }

    static byte[] key(int number) {
        return new byte[] {(byte) (number >>> 8), (byte) number};
    }

    static void require(boolean holds, String what) {
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
    static void check(Engine engine) {
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
}
