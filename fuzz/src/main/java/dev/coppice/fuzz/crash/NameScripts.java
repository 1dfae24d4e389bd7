package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.fuzz.crash.Changes.LEVELS;
import static dev.coppice.fuzz.crash.Changes.churn;
import static dev.coppice.fuzz.crash.Changes.putFamily;
import static dev.coppice.fuzz.crash.Changes.puts;

import dev.coppice.engine.CheckpointModes.Goal;
import dev.coppice.engine.CheckpointModes.Outcome;
import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.Step;
import java.util.List;

/** Named snapshots: retained, opened, dropped, and what they keep. Stateless. */
final class NameScripts {
    private NameScripts() {}

    /** Adds the scripts for one page size. */
    static void addTo(Scripts all) {
        all.add("names", NameScripts::names);
        all.add("namesBetweenCheckpoints", NameScripts::namesBetweenCheckpoints);
        all.add("droppedNames", NameScripts::droppedNames);
        all.add("namesInsideTransactions", NameScripts::namesInsideTransactions);
        all.addLosing("namesAcrossCrashes", NameScripts::namesAcrossCrashes);
        all.addNested("namesOpenedLate", NameScripts::namesOpenedLate);
        all.addNested("namesDuringCheckpoint", NameScripts::namesDuringCheckpoint);
    }

    private static void names(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        s.commit(NORMAL, txn -> txn.retain("a"));
        for (int i = 0; i < 12; i++) {
            String name = "n" + i;
            s.commit(LEVELS[i % 3], churn(i));
            if (i % 4 == 1) {
                s.commit(LEVELS[i / 4], txn -> txn.retain(name));
            }
            if (i % 3 == 2) {
                s.checkpoint();
            }
            if (i == 8) {
                s.commit(NORMAL, txn -> txn.dropSnapshot("n1"));
            }
            s.checkNewest();
        }
        Session.Held held = s.hold("a");
        s.commit(FULL, txn -> txn.dropSnapshot("a"));
        s.checkpoint();
        s.commit(NORMAL, churn(20));
        s.checkpoint(Goal.RESTART, Outcome.READERS);
        s.release(held);
        s.checkpoint(Goal.TRUNCATE, Outcome.DONE);
        s.checkNewest();
        s.close();
        s.open();
        s.checkNewest();
        s.close();
    }

