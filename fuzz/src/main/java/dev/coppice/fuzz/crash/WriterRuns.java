package dev.coppice.fuzz.crash;

import static dev.coppice.fuzz.crash.WriterScene.check;
import static dev.coppice.fuzz.crash.WriterScene.key;
import static dev.coppice.fuzz.crash.WriterScene.require;

import dev.coppice.engine.Engine;
import dev.coppice.engine.WriteView;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.testkit.Fault;
import dev.coppice.testkit.SimulatedCrash;
import dev.coppice.testkit.SimulatedWriter;
import java.util.List;

/**
 * The suite {@code writers}: several processes write one store in turn, and whichever dies, at
 * whatever step, costs nothing that is committed and keeps nobody from going on.
 *
 * <p>Three processes on one simulated disk change a model of what the store holds. One is killed at
 * each of its steps, the next at a step of its takeover; the third goes on. At the end, and in
 * images of power losses, the store is compared with the model and every page accounted for. A
 * scenario is one such kill, a long time without any, or one of {@link WriterMeetings}.
 */
public final class WriterRuns implements Suite {
    private static final int TURNS = 300;
    private static final long DEFAULT_SEEDS = 12;

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
            for (long each = 4 * seed; each < 4 * seed + 4; each++) {
                long meeting = each;
                attempt(run, "die in flush " + each, () -> WriterMeetings.dieInFlush(meeting));
                attempt(run, "scan " + each, () -> WriterMeetings.completeInScan(meeting));
            }
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
        WriterScene scene = new WriterScene(seed);
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
        WriterScene scene = new WriterScene(seed);
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
            WriterScene scene = new WriterScene(seed);
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
                requireRefused(
                        () -> Engine.open(scene.disk.attachWriter(), WriterScene.OPTIONS, 1));
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
        WriterScene scene = new WriterScene(seed);
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

    private static boolean isKilled(WriterScene scene, int which, long step, int transactions)
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
