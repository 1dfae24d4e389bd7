package dev.coppice.fuzz.crash;

import dev.coppice.SyncLevel;
import dev.coppice.engine.CheckpointModes;
import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.TailSpace;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.VacuumScan;
import dev.coppice.engine.page.PageSize;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreException;
import dev.coppice.fuzz.memory.Allocations;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.LiveFate;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.SimulatedClock;
import dev.coppice.testkit.SimulatedCrash;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.Step;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.model.History;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A store on a simulated disk, its model, and an observer: every call does the same to both and
 * tells the third.
 *
 * <p>Thread safety: one thread.
 */
public final class Session {
    /** What time it is when a session begins. */
    static final long START_MILLIS = SimulatedClock.START_MILLIS;

    private static final long GROW_BYTES = 4096;

    private final PageSize pageSize;
    private final Observer observer;
    private final UnaryOperator<Storage> wrapper;
    private final boolean isOnFile;
    private SimulatedDisk disk;
    private History history;
    private WatchedMapping mapping;
    private Engine engine;
    private long nowMillis = START_MILLIS;
    private boolean hasAborted;
    private boolean isFlushing;
    private FaultSweep.Mode fault;
    private long operationsUntilFault;

    /** A read view and what it should show, for as long as it is held. */
    public static final class Held {
        private final ReadView view;
        private final Contents contents;

        private Held(ReadView view, Contents contents) {
            this.view = view;
            this.contents = contents;
        }
    }

    Session(
            SimulatedDisk disk,
            int pageBytes,
            History history,
            Observer observer,
            UnaryOperator<Storage> wrapper) {
        this(disk, new PageSize(pageBytes), history, observer, wrapper, false);
    }

    private Session(
            SimulatedDisk disk,
            PageSize pageSize,
            History history,
            Observer observer,
            UnaryOperator<Storage> wrapper,
            boolean isOnFile) {
        this.disk = disk;
        this.pageSize = pageSize;
        this.history = history;
        this.observer = observer;
        this.wrapper = wrapper;
        this.isOnFile = isOnFile;
    }

    /**
     * {@return a session on files, which can do what needs no simulated disk; that stays empty}
     *
     * @param opener opens the store, each time
     */
    static Session onFile(int pageBytes, Supplier<Storage> opener) {
        SimulatedDisk none = new SimulatedDisk(GROW_BYTES);
        PageSize pageSize = new PageSize(pageBytes);
        return new Session(none, pageSize, new History(), Observer.NONE, _ -> opener.get(), true);
    }

    /** Goes on with a store that is open already, unobserved. */
    Session(
            SimulatedDisk disk,
            PageSize pageSize,
            History history,
            UnaryOperator<Storage> wrapper,
            Engine engine) {
        this(disk, pageSize, history, Observer.NONE, wrapper, false);
        this.engine = engine;
        engine.clock(this::nowMillis);
    }

    public History history() {
        return history;
    }

    public SimulatedDisk disk() {
        return disk;
    }

    /** {@return how long the data file is, in bytes} */
    public long fileBytes() {
        return mapping.size();
    }

    Engine engine() {
        return engine;
    }

    /** {@return what time it is} */
    public long nowMillis() {
        return nowMillis;
    }

    /** Lets time pass. */
    public void pass(long millis) {
        nowMillis += millis;
    }

    static Engine openEngine(Storage storage, PageSize pageSize) {
        EngineOptions options =
                new EngineOptions(pageSize, EngineOptions.Verify.ALWAYS, GROW_BYTES);
        return Engine.open(storage, options, START_MILLIS);
    }

    /** Lets an operation fail, counted over all openings of the session. */
    void planFault(FaultSweep.Mode mode, long ordinal) {
        fault = mode;
        operationsUntilFault = ordinal;
    }

    /** {@return whether an operation is to fail, so that the script may not get to its end} */
    boolean hasFaultPlanned() {
        return fault != null;
    }

    /** {@return whether the operation that is to fail was reached} */
    boolean hasReachedFault() {
        return fault.count(disk) >= operationsUntilFault;
    }

    // ---- opening and closing

    /** Opens the store, creating or recovering it. */
    public void open() {
        disk.onStep(this::step);
        if (fault != null && operationsUntilFault > 0) {
            fault.plan(disk, operationsUntilFault);
        }
        mapping = new WatchedMapping(wrapper.apply(disk));
        engine = openEngine(mapping, pageSize);
        engine.clock(this::nowMillis);
        history.markDurable(history.size());
        returned("open");
    }

    /** Closes the store and finds the disk as the next process does. */
    public void close() {
        Engine closing = engine;
        engine = null;
        closing.close();
        history.markDurable(history.size());
        returned("close");
        disk = next(disk.kill());
    }