    /** What a name sees and the newest commit does not goes to the medium all the same. */
    private static void namesBetweenCheckpoints(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 40, 1, 0, 50));
        s.checkpoint();
        for (int round = 0; round < 3; round++) {
            String name = "round" + round;
            s.commit(NORMAL, puts(0, 40, 1, 10 * round + 1, 50));
            s.commit(LEVELS[round], txn -> txn.retain(name));
            s.commit(NORMAL, puts(0, 40, 1, 10 * round + 2, 50));
            if (round < 2) {
                s.checkpoint();
            } else {
                s.commit(FULL, churn(round));
            }
            s.commit(NORMAL, puts(0, 40, 1, 10 * round + 3, 50));
        }
        s.checkNewest();
        s.close();
    }

    /** What a dropped name kept is not used again while a durable root still lists it. */
    private static void droppedNames(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 300, 1, 0, 50));
        s.commit(NORMAL, txn -> txn.retain("a"));
        s.commit(NORMAL, puts(0, 300, 1, 1, 50));
        s.commit(NORMAL, txn -> txn.retain("b"));
        s.commit(NORMAL, puts(0, 300, 1, 2, 50));
        s.checkpoint();
        s.commit(NORMAL, txn -> txn.dropSnapshot("a"));
        overwrite(s, 10);
        s.checkNewest();
        s.commit(FULL, txn -> txn.dropSnapshot("b"));
        overwrite(s, 20);
        s.checkpoint();
        overwrite(s, 30);
        s.checkNewest();
        s.close();
    }

    /** Commits so much that the allocator looks for pages to use again. */
    private static void overwrite(Session s, int version) {
        for (int i = 0; i < 6; i++) {
            s.commit(NORMAL, puts(i % 2, 150, 2, version + i, 50));
        }
    }

    private static void namesInsideTransactions(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 50, 1, 0, 40));
        s.checkpoint();
        s.expectLeftovers();
        for (int i = 0; i < 4; i++) {
            int round = i;
            s.commit(
                    LEVELS[i % 3],
                    txn -> {
                        puts(round, 10, 4, round + 1, 60).accept(txn);
                        txn.createFamily("family" + round);
                        putFamily(txn, "family" + round, 0, 10);
                        txn.retain("middle" + round);
                        Txn.Savepoint savepoint = txn.savepoint();
                        puts(round, 10, 4, round + 2, 61).accept(txn);
                        txn.retain("undone");
                        if (round > 0) {
                            txn.dropSnapshot("middle" + (round - 1));
                        }
                        txn.rollbackTo(savepoint);
                        txn.put(Bytes.key(round), Bytes.value(round, 3000));
                        txn.dropFamily("family" + round);
                        if (round == 2) {
                            txn.dropSnapshot("middle0");
                        }
                    });
            s.abort(
                    NORMAL,
                    txn -> {
                        txn.retain("aborted");
                        txn.dropSnapshot("middle" + round);
                        churn(round).accept(txn);
                    });
            if (i % 2 == 1) {
                s.checkpoint();
            }
            s.commit(NORMAL, churn(i));
        }
        s.checkNewest();
        s.close();
    }

    /** Recovers names and what they keep, and goes on with those. */
    private static void namesAcrossCrashes(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 50, 1, 0, 40));
        s.commit(NORMAL, txn -> txn.retain("a"));
        s.commit(NORMAL, puts(0, 50, 1, 1, 40));
        s.commit(NORMAL, txn -> txn.retain("b"));
        s.commit(FULL, puts(0, 20, 2, 2, 700));
        s.commit(NORMAL, txn -> txn.retain("c"));
        s.commit(NORMAL, puts(0, 50, 1, 3, 40));
        s.kill();
        s.open();
        s.checkNewest();
        s.commit(NORMAL, txn -> txn.dropSnapshot("b"));
        s.commit(NORMAL, puts(0, 50, 1, 4, 40));
        s.checkpoint();
        s.commit(NORMAL, puts(0, 50, 1, 5, 40));
        s.commit(NORMAL, txn -> txn.dropSnapshot("a"));
        s.commit(NORMAL, puts(0, 50, 1, 6, 40));
        s.kill();
        s.open();
        s.commit(NORMAL, puts(0, 50, 1, 7, 40));
        s.losePower(new SectorChoice.Random(7));
        s.open();
        s.checkNewest();
        s.commit(FULL, puts(0, 50, 1, 8, 40));
        s.checkNewest();
        s.close();
    }

    /** Drops a name that somebody is about to open, and uses what it kept again. */
    private static void namesOpenedLate(Session s) {
        s.open();
        for (int i = 0; i < 2; i++) {
            int round = i;
            s.commit(NORMAL, puts(0, 300, 1, 10 * i, 50));
            s.commit(NORMAL, txn -> txn.retain("a"));
            s.commit(NORMAL, puts(0, 300, 1, 10 * i + 1, 50));
            s.checkpoint();
            s.openDuring("a", () -> s.commit(NORMAL, churn(round)));
            s.openDuring(
                    "a",
                    () -> {
                        s.commit(NORMAL, txn -> txn.dropSnapshot("a"));
                        s.checkpoint();
                        overwrite(s, 10 * round + 2);
                    });
            s.checkNewest();
        }
        s.close();
    }

    /** Retains and drops while a checkpoint runs whose target lists what is dropped. */
    private static void namesDuringCheckpoint(Session s) {
        List<Session.Moment> moments =
                List.of(
                        new Session.Moment(Step.STORED, 3),
                        new Session.Moment(Step.SYNC_BEGIN, 0),
                        new Session.Moment(Step.SYNC_END, 0),
                        new Session.Moment(Step.LIVE_STORED, 1),
                        new Session.Moment(Step.LIVE_STORED, 2),
                        new Session.Moment(Step.LIVE_STORED, 3));
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        s.checkpoint();
        for (int i = 0; i < moments.size(); i++) {
            int round = i;
            String name = "n" + i;
            s.commit(NORMAL, puts(0, 60, 1, 10 * i, 50));
            s.commit(NORMAL, txn -> txn.retain(name));
            s.commit(NORMAL, puts(0, 60, 1, 10 * i + 1, 50));
            s.checkpointDuring(
                    moments.get(i),
                    false,
                    () -> {
                        s.commit(NORMAL, txn -> txn.dropSnapshot(name));
                        s.commit(NORMAL, puts(0, 60, 1, 10 * round + 2, 50));
                        s.commit(NORMAL, puts(0, 60, 1, 10 * round + 3, 50));
                        s.commit(NORMAL, txn -> txn.retain("kept" + round));
                        s.commit(NORMAL, puts(0, 60, 1, 10 * round + 4, 50));
                    });
            s.checkNewest();
            if (i == 2) {
                s.commit(NORMAL, txn -> txn.dropSnapshot("kept0"));
            }
        }
        s.close();
    }
}
