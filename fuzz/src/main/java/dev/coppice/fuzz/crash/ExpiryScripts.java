package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.fuzz.crash.Changes.LEVELS;
import static dev.coppice.fuzz.crash.Changes.churn;
import static dev.coppice.fuzz.crash.Changes.puts;

import dev.coppice.SyncLevel;
import dev.coppice.engine.CheckpointModes.Goal;
import dev.coppice.engine.CheckpointModes.Outcome;
import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.error.StoreFullException;
import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.model.Contents;
import java.util.function.Consumer;

/**
 * Entries with deadlines: put, touched, rolled back, purged, by a clock of the script. Stateless.
 */
final class ExpiryScripts {
    private static final String SESSIONS = "sessions";
    private static final long TICK_MILLIS = 10;

    private ExpiryScripts() {}

    /** Adds the scripts for one page size. */
    static void addTo(Scripts all) {
        all.add("deadlines", ExpiryScripts::deadlines);
        all.add("deadlinesRolledBack", ExpiryScripts::deadlinesRolledBack);
        all.add("purges", ExpiryScripts::purges);
        all.add("sweeps", ExpiryScripts::sweeps);
        all.addLosing("deadlinesAcrossRestarts", ExpiryScripts::deadlinesAcrossRestarts);
        all.add("purgeOnFullDisk", fullDiskBytes(all.pageBytes()), ExpiryScripts::purgeOnFullDisk);
        all.addNested("sweepDuringCheckpoint", ExpiryScripts::sweepDuringCheckpoint);
    }

    private static long fullDiskBytes(int pageBytes) {
        return 69_632 + 4096L * (pageBytes == 512 ? 6 : 14);
    }

    /** Puts entries of which every third does not expire, and the others in three batches. */
    private static Consumer<Txn> mortals(Session s, String family, int from, int count, int seed) {
        long now = s.nowMillis();
        return txn -> {
            for (int i = from; i < from + count; i++) {
                long deadline = i % 3 == 0 ? Contents.NEVER : now + (1 + i % 4) * TICK_MILLIS;
                byte[] value = Bytes.value(i + seed * 1000, i % 17 == 0 ? 1500 : 30 + i % 40);
                txn.put(family, Bytes.key(i), value, deadline);
            }
        };
    }

    private static Consumer<Txn> touches(Session s, String family, int seed) {
        long now = s.nowMillis();
        return txn -> {
            for (int i = seed % 7; i < 60; i += 7) {
                long deadline = i % 2 == 0 ? Contents.NEVER : now + (i % 5) * TICK_MILLIS;
                txn.touch(family, Bytes.key(i), deadline);
            }
        };
    }

    private static void createSessions(Session s, SyncLevel level) {
        s.commit(
                level,
                txn -> {
                    txn.createFamily(SESSIONS);
                    txn.ttl(SESSIONS, 3 * TICK_MILLIS);
                    for (int i = 0; i < 30; i++) {
                        txn.put(SESSIONS, Bytes.key(i), Bytes.value(i, 40));
                    }
                });
    }

    /** Deadlines come, change and go, at all levels; nothing is purged. */
    private static void deadlines(Session s) {
        s.open();
        createSessions(s, FULL);
        for (int i = 0; i < 6; i++) {
            SyncLevel level = LEVELS[i % 3];
            s.commit(level, mortals(s, Contents.DEFAULT, 10 * i, 40, i));
            s.commit(level, touches(s, i % 2 == 0 ? SESSIONS : Contents.DEFAULT, i));
            s.commit(NORMAL, puts(5 * i, 10, 3, i, 50)); // takes deadlines away
            s.commit(FULL, ttlOf(i % 2 == 0 ? Contents.DEFAULT : SESSIONS, i * TICK_MILLIS));
            s.pass(TICK_MILLIS);
            if (i % 2 == 1) {
                s.checkpoint();
                s.checkNewest();
            }
        }
        s.close();
    }

    private static Consumer<Txn> ttlOf(String family, long ttlMillis) {
        return txn -> txn.ttl(family, ttlMillis);
    }

    /** What a transaction or a part of it did to deadlines is taken back, purges among it. */
    private static void deadlinesRolledBack(Session s) {
        s.open();
        createSessions(s, NORMAL);
        s.commit(NORMAL, mortals(s, Contents.DEFAULT, 0, 60, 0));
        s.checkpoint();
        s.expectLeftovers();
        for (int i = 0; i < 4; i++) {
            int round = i;
            s.pass(TICK_MILLIS);
            s.commit(
                    LEVELS[i % 3],
                    txn -> {
                        touches(s, SESSIONS, round).accept(txn);
                        Txn.Savepoint before = txn.savepoint();
                        txn.purge(Contents.DEFAULT, Long.MAX_VALUE);
                        txn.ttl(SESSIONS, 50 * TICK_MILLIS);
                        touches(s, SESSIONS, round + 1).accept(txn);
                        Txn.Savepoint purged = txn.savepoint();
                        txn.purge(SESSIONS, Long.MAX_VALUE);
                        txn.rollbackTo(purged);
                        txn.put(SESSIONS, Bytes.key(100 + round), Bytes.value(round, 400));
                        if (round % 2 == 0) {
                            txn.rollbackTo(before);
                            txn.purge(Contents.DEFAULT, 3);
                        }
                    });
            s.abort(
                    LEVELS[(i + 1) % 3],
                    txn -> {
                        txn.purge(Contents.DEFAULT, Long.MAX_VALUE);
                        txn.ttl(Contents.DEFAULT, TICK_MILLIS);
                        mortals(s, SESSIONS, 0, 60, round).accept(txn);
                    });
            s.commit(NORMAL, churn(i));
            if (i % 2 == 1) {
                s.checkpoint();
            }
        }
        s.close();
    }