    /** Kills the process; the store is to be opened again. */
    public void kill() {
        if (isOnFile) {
            leave();
            find();
            leave();
        } else {
            crash(disk.kill(), false);
        }
    }

    /** Lets go of a file without closing the store, which is as near as a process comes. */
    private void leave() {
        engine = null;
        mapping.close();
    }

    private void find() {
        mapping = new WatchedMapping(wrapper.apply(disk));
        engine = openEngine(mapping, pageSize);
        history = history.recoveredAt(engine.latestTxn(), false);
        Audit.check(engine, history.newest().contents());
    }

    /** Kills the process inside a call; the store is to be opened again. */
    public void killDuring(Moment moment, Runnable call) {
        requireSimulation();
        int[] left = {moment.skipped()};
        disk.onStep((at, number, step) -> {
            step(at, number, step);
            if (step == moment.step() && left[0]-- == 0) {
                throw new SimulatedCrash("killed at " + moment);
            }
        });
        try {
            call.run();
        } catch (SimulatedCrash e) {
            crash(disk.kill(), false);
            return;
        } finally {
            disk.onStep(this::step);
        }
        throw new AssertionError("the call has no such moment: " + moment);
    }

    /** Cuts the power; the store is to be opened again. */
    public void losePower(SectorChoice choice) {
        crash(disk.powerLoss(new PowerLoss(choice, disk.sizeChanges(), LiveFate.KEPT)), true);
    }

    /** {@return a copy of the data file as the page cache has it} */
    public SimulatedDisk copyFile() {
        requireSimulation();
        return disk.kill();
    }

    /**
     * Kills the process and puts a copy of the data file into the place of the file: what was on
     * the medium when the copy was made is to be there, and nothing else.
     *
     * @param copy no slot was written since it was made
     */
    public void replaceFile(SimulatedDisk copy) {
        long durable = history.durable().txn();
        crash(disk.replaced(copy), true);
        copy.discard();
        if (history.newest().txn() != durable) {
            throw new AssertionError("the copy has the commits of the file: " + history.newest());
        }
    }

    /**
     * Comes by another name of the file, which has a live file of its own. The store is not open,
     * and what the next opening finds is all durable.
     *
     * @param name has that live file
     */
    public void comeBy(SimulatedDisk name) {
        requireSimulation();
        disk = next(disk.byAnotherName(name));
        hasAborted = true;
    }

    private void crash(SimulatedDisk image, boolean isPowerLoss) {
        requireSimulation();
        // No process lacks memory here: one is dead, the next has yet to come.
        Allocations.aside(() -> find(image, isPowerLoss));
    }

    private void find(SimulatedDisk image, boolean isPowerLoss) {
        SimulatedDisk copy = image.kill();
        Engine found = openEngine(copy, pageSize);
        history = history.recoveredAt(found.latestTxn(), isPowerLoss);
        Audit.check(found, history.newest().contents());
        found.close();
        copy.discard();
        closeDead();
        hasAborted &= !isPowerLoss;
        disk = next(image);
    }

    private void requireSimulation() {
        if (isOnFile) {
            throw new IllegalStateException("only a simulated disk can do that");
        }
    }

    /** Gives the memory of the killed process back; what it still does to its disk, nobody sees. */
    private void closeDead() {
        Engine dead = engine;
        engine = null;
        disk.onStep((_, _, _) -> {});
        try {
            dead.close();
        } catch (RuntimeException | SimulatedCrash e) {
            // The disk is that of a dead process.
            return;
        }
    }

    private SimulatedDisk next(SimulatedDisk image) {
        if (fault != null) {
            operationsUntilFault -= fault.count(disk);
        }
        disk.onStep((_, _, _) -> {});
        disk.discard();
        return image;
    }

    /** Ends the session, whatever state it is in. */
    void abandon() {
        disk.onStep((_, _, _) -> {});
        disk.heal();
        try {
            if (engine != null) {
                engine.close();
            }
        } finally {
            disk.discard();
        }
    }

    // ---- transactions

    /** Commits what a body does. */
    public void commit(SyncLevel level, Consumer<Txn> body) {
        WriteView view = begin(level);
        Txn txn = new Txn(view, history.newest().contents().copy(), nowMillis);
        boolean isFull = level == SyncLevel.FULL;
        try {
            body.accept(txn);
            history.begin(txn.contents());
        } catch (RuntimeException | Error e) {
            rollback(view);
            throw e;
        }
        long id;
        isFlushing = isFull;
        try {
            id = engine.commit(view, nowMillis);
        } catch (CommitInDoubtException | SimulatedCrash e) {
            throw e;
        } catch (RuntimeException | Error e) {
            history.withdraw();
            hasAborted = true;
            throw e;
        } finally {
            isFlushing = false;
        }
        if (id == history.newest().txn()) {
            // It changed nothing and is no commit; under FULL the newest one was durable already.
            history.withdraw();
            if (isFull && engine.durableTxn() < id) {
                throw new AssertionError("a durable commit returned what is not durable: " + id);
            }
        } else {
            history.publish(id, isFull);
        }
        returned("commit " + level);
    }

