package dev.coppice.fuzz.crash;

import dev.coppice.engine.Engine;
import dev.coppice.engine.page.PageSize;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.LiveFate;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.Step;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.model.History;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Takes images of the disk at every step of a session, opens the store on each and compares it with
 * what may be there; crashes some of them again while they recover.
 *
 * <p>Thread safety: one thread.
 */
final class CrashEnumeration implements Observer {
    /*
     * An image of a killed process must show the newest commit, or the one that is being made. One
     * of a power loss must show a commit between the last durable one and the one being made. An
     * image that was crashed during its recovery must show exactly what it shows when it is not: all
     * that recovery knows is on the disk. Only the power loss that follows a kill may take back what
     * recovery has not yet made durable.
     */
    private final Script script;
    private final String path;
    private final Density density;
    private final UnaryOperator<Storage> wrapper;
    private final CrashFigures figures;
    private final boolean isInner;
    private final long seed;
    private final long deadlineNanos;
    private final Map<Long, Contents> results;
    private long images;
    private long distinct;

    CrashEnumeration(
            Script script,
            Density density,
            UnaryOperator<Storage> wrapper,
            CrashFigures figures,
            long seed,
            long deadlineNanos) {
        this.script = script;
        this.path = script + " seed " + seed;
        this.density = density;
        this.wrapper = wrapper;
        this.figures = figures;
        this.isInner = false;
        this.seed = seed;
        this.deadlineNanos = deadlineNanos;
        this.results = new HashMap<>();
    }

    private CrashEnumeration(CrashEnumeration outer, String path, long seed) {
        this.script = outer.script;
        this.path = path;
        this.density = outer.density.ofRecovery();
        this.wrapper = outer.wrapper;
        this.figures = outer.figures;
        this.isInner = true;
        this.seed = seed;
        this.deadlineNanos = outer.deadlineNanos;
        this.results = outer.results;
    }

    private boolean isOver() {
        return figures.isOver() || System.nanoTime() - deadlineNanos > 0;
    }

    // ---- moments

    @Override
    public void step(SimulatedDisk disk, History history, long number, Step step) {
        if (isInner && new Random(seed * 31 + number).nextInt(density.recoveryOneIn()) != 0) {
            return;
        }
        figures.step();
        int limit =
                switch (step) {
                    case LIVE_STORED -> 1;
                    case WRITE, STORED, SYNC_END -> density.perStep();
                    case CREATE, GROW, TRUNCATE, SYNC_BEGIN -> density.perFlush();
                };
        explore(disk, history, path + " | step " + number + " " + step, limit, number);
    }

    @Override
    public void returned(SimulatedDisk disk, History history, String call) {
        String moment = path + " | after " + call + " at step " + disk.steps();
        explore(disk, history, moment, density.perFlush(), -disk.steps());
    }

    private void explore(
            SimulatedDisk disk, History history, String moment, int limit, long number) {
        if (isOver()) {
            return;
        }
        check(disk.kill(), history, history.afterKill(), Ending.KILL, moment + " | kill");
        long variantSeed = seed * 1_000_003 + number;
        List<PowerLoss> variants =
                disk.powerLossSample(
                        density.randomSubsets(), variantSeed, limit, limit >= density.perFlush());
        Random fates = new Random(~variantSeed);
        for (PowerLoss each : variants) {
            if (!isOver()) {
                // What the live file holds must not matter, whatever else was lost.
                boolean isKept = fates.nextInt(3) == 0;
                LiveFate fate = isKept ? LiveFate.KEPT : each.live();
                PowerLoss loss = new PowerLoss(each.sectors(), each.sizeChanges(), fate);
                SimulatedDisk image = disk.powerLoss(loss);
                List<Contents> allowed = history.afterPowerLoss();
                check(image, history, allowed, Ending.POWER_LOSS, moment + " | " + loss);
            }
        }
    }

    /** Looks at what is left after an operation has failed. */
    void afterFault(SimulatedDisk disk, History history, String where) {
        SimulatedDisk evicted = disk.kill();
        evicted.evict();
        check(evicted, history, history.afterPowerLoss(), Ending.EVICTION, where + " | evicted");
        explore(disk, history, where, density.perFlush(), 0);
    }

    // ---- images