    /** Purges all at once, beside a snapshot that shows what was purged, and fills up again. */
    private static void purges(Session s) {
        s.open();
        createSessions(s, NORMAL);
        for (int i = 0; i < 4; i++) {
            SyncLevel level = LEVELS[i % 3];
            s.commit(NORMAL, mortals(s, Contents.DEFAULT, 0, 90, i));
            s.commit(NORMAL, mortals(s, SESSIONS, 20, 40, i));
            Session.Held before = s.hold();
            s.pass((2 + i) * TICK_MILLIS);
            s.commit(
                    level,
                    txn -> {
                        txn.purge(Contents.DEFAULT, Long.MAX_VALUE);
                        txn.purge(SESSIONS, 5);
                    });
            s.checkpoint();
            s.check(before);
            s.commit(level, txn -> txn.purge(SESSIONS, Long.MAX_VALUE));
            s.release(before);
            s.checkpoint(Goal.TRUNCATE, Outcome.DONE);
            s.checkNewest();
        }
        s.close();
    }

    /** Removes what has expired a few entries at a time, while others change the same tree. */
    private static void sweeps(Session s) {
        s.open();
        createSessions(s, NORMAL);
        s.commit(NORMAL, mortals(s, Contents.DEFAULT, 0, 120, 0));
        s.checkpoint();
        for (int round = 0; round < 3; round++) {
            s.pass(TICK_MILLIS);
            ExpiryScan scan = new ExpiryScan();
            for (int i = 0; !scan.isDone(); i++) {
                int step = i;
                s.commit(LEVELS[i % 3], txn -> txn.purge(Contents.DEFAULT, scan, 9, 3));
                if (i % 3 == 1) {
                    s.commit(NORMAL, churn(100 * round + step));
                }
                if (i % 5 == 4) {
                    s.checkpoint();
                }
            }
            s.commit(NORMAL, txn -> txn.purge(SESSIONS, Long.MAX_VALUE));
            s.checkNewest();
        }
        s.close();
    }

    /** Deadlines are the same after a close, a kill and a power loss, and so is what they mean. */
    private static void deadlinesAcrossRestarts(Session s) {
        s.open();
        createSessions(s, FULL);
        s.commit(FULL, mortals(s, Contents.DEFAULT, 0, 60, 0));
        for (int i = 0; i < 6; i++) {
            SyncLevel level = LEVELS[i % 3];
            s.pass(TICK_MILLIS);
            s.commit(level, mortals(s, SESSIONS, 10 * i, 25, i));
            s.commit(level, touches(s, Contents.DEFAULT, i));
            switch (i % 3) {
                case 0 -> s.kill();
                case 1 -> s.losePower(new SectorChoice.Random(i));
                default -> s.close();
            }
            s.open();
            s.expectLeftovers();
            s.commit(level, txn -> txn.purge(Contents.DEFAULT, 4));
            s.commit(NORMAL, txn -> purgeWhereThere(txn, SESSIONS));
            if (i % 2 == 0) {
                s.checkpoint();
            }
            s.checkNewest();
        }
        s.close();
    }

    private static void purgeWhereThere(Txn txn, String family) {
        if (txn.contents().has(family)) {
            txn.purge(family, Long.MAX_VALUE);
        }
    }

    /** As a delete does, a purge makes room where there is none left. */
    private static void purgeOnFullDisk(Session s) {
        s.open();
        s.expectLeftovers();
        int refused = 0;
        for (int i = 0; i < 14; i++) {
            try {
                s.commit(i % 4 == 3 ? FULL : NORMAL, mortals(s, Contents.DEFAULT, i * 20, 60, i));
            } catch (StoreFullException e) {
                refused++;
                s.checkNewest();
                s.pass(5 * TICK_MILLIS);
                s.commit(NORMAL, txn -> txn.purge(Contents.DEFAULT, Long.MAX_VALUE));
                s.commit(
                        NORMAL,
                        txn -> txn.deleteRange(Contents.DEFAULT, Bytes.key(40), Bytes.key(400)));
            }
        }
        if (!s.hasFaultPlanned() && refused == 0) {
            throw new AssertionError("never full");
        }
        s.close();
    }

    /** Another thread sweeps in each phase of a checkpoint. */
    private static void sweepDuringCheckpoint(Session s) {
        s.open();
        createSessions(s, NORMAL);
        int round = 0;
        for (Session.Moment moment : CheckpointScripts.MOMENTS) {
            int seed = round++;
            s.commit(NORMAL, mortals(s, Contents.DEFAULT, 0, 60, seed));
            s.pass(2 * TICK_MILLIS);
            s.checkpointDuring(
                    moment,
                    false,
                    () -> {
                        s.commit(NORMAL, txn -> txn.purge(Contents.DEFAULT, 8));
                        s.commit(NORMAL, touches(s, SESSIONS, seed));
                        s.commit(NORMAL, txn -> txn.purge(Contents.DEFAULT, Long.MAX_VALUE));
                    });
            s.commit(FULL, mortals(s, SESSIONS, 0, 30, seed));
            s.checkNewest();
        }
        s.close();
    }
}