    private WriteView begin(SyncLevel level) {
        try {
            return engine.begin(level == SyncLevel.FULL, 0);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void rollback(WriteView view) {
        hasAborted = true;
        engine.rollback(view);
    }

    /** Rolls back what a body does. */
    public void abort(SyncLevel level, Consumer<Txn> body) {
        WriteView view = begin(level);
        try {
            body.accept(new Txn(view, history.newest().contents().copy(), nowMillis));
        } finally {
            rollback(view);
        }
        returned("abort " + level);
    }

    /** Tells that stores of a transaction may have been left behind unannounced: in free pages. */
    public void expectLeftovers() {
        hasAborted = true;
    }

    // ---- checkpoints

    /** Makes the newest commit the base. */
    public void checkpoint() {
        int count = history.size();
        if (!engine.checkpoint(0)) {
            throw new AssertionError("the checkpoint found a role taken");
        }
        history.markDurable(count);
        returned("checkpoint");
    }

    /**
     * Attempts a checkpoint that goes further, and then makes the newest commit durable.
     *
     * @param expected how it should end
     */
    public void checkpoint(CheckpointModes.Goal goal, CheckpointModes.Outcome expected) {
        int count = history.size();
        CheckpointModes.Outcome outcome = engine.modes().attempt(goal, 0).outcome();
        if (outcome != expected) {
            throw new AssertionError(goal + " ended as " + outcome + ", not as " + expected);
        }
        if (outcome == CheckpointModes.Outcome.DONE) {
            history.markDurable(count);
            if (engine.modes().logFrames() != 0) {
                throw new AssertionError(goal + " left a log");
            }
        }
        returned("checkpoint " + goal);
    }

    /** Attempts a checkpoint that goes further, however that ends. */
    public void attempt(CheckpointModes.Goal goal) {
        int count = history.size();
        if (engine.modes().attempt(goal, 0).outcome() == CheckpointModes.Outcome.DONE) {
            history.markDurable(count);
        }
        returned("attempt of " + goal);
    }

    /** Makes the newest commit the base, as the mode PASSIVE does. */
    public void passive() {
        int count = history.size();
        if (!engine.modes().passive(0).isBaseMoved()) {
            throw new AssertionError("PASSIVE found a role taken");
        }
        history.markDurable(count);
        returned("checkpoint PASSIVE");
    }

    /**
     * Moves what is at the end of the file to free places, in transactions of a few leaves each,
     * and cuts the end off.
     *
     * @param level that of the transactions
     * @param families whose trees are gone through, besides the catalogue
     */
    public void vacuum(SyncLevel level, List<String> families) {
        checkpoint();
        TailSpace.Plan plan = engine.tail().plan(0, 0);
        try {
            for (String family : families) {
                vacuum(level, family, plan);
            }
            vacuum(level, null, plan);
            checkpoint();
            checkpoint(CheckpointModes.Goal.CUT, CheckpointModes.Outcome.DONE);
        } finally {
            if (engine != null) {
                engine.tail().end();
            }
        }
    }

    private void vacuum(SyncLevel level, String family, TailSpace.Plan plan) {
        VacuumScan scan = new VacuumScan(plan.limitPage(), 0, true);
        while (!scan.isDone()) {
            commit(level, txn -> txn.vacuum(family, scan, 8));
        }
    }

    /** Makes the newest commit durable while a transaction is running: to be called inside one. */
    public void checkpointBeside() {
        int count = history.size();
        CheckpointModes.Passive passive = engine.modes().passive(0);
        if (passive.isRefused() || passive.isBaseMoved()) {
            throw new AssertionError("beside a transaction: " + passive);
        }
        history.markDurable(count);
        // What the transaction has stored is not announced yet.
        observer.returned(disk, history, "checkpoint beside a transaction");
    }

    /** {@return whether another checkpoint is refused at once: to be called inside one} */
    public boolean isRefusedBeside() {
        return engine.modes().passive(0).isRefused()
                && engine.modes().attempt(CheckpointModes.Goal.FULL, 0).outcome()
                        != CheckpointModes.Outcome.DONE;
    }

    /**
     * A step of a call, counted by its kind.
     *
     * @param step the kind
     * @param skipped how many of that kind come before it
     */
    public record Moment(Step step, int skipped) {}

    /**
     * Makes a checkpoint, and runs something else inside it, as another thread would.
     *
     * @param moment when, or as soon afterwards as the writer role is free
     * @param isFlushing whether the other thread flushes, so that it must not come later than the
     *     checkpoint's own flush of its pages
     */
    public void checkpointDuring(Moment moment, boolean isFlushing, Runnable other) {
        requireSimulation();
        SimulatedDisk inner = disk;
        int[] left = {moment.skipped()};
        boolean[] isOver = {false};
        Throwable[] failure = {null};
        inner.onStep((at, number, step) -> {
            step(at, number, step);
            if (step == moment.step()) {
                left[0]--;
            }
            if (!isOver[0] && left[0] < 0 && !engine.isWriterTaken()) {
                try {
                    isOver[0] = true;
                    at.asAnotherThread(other);
                } catch (StoreException | OutOfMemoryError e) {
                    failure[0] = e;
                }
            }
            isOver[0] |= isFlushing && step == Step.SYNC_END;
        });
        try {
            checkpoint();
        } catch (StoreException | OutOfMemoryError e) {
            failure[0] = failure[0] == null ? e : failure[0];
        } finally {
            inner.onStep(this::step);
        }
        rethrow(failure[0]);
    }

    /**
     * Commits durably, and runs something else when the flush begins, as another thread would.
     *
     * @param other what finds the writer role free
     */
    public void commitDuring(Consumer<Txn> body, Runnable other) {
        requireSimulation();
        SimulatedDisk inner = disk;
        boolean[] isOver = {false};
        Throwable[] failure = {null};
        inner.onStep((at, number, step) -> {
            step(at, number, step);
            if (step == Step.SYNC_BEGIN && !isOver[0]) {
                isOver[0] = true;
                try {
                    at.asAnotherThread(other);
                } catch (StoreException | OutOfMemoryError e) {
                    failure[0] = e;
                }
            }
        });
        try {
            commit(SyncLevel.FULL, body);
        } finally {
            inner.onStep(this::step);
        }
        rethrow(failure[0]);
    }

    /** What another thread has met with comes to this one behind its call, not inside of it. */
    private static void rethrow(Throwable failure) {
        switch (failure) {
            case null -> {}
            case StoreException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /** {@return the newest transaction that the store calls durable} */
    public long durableTxn() {
        return engine.durableTxn();
    }

    // ---- reading

    /** Pins the newest commit. */
    public Held hold() {
        return new Held(engine.read(nowMillis), history.newest().contents());
    }

    /** Pins what has a name. */
    public Held hold(String name) {
        ReadView view = Audit.open(engine, name);
        return new Held(view, history.newest().contents().named().get(name));
    }

    /**
     * Opens a named snapshot and reads all of it, if it is there still.
     *
     * @param other what another thread does when the newest commit is pinned and not looked at yet
     */
    public void openDuring(String name, Runnable other) {
        requireSimulation();
        Contents expected = history.newest().contents().named().get(name);
        ReadView view = engine.viewOf(engine.claimSlot());
        mapping.before(() -> disk.asAnotherThread(other));
        boolean isThere = engine.pinNamed(view, name, nowMillis);
        if (isThere) {
            Audit.checkTrees(view, expected);
        } else if (history.newest().contents().named().containsKey(name)) {
            throw new AssertionError("the named snapshot '" + name + "' is missing");
        }
        engine.release(view);
    }

    /** Reads all of a pinned commit. */
    public void check(Held held) {
        Audit.checkContents(held.view, held.contents);
    }

    /** Lets go of a pinned commit. */
    public void release(Held held) {
        check(held);
        engine.release(held.view);
    }

    /** Compares the newest commit with the model, where one that is in doubt may show or not. */
    void checkNewestOrRunning() {
        ReadView view = engine.read(nowMillis);
        Contents contents = history.contentsAt(view.root().txn());
        if (contents == null) {
            throw new AssertionError("shows the unknown transaction " + view.root().txn());
        }
        release(new Held(view, contents));
    }

    /** Compares the newest commit with the model, and accounts for every page. */
    public void checkNewest() {
        if (engine.store().isPoisoned()) {
            // Nothing is handed out any more, so that what is free does not matter.
            release(hold());
        } else {
            Audit.check(engine, history.newest().contents());
        }
    }

    // ---- observation

    private void step(SimulatedDisk at, long number, Step step) {
        if (isFlushing && engine.latestTxn() != history.newest().txn() && step == Step.SYNC_BEGIN) {
            throw new AssertionError("readers see a durable commit before it is flushed");
        }
        observer.step(at, history, number, step);
    }

    private void returned(String call) {
        if (!hasAborted && disk.unannouncedSectors() > 0) {
            throw new AssertionError(
                    call + " left " + disk.unannouncedSectors() + " sectors unannounced");
        }
        observer.returned(disk, history, call);
    }
}