    /** How an image came about. */
    private enum Ending {
        KILL,
        /** Killed, and what a failed flush had dropped was gone from the page cache as well. */
        EVICTION,
        POWER_LOSS
    }

    private void check(
            SimulatedDisk image,
            History history,
            List<Contents> allowed,
            Ending ending,
            String where) {
        figures.image(isInner);
        images++;
        try {
            long hash = ImageHash.of(image);
            Contents known = results.get(hash);
            if (known == null) {
                figures.distinctImage(ImageHash.withoutStoreId(image));
                distinct++;
            }
            if (isCrashedAgain(known == null)) {
                figures.doubled();
                results.put(hash, look(image.kill(), history, allowed, ending, true, false));
                crashAgain(image, history, ending, where);
            } else if (known == null) {
                boolean isUsed = density.lifeOneIn() > 0 && distinct % density.lifeOneIn() == 0;
                results.put(hash, look(image, history, allowed, ending, false, isUsed));
            } else {
                requireAllowed(known, allowed, "the same bytes opened");
            }
        } catch (RuntimeException | Error e) {
            figures.fail(where, e);
        } finally {
            image.discard();
        }
    }

    private boolean isCrashedAgain(boolean isNew) {
        long ordinal = isNew ? distinct : images + 1;
        return density.doubleOneIn() > 0 && ordinal % density.doubleOneIn() == 0;
    }

    /** Opens the store on an image and compares everything; returns what it contains. */
    private Contents look(
            SimulatedDisk image,
            History history,
            List<Contents> allowed,
            Ending ending,
            boolean isCopy,
            boolean isUsed) {
        PageSize pageSize = new PageSize(script.pageBytes());
        Engine engine = Session.openEngine(wrapper.apply(image), pageSize);
        boolean isClosed = false;
        try {
            Contents found = history.contentsAt(engine.latestTxn());
            if (found == null) {
                throw new AssertionError(
                        "opened at the unknown transaction "
                                + engine.latestTxn()
                                + " behind "
                                + history.newest().txn());
            }
            requireAllowed(found, allowed, "opened at transaction " + engine.latestTxn());
            if (ending == Ending.KILL && engine.store().lost() != null) {
                throw new AssertionError("reported a loss: " + engine.store().lost());
            }
            if (engine.durableTxn() != engine.latestTxn()) {
                throw new AssertionError("opened, but not durable at its newest transaction");
            }
            Audit.check(engine, found);
            if (ending == Ending.POWER_LOSS && image.unannouncedSectors() > 0) {
                throw new AssertionError("recovery left sectors unannounced");
            }
            if (isUsed) {
                figures.life();
                History next = history.recoveredAt(engine.latestTxn(), true);
                isClosed = true;
                use(new Session(image, pageSize, next, wrapper, engine), Afterlife::run);
            }
            return found;
        } finally {
            if (!isClosed) {
                engine.close();
            }
            if (isCopy) {
                image.discard();
            }
        }
    }

    private static void requireAllowed(Contents found, List<Contents> allowed, String what) {
        for (Contents each : allowed) {
            if (each.isEqual(found)) {
                return;
            }
        }
        throw new AssertionError(what + ", which is none of the " + allowed.size() + " allowed");
    }

    private void crashAgain(SimulatedDisk image, History history, Ending ending, String where) {
        boolean isPowerLoss = ending == Ending.POWER_LOSS;
        SimulatedDisk probe = image.kill();
        Engine engine = Session.openEngine(wrapper.apply(probe), new PageSize(script.pageBytes()));
        long txn = engine.latestTxn();
        engine.close();
        probe.discard();
        History next = history.recoveredAt(txn, isPowerLoss);
        Observer inner = new CrashEnumeration(this, where + " || again", seed + images);
        Session session = new Session(image, script.pageBytes(), next, inner, wrapper);
        if (!isPowerLoss) {
            session.expectLeftovers();
        }
        use(
                session,
                opened -> {
                    opened.open();
                    opened.close();
                    opened.disk().discard();
                });
    }

    /** Runs something with a session, and leaves no memory behind when it fails. */
    private static void use(Session session, Consumer<Session> work) {
        try {
            work.accept(session);
        } catch (RuntimeException | Error e) {
            try {
                session.abandon();
            } catch (RuntimeException | Error suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }
}
