package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.WriteView;
import dev.coppice.error.CommitInDoubtException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.testkit.Fault;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.model.History;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the suite has found once, each in the shortest form that shows it. */
final class CrashRegressionTest {
    private static final int PAGE_BYTES = 512;

    private static Session newSession(SimulatedDisk disk, Observer observer) {
        Session session = new Session(disk, PAGE_BYTES, new History(), observer, each -> each);
        session.open();
        return session;
    }

    private static Session newSession() {
        return newSession(new SimulatedDisk(1 << 20), Observer.NONE);
    }

    private static Consumer<Txn> puts(int count, int version) {
        return txn -> {
            for (int i = 0; i < count; i++) {
                txn.put(Bytes.key(i), Bytes.value(i * 100 + version, 50));
            }
        };
    }

    /**
     * Pages that were pending when a checkpoint captured the free space are free once it is
     * durable. Used again by a commit, they kept the store from opening after a kill: recovery took
     * only the image's free pages for usable.
     */
    @Test
    void pageThatWasPendingAtTheCheckpointMayBeUsedAgain() {
        Session session = newSession();
        session.commit(NORMAL, puts(120, 0));
        session.checkpoint();
        session.commit(NORMAL, puts(120, 1));
        session.checkpoint();
        for (int version = 2; version < 12; version++) {
            session.commit(NORMAL, puts(120, version));
        }
        session.kill();
        session.open();
        session.checkNewest();
        session.abandon();
    }

    /**
     * The flush of a slot fails, the store is opened again in the same boot: the slot stands in the
     * page cache, clean, and not on the medium. Recovery chose it and wrote its own into the other
     * place, over the only slot that was on the medium; a power loss there lost commits that were
     * durable.
     */
    @Test
    void slotOfAFailedFlushIsNotTakenForDurable() {
        for (int ordinal = 1; ordinal < 60; ordinal++) {
            Script script =
                    new Script(
                            "failedFlush",
                            PAGE_BYTES,
                            1 << 20,
                            false,
                            false,
                            session -> {
                                session.open();
                                for (int version = 0; version < 5; version++) {
                                    session.commit(FULL, puts(3, version));
                                }
                            });
            CrashFigures figures =
                    FaultSweep.thorough(script)
                            .run(FaultSweep.Mode.IO_ERROR_ONCE, ordinal, Integer.MAX_VALUE / 2);
            assertEquals(0, figures.failures(), () -> String.join("\n", figures.reported()));
        }
    }

    /**
     * A page that was superseded before any flush is never sealed; a snapshot may still read it
     * when newer pages are, and verification on every read took it for damaged.
     */
    @Test
    void heldSnapshotReadsPagesThatWereNeverSealed() {
        Session session = newSession();
        session.commit(NORMAL, puts(40, 0));
        Session.Held held = session.hold();
        session.commit(NORMAL, puts(40, 1));
        session.checkpoint();
        session.release(held);
        session.close();
        session.disk().discard();
    }

    /**
     * A fault that shows behind the publication was reported as a rollback, with the commit in full
     * view.
     */
    @Test
    void faultBehindPublicationLeavesTheCommitInDoubt() {
        SimulatedDisk disk = new SimulatedDisk(1 << 20);
        Session session = newSession(disk, Observer.NONE);
        session.commit(NORMAL, puts(10, 0));
        disk.failDelivery(2);
        assertThrows(CommitInDoubtException.class, () -> session.commit(NORMAL, puts(10, 1)));
        session.checkNewestOrRunning();
        session.abandon();
    }

    /**
     * A checkpoint that finds the disk full while it writes its image has touched free pages only.
     * It stopped all changes until the next opening, deletes included, and kept the image's pages.
     */
    @Test
    void checkpointOnAFullDiskLeavesTheStoreUsable() {
        SimulatedDisk disk = new SimulatedDisk(1 << 20);
        Session session = newSession(disk, Observer.NONE);
        session.commit(NORMAL, puts(40, 0));
        disk.failIo(1, Fault.DISK_FULL, false);
        assertThrows(StoreFullException.class, session::checkpoint);
        session.commit(NORMAL, puts(40, 1));
        session.checkNewest();
        session.checkpoint();
        session.checkNewest();
        session.close();
        session.disk().discard();
    }

    /** As the documentation promises: a failed flush of a durable commit leaves it in doubt. */
    @Test
    void failedFlushLeavesTheCommitInDoubt() {
        SimulatedDisk disk = new SimulatedDisk(1 << 20);
        Session session = newSession(disk, Observer.NONE);
        session.commit(FULL, puts(10, 0));
        long before = disk.ioCount();
        session.commit(FULL, puts(10, 0));
        disk.failIo(disk.ioCount() - before, Fault.IO_ERROR, false);
        assertThrows(CommitInDoubtException.class, () -> session.commit(FULL, puts(10, 1)));
        session.checkNewestOrRunning();
        session.abandon();
    }

    /**
     * A return to a savepoint that failed while it wrote pages out had put the roots back and not
     * the pages: the transaction could be committed, and with it died pages that were in use.
     */
    @Test
    void transactionWhoseReturnToASavepointFailedCannotCommit() throws InterruptedException {
        SimulatedDisk disk = new SimulatedDisk(1 << 20);
        Session session = newSession(disk, Observer.NONE);
        session.commit(FULL, puts(60, 0));
        session.expectLeftovers();
        WriteView view = session.engine().begin(true, 0);
        Txn txn = new Txn(view, session.history().newest().contents().copy(), 0);
        Txn.Savepoint savepoint = txn.savepoint();
        puts(60, 1).accept(txn);
        disk.failIo(1, Fault.IO_ERROR, false);
        assertThrows(StoreIoException.class, () -> txn.rollbackTo(savepoint));
        assertThrows(IllegalStateException.class, () -> session.engine().commit(view, 0));
        session.checkNewest();
        session.commit(FULL, puts(60, 2));
        session.checkpoint();
        session.checkNewest();
        session.abandon();
    }

    /** The write that also sealed a page ended inside the checksum, which then was neither. */
    @Test
    void shortWriteOfAPageSealedAtOpeningChangesNothing() {
        for (Script script : CrashSuite.scripts()) {
            if (script.toString().equals("afterKill/512")) {
                CrashFigures figures =
                        FaultSweep.smoke(script).run(FaultSweep.Mode.SHORT_WRITE, 1, 1);
                assertEquals(0, figures.failures(), () -> String.join("\n", figures.reported()));
                assertTrue(figures.scripts() > 50, "faults: " + figures.scripts());
            }
        }
    }
}
