package dev.coppice.fuzz.crash;

import dev.coppice.SyncLevel;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.testkit.Fault;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.Step;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.model.History;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the n-th operation of a script's disk fail, for every n, and looks at the store afterwards:
 * at what it says, at what it still does, and at what the next process finds, with the page cache
 * as it was, without what the failed flush had dropped from it, and after a power loss.
 *
 * <p>Thread safety: one thread.
 */
public final class FaultSweep {
    private final Script script;
    private final Density density;
    private final CrashFigures figures;

    /** Ways to fail. */
    public enum Mode {
        IO_ERROR_ONCE(Fault.IO_ERROR, false),
        IO_ERROR_FOR_GOOD(Fault.IO_ERROR, true),
        DISK_FULL_ONCE(Fault.DISK_FULL, false),
        DISK_FULL_FOR_GOOD(Fault.DISK_FULL, true),
        /** A write by position fails with a first part of it written, whatever its length. */
        SHORT_WRITE(Fault.IO_ERROR, false),
        SHORT_WRITE_DISK_FULL(Fault.DISK_FULL, false),
        /** A mapped store faults, which shows at the next delivery point. */
        STORE_FAULT(null, false),
        /** A mapped store faults, its content is lost, and the next delivery point tells. */
        LOST_STORE(null, false),
        /** The thread is interrupted while it waits for the disk, which changes nothing. */
        INTERRUPT(null, false);

        private final Fault fault;
        private final boolean isForGood;

        Mode(Fault fault, boolean isForGood) {
            this.fault = fault;
            this.isForGood = isForGood;
        }

        /** {@return how many operations there were of those that can fail so} */
        long count(SimulatedDisk disk) {
            return switch (this) {
                case SHORT_WRITE, SHORT_WRITE_DISK_FULL -> disk.writeCount();
                case STORE_FAULT -> disk.deliveryCount();
                case LOST_STORE -> disk.storeCount();
                default -> disk.ioCount();
            };
        }

        void plan(SimulatedDisk disk, long ordinal) {
            switch (this) {
                case SHORT_WRITE, SHORT_WRITE_DISK_FULL -> disk.shortenWrite(ordinal, fault);
                case STORE_FAULT -> disk.failDelivery(ordinal);
                case LOST_STORE -> disk.loseStore(ordinal);
                case INTERRUPT -> disk.interruptIo(ordinal);
                default -> disk.failIo(ordinal, fault, isForGood);
            }
        }
    }

    /** Notices a flush that begins and does not end. */
    private static final class FlushWatch implements Observer {
        private boolean isFlushing;

        @Override
        public void step(SimulatedDisk disk, History history, long number, Step step) {
            isFlushing = step == Step.SYNC_BEGIN;
        }

        @Override
        public void returned(SimulatedDisk disk, History history, String call) {}
    }

    FaultSweep(Script script, Density density, CrashFigures figures) {
        this.script = script;
        this.density = density;
        this.figures = figures;
    }

    /** {@return a sweep over one script, with as much behind each fault as a build can afford} */
    public static FaultSweep smoke(Script script) {
        return new FaultSweep(script, Density.FAULT_SMOKE, new CrashFigures());
    }

    /** {@return a sweep over one script that looks at much more behind each fault} */
    public static FaultSweep thorough(Script script) {
        return new FaultSweep(script, Density.FAULT_THOROUGH, new CrashFigures());
    }

    /**
     * Runs the script once for each operation that can fail.
     *
     * @param stride only each so manieth operation
     * @param first the first operation that fails, from 1
     */
    public CrashFigures run(Mode mode, int first, int stride) {
        for (int ordinal = first; ; ordinal += stride) {
            figures.script();
            SimulatedDisk disk = new SimulatedDisk(script.maxBytes());
            if (!runWith(disk, mode, ordinal) || figures.isOver()) {
                return figures;
            }
        }
    }

