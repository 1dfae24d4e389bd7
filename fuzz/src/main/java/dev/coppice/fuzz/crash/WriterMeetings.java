package dev.coppice.fuzz.crash;

import static dev.coppice.fuzz.crash.WriterScene.key;
import static dev.coppice.fuzz.crash.WriterScene.require;

import dev.coppice.engine.Engine;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.commit.Checkpoint;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedCrash;
import dev.coppice.testkit.SimulatedWriter;
import dev.coppice.testkit.Step;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two processes that write one disk and meet at a point that no order of whole calls comes to. What
 * one has protected, the other is about to take pages from; then power is lost. Stateless.
 */
final class WriterMeetings {
    /** More than there is room for in the first chunk of pins. */
    private static final int READERS = Storage.LIVE_CHUNK_BYTES / 64 + 10;

    private WriterMeetings() {}

    /** Something to do inside a call of another process. */
    private interface Inside {
        void run() throws InterruptedException;
    }

    private static void now(Inside inside) {
        try {
            inside.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A storage whose owner is interrupted by others when it maps more of the live file. */
    private static final class MappingStorage extends ForwardingStorage {
        private Inside next = () -> {};

        MappingStorage(Storage target) {
            super(target);
        }

        @Override
        public MemorySegment liveChunk(int index) {
            Inside now = next;
            next = () -> {};
            now(now);
            return super.liveChunk(index);
        }
    }

    /**
     * One process dies when the slot of its checkpoint is written and not flushed, while another
     * has a transaction. That one is committed durably: its slot comes in the place of the other's,
     * and while it is being flushed, a second thread of the process looks for pages. The medium may
     * have either slot.
     */
    static boolean dieInFlush(long seed) throws InterruptedException {
        WriterScene scene = new WriterScene(seed);
        scene.warmUp();
        scene.releaseHeld();
        Engine dying = scene.engines.get(1);
        Engine living = scene.engines.get(2);
        scene.rewrite(dying);
        WriteView view = dieInCheckpoint(scene, dying, living);
        Map<Integer, byte[]> next = new TreeMap<>(scene.history.newest());
        next.put(1, key(2));
        scene.history.inDoubt = next;
        scene.history.namesInDoubt = scene.history.names;
        boolean[] isFlushed = {false};
        scene.disk.onStep((at, _, step) -> {
            if (step == Step.SYNC_BEGIN && !isFlushed[0]) {
                isFlushed[0] = true;
                at.asAnotherThread(() -> now(() -> scene.takePages(living)));
            }
        });
        scene.history.states.put(living.commit(view, 1), next);
        scene.disk.onStep((_, _, _) -> {});
        require(isFlushed[0], "nothing was flushed");
        scene.work(living, 2);
        scene.close();
        return true;
    }

    /** Returns the transaction of the other, which has superseded all that the dead one pinned. */
    private static WriteView dieInCheckpoint(WriterScene scene, Engine dying, Engine living) {
        SimulatedWriter storage = scene.storages.get(scene.engines.indexOf(dying));
        WriteView[] view = {null};
        scene.disk.onStep((_, _, step) -> {
            if (step == Step.SYNC_END && view[0] == null) {
                now(() -> {
                    scene.rewrite(living);
                    scene.rewrite(living);
                    view[0] = living.begin(true, 0);
                });
                view[0].put(view[0].defaultFamily(), key(1), 2, key(2), 0, 2);
            } else if (step == Step.WRITE && view[0] != null) {
                storage.killAt(storage.steps() + 1);
            }
        });
        try {
            dying.checkpoint(0);
        } catch (SimulatedCrash e) {
            storage.bury();
        }
        scene.disk.onStep((_, _, _) -> {});
        require(storage.isDead() && view[0] != null, "it lives");
        return view[0];
    }

    /**
     * A process looks for pages that nobody needs. There are more pins than it has mapped, and
     * while it maps them, the checkpoint of another one completes: what a pin has kept is the base.
     */
    static boolean completeInScan(long seed) throws InterruptedException {
        WriterScene scene = new WriterScene(seed);
        scene.warmUp();
        scene.releaseHeld();
        MappingStorage[] storage = {null};
        scene.open(target -> storage[0] = new MappingStorage(target));
        Engine checkpointing = scene.engines.get(1);
        Engine scanning = scene.engines.get(3);
        scene.rewrite(checkpointing);
        WriteView none = checkpointing.begin(false, 0);
        Checkpoint checkpoint = checkpointing.store().checkpoint();
        Checkpoint.Captured captured = checkpoint.capture(null);
        checkpointing.rollback(none);
        scene.rewrite(scanning);
        List<ReadView> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(scene.engines.getFirst().read(1));
        }
        boolean[] isComplete = {false};
        storage[0].next =
                () -> {
                    isComplete[0] = true;
                    checkpoint.complete(captured);
                };
        scene.takePages(scanning);
        require(isComplete[0], "no pins were mapped");
        readers.forEach(scene.engines.getFirst()::release);
        scene.work(scanning, 2);
        scene.close();
        return true;
    }
}
