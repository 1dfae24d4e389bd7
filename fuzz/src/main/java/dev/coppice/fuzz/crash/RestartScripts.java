package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.fuzz.crash.Changes.LEVELS;
import static dev.coppice.fuzz.crash.Changes.churn;
import static dev.coppice.fuzz.crash.Changes.puts;

import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.Step;
import dev.coppice.testkit.model.Contents;

/** Closings, kills and power losses, and what goes on behind them. Stateless. */
final class RestartScripts {
    private RestartScripts() {}

    /** Adds the scripts for one page size. */
    static void addTo(Scripts all) {
        all.add("closeAndOpen", RestartScripts::closeAndOpen);
        all.add("afterKill", RestartScripts::afterKill);
        all.addLosing("afterKilledCommit", RestartScripts::afterKilledCommit);
        all.addLosing("afterOtherName", RestartScripts::afterOtherName);
        all.addLosing("afterPowerLoss", RestartScripts::afterPowerLoss);
        all.addLosing("replacedFile", RestartScripts::replacedFile);
        all.addLosing("lostGrowth", RestartScripts::lostGrowth);
    }

    private static void closeAndOpen(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        s.close();
        s.open();
        s.commit(NORMAL, churn(1));
        s.commit(FULL, churn(2));
        s.commit(NORMAL, churn(3));
        s.close();
        s.open();
        s.close();
        s.open();
        s.commit(FULL, churn(4));
        s.checkpoint();
        s.commit(NORMAL, txn -> txn.deleteRange(Contents.DEFAULT, null, null));
        s.close();
        s.open();
        s.commit(NORMAL, churn(5));
    }

    private static void afterKill(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        for (int i = 0; i < 4; i++) {
            s.commit(LEVELS[i % 3], churn(3 * i));
            s.commit(NORMAL, churn(3 * i + 1));
            s.kill();
            s.open();
            s.commit(LEVELS[(i + 1) % 3], churn(3 * i + 2));
            if (i % 2 == 1) {
                s.checkpoint();
            }
        }
        s.close();
    }

    /** What a killed transaction wrote must not pass for what a later one writes there. */
    private static void afterKilledCommit(Session s) {
        s.open();
        s.commit(FULL, puts(0, 60, 1, 0, 50));
        Session.Moment[] moments = {
            new Session.Moment(Step.SYNC_BEGIN, 0),
            new Session.Moment(Step.WRITE, 0),
            new Session.Moment(Step.SYNC_END, 0),
            new Session.Moment(Step.WRITE, 1)
        };
        for (int i = 0; i < moments.length; i++) {
            int round = i;
            s.expectLeftovers();
            // Both transactions start from a store just opened, and so take the same pages.
            s.kill();
            s.open();
            s.killDuring(moments[i], () -> s.commit(FULL, puts(0, 20, 3, 10 * round + 1, 50)));
            s.open();
            s.commit(FULL, puts(0, 20, 3, 10 * round + 2, 50));
            s.commit(NORMAL, puts(1, 20, 3, 10 * round + 3, 50));
        }
        s.close();
    }

    /**
     * Comes by two names in turn. The live file of each knows nothing of the ids that were used by
     * the other, and those of a killed transaction stand in no root.
     */
    private static void afterOtherName(Session s) {
        s.open();
        s.commit(FULL, puts(0, 60, 1, 0, 50));
        s.close();
        SimulatedDisk first = s.copyFile();
        SimulatedDisk second = new SimulatedDisk(4096);
        Step[] steps = {Step.SYNC_BEGIN, Step.WRITE};
        for (int i = 0; i < steps.length; i++) {
            int round = 10 * i;
            s.comeBy(second);
            s.open();
            s.commit(FULL, churn(i));
            s.kill();
            s.open();
            s.killDuring(
                    new Session.Moment(steps[i], 0),
                    () -> s.commit(FULL, puts(0, 20, 3, round + 1, 50)));
            second.discard();
            second = s.copyFile();
            s.comeBy(first);
            s.open();
            s.commit(FULL, puts(0, 20, 3, round + 2, 50));
            s.close();
            first.discard();
            first = s.copyFile();
        }
        first.discard();
        second.discard();
    }

    /** Loses what the file grew by, but for its size, and needs that room again, and more. */
    private static void lostGrowth(Session s) {
        s.open();
        for (int i = 0; i < 3; i++) {
            s.commit(FULL, puts(0, 20, 1, 10 * i, 50));
            s.checkpoint();
            s.commit(NORMAL, puts(0, 200 + 50 * i, 1, 10 * i + 1, 60));
            s.losePower(new SectorChoice.None());
            s.open();
            s.commit(NORMAL, puts(0, 500 + 50 * i, 1, 10 * i + 2, 60));
            s.checkNewest();
        }
        s.close();
    }

    /**
     * Puts a copy into the place of the file that was made of it in the middle of a transaction:
     * the live file knows the commit, and the copy has pages that say they are of it.
     */
    private static void replacedFile(Session s) {
        s.open();
        s.commit(FULL, puts(0, 60, 1, 0, 50));
        for (int i = 0; i < 3; i++) {
            int version = 10 * i;
            s.checkpoint();
            SimulatedDisk[] copy = {null};
            s.commit(
                    NORMAL,
                    txn -> {
                        puts(0, 60, 1, version + 1, 50).accept(txn);
                        copy[0] = s.copyFile();
                        puts(0, 60, 1, version + 2, 50).accept(txn);
                    });
            s.replaceFile(copy[0]);
            s.expectLeftovers();
            s.open();
            s.commit(NORMAL, churn(i));
            s.checkNewest();
        }
        s.close();
    }

    private static void afterPowerLoss(Session s) {
        s.open();
        s.commit(FULL, puts(0, 60, 1, 0, 50));
        for (int i = 0; i < 4; i++) {
            s.commit(LEVELS[i % 3], churn(4 * i));
            s.checkpoint();
            s.commit(NORMAL, churn(4 * i + 1));
            s.commit(NORMAL, churn(4 * i + 2));
            s.losePower(new SectorChoice.Random(i));
            s.open();
            s.commit(LEVELS[(i + 1) % 3], churn(4 * i + 3));
        }
        s.close();
    }
}