    /** Returns whether the fault happened. */
    private boolean runWith(SimulatedDisk disk, Mode mode, int ordinal) {
        FlushWatch watch = new FlushWatch();
        Session session =
                new Session(disk, script.pageBytes(), new History(), watch, storage -> storage);
        session.planFault(mode, ordinal);
        String where = script + " " + mode + " " + ordinal;
        boolean happened = true;
        try {
            script.work().run(session);
            happened = session.hasReachedFault();
            requireInterrupt(mode == Mode.INTERRUPT && happened);
        } catch (StoreException e) {
            try {
                aftermath(session, e, watch.isFlushing, where);
            } catch (RuntimeException | Error failure) {
                failure.addSuppressed(e);
                figures.fail(where, failure);
            }
        } catch (RuntimeException | Error e) {
            figures.fail(where, e);
        }
        try {
            session.abandon();
        } catch (RuntimeException | Error e) {
            figures.fail(where + " | closing", e);
        }
        return happened;
    }

    /** An interrupt is kept for whoever waits next. */
    private static void requireInterrupt(boolean isExpected) {
        if (Thread.interrupted() != isExpected) {
            throw new AssertionError(isExpected ? "the interrupt was lost" : "interrupted");
        }
    }

    /** Looks at a store of which a call has ended for want of memory, or in doubt for that. */
    void outOfMemory(Session session, Throwable error, String where) {
        if (error instanceof StoreException e) {
            aftermath(session, e, false, where);
        } else {
            lookAt(session, false, where);
        }
    }

    private void aftermath(
            Session session, StoreException error, boolean hasFlushFailed, String where) {
        boolean isRefusal =
                error instanceof StoreClosedException
                        && session.engine() != null
                        && session.engine().store().isPoisoned();
        if (!(isRefusal
                || error instanceof StoreIoException
                || error instanceof StoreFullException
                || error instanceof CommitInDoubtException)) {
            throw new AssertionError("undocumented error " + error);
        }
        lookAt(session, hasFlushFailed || error instanceof CommitInDoubtException, where);
    }

    private void lookAt(Session session, boolean mustBePoisoned, String where) {
        if (session.engine() != null) {
            session.checkNewestOrRunning();
            boolean isPoisoned = session.engine().store().isPoisoned();
            if (mustBePoisoned && !isPoisoned) {
                throw new AssertionError("goes on after a failed flush");
            }
            if (isPoisoned) {
                requireRefusal(() -> session.commit(SyncLevel.NORMAL, txn -> {}));
                requireRefusal(() -> session.commit(SyncLevel.FULL, txn -> {}));
                requireRefusal(session::checkpoint);
            }
        }
        CrashEnumeration crashes =
                new CrashEnumeration(
                        script,
                        density,
                        storage -> storage,
                        figures,
                        1,
                        System.nanoTime() + 3_600_000_000_000L);
        crashes.afterFault(session.disk(), session.history(), where);
        if (session.engine() != null && !session.engine().store().isPoisoned()) {
            goOn(session);
        }
    }

    private static void requireRefusal(Runnable change) {
        try {
            change.run();
        } catch (StoreClosedException e) {
            return;
        }
        throw new AssertionError("a change was accepted after a failed flush");
    }

    /** A failure that was no flush's undoes the transaction and leaves the store as it was. */
    private void goOn(Session session) {
        session.disk().heal();
        session.expectLeftovers();
        try {
            session.commit(SyncLevel.NORMAL, Afterlife::change);
            session.commit(SyncLevel.FULL, Afterlife::change);
            session.checkpoint();
        } catch (StoreFullException e) {
            // Deleting is always possible.
            session.commit(SyncLevel.NORMAL, txn -> txn.deleteRange(Contents.DEFAULT, null, null));
        }
        session.checkNewest();
    }

    /** {@return the ways to fail that make sense for a script} */
    public static List<Mode> modes(Script script) {
        List<Mode> modes = new ArrayList<>(List.of(Mode.values()));
        if (script.hasTwoThreads()) {
            // A writer that finds no room waits for the checkpoint that it runs inside of.
            modes.removeIf(mode -> mode.fault == Fault.DISK_FULL);
        }
        return modes;
    }
}
