package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.fuzz.crash.Changes.LEVELS;
import static dev.coppice.fuzz.crash.Changes.churn;
import static dev.coppice.fuzz.crash.Changes.puts;

import dev.coppice.SyncLevel;
import dev.coppice.engine.CheckpointModes.Goal;
import dev.coppice.engine.CheckpointModes.Outcome;
import dev.coppice.testkit.Step;
import java.util.List;

/** The modes of checkpoints, and what other threads do inside of one or of a flush. Stateless. */
final class CheckpointScripts {
    /** Where another thread comes in: in each phase of a checkpoint once. */
    static final List<Session.Moment> MOMENTS =
            List.of(
                    new Session.Moment(Step.STORED, 0),
                    new Session.Moment(Step.STORED, 12),
                    new Session.Moment(Step.WRITE, 0),
                    new Session.Moment(Step.SYNC_BEGIN, 0),
                    new Session.Moment(Step.SYNC_END, 0),
                    new Session.Moment(Step.LIVE_STORED, 1),
                    new Session.Moment(Step.LIVE_STORED, 2),
                    new Session.Moment(Step.LIVE_STORED, 3),
                    new Session.Moment(Step.SYNC_BEGIN, 1),
                    new Session.Moment(Step.SYNC_END, 1));

    private CheckpointScripts() {}

    /** Adds the scripts for one page size. */
    static void addTo(Scripts all) {
        all.add("checkpointModes", CheckpointScripts::checkpointModes);
        all.add("truncation", CheckpointScripts::truncation);
        all.add("besideATransaction", CheckpointScripts::besideATransaction);
        all.addNested("checkpointDuringCheckpoint", CheckpointScripts::secondCheckpoint);
        all.addNested("writerDuringCheckpoint", CheckpointScripts::writerDuringCheckpoint);
        all.addNested("durableDuringCheckpoint", CheckpointScripts::durableWriter);
        all.addNested("reuseDuringCheckpoint", CheckpointScripts::reuseDuringCheckpoint);
        all.addNested("writerDuringFlush", CheckpointScripts::writerDuringFlush);
    }

    /** Each mode with nobody in its way, with readers of older roots, and of the newest. */
    private static void checkpointModes(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        int seed = 0;
        for (Goal goal : List.of(Goal.FULL, Goal.RESTART, Goal.TRUNCATE)) {
            s.checkpoint(goal, Outcome.DONE);
            s.checkpoint(goal, Outcome.DONE);
            Session.Held ofTheBase = s.hold();
            s.checkpoint(goal, Outcome.DONE);
            s.commit(LEVELS[seed % 3], churn(seed++));
            s.checkpoint(goal, Outcome.READERS);
            s.commit(NORMAL, churn(seed++));
            s.check(ofTheBase);
            s.release(ofTheBase);
            Session.Held newest = s.hold();
            s.checkpoint(goal, goal == Goal.FULL ? Outcome.DONE : Outcome.READERS);
            s.commit(FULL, churn(seed++));
            s.checkpoint(goal, Outcome.READERS);
            s.check(newest);
            s.release(newest);
            s.checkpoint(goal, Outcome.DONE);
            s.checkNewest();
            s.commit(NORMAL, churn(seed++));
        }
        s.close();
    }

    /** Cuts the tail off again and again, and grows into what was cut. */
    private static void truncation(Session s) {
        s.open();
        long longest = 0;
        for (int round = 0; round < 3; round++) {
            SyncLevel level = LEVELS[round];
            s.commit(NORMAL, puts(0, 20, 1, round, 60));
            s.commit(level, puts(100, 160, 1, round, 100));
            s.commit(
                    NORMAL,
                    txn -> {
                        for (int i = 100; i < 260; i++) {
                            txn.delete(Bytes.key(i));
                        }
                    });
            longest = Math.max(longest, s.fileBytes());
            s.checkpoint(Goal.RESTART, Outcome.DONE);
            s.commit(level, puts(0, 20, 1, round + 10, 60));
            Session.Held older = s.hold();
            s.commit(level, puts(0, 20, 1, round + 20, 60));
            s.checkpoint(Goal.TRUNCATE, Outcome.READERS);
            s.release(older);
            s.checkpoint(Goal.TRUNCATE, Outcome.DONE);
            if (s.fileBytes() >= longest) {
                throw new AssertionError("nothing was cut: " + s.fileBytes());
            }
            Session.Held base = s.hold();
            s.checkpoint(Goal.TRUNCATE, Outcome.DONE);
            s.check(base);
            s.checkNewest();
            if (round == 1) {
                s.kill();
                s.open();
            } else {
                s.release(base);
            }
        }
        s.commit(NORMAL, puts(300, 100, 1, 0, 100));
        s.close();
    }

    /** Makes commits durable while a transaction has the writer role, and goes on from there. */
    private static void besideATransaction(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        s.checkpoint();
        for (int i = 0; i < 6; i++) {
            int seed = i;
            s.commit(NORMAL, churn(i));
            s.commit(
                    LEVELS[i % 3],
                    txn -> {
                        churn(seed + 10).accept(txn);
                        s.checkpointBeside();
                        churn(seed + 20).accept(txn);
                        if (seed % 2 == 0) {
                            s.checkpointBeside();
                        }
                    });
            if (i == 3) {
                s.checkpoint(Goal.RESTART, Outcome.DONE);
            }
        }
        s.abort(
                NORMAL,
                txn -> {
                    churn(50).accept(txn);
                    s.checkpointBeside();
                });
        s.expectLeftovers();
        s.commit(NORMAL, churn(60));
        s.close();
    }

    /** A checkpoint finds another one running in each of its phases. */
    private static void secondCheckpoint(Session s) {
        s.open();
        int seed = 0;
        for (Session.Moment moment : MOMENTS) {
            s.commit(NORMAL, puts(0, 60, 1, seed++, 50));
            s.checkpointDuring(
                    moment,
                    false,
                    () -> {
                        if (!s.isRefusedBeside()) {
                            throw new AssertionError("two checkpoints at once");
                        }
                    });
            s.checkNewest();
        }
        s.close();
    }

    private static void writerDuringCheckpoint(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        int round = 0;
        for (Session.Moment moment : MOMENTS) {
            int seed = round;
            s.commit(NORMAL, churn(seed));
            s.checkpointDuring(
                    moment,
                    false,
                    () -> {
                        for (int k = 1; k < 4; k++) {
                            s.commit(NORMAL, churn(seed + k));
                        }
                    });
            s.commit(round % 20 == 0 ? FULL : NORMAL, churn(seed + 7));
            round += 10;
        }
        s.close();
    }

    private static void durableWriter(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        int round = 0;
        for (Session.Moment moment : MOMENTS) {
            int seed = round;
            s.commit(NORMAL, churn(seed));
            s.checkpointDuring(
                    moment,
                    true,
                    () -> {
                        s.commit(NORMAL, churn(seed + 1));
                        s.commit(FULL, churn(seed + 2));
                        s.commit(NORMAL, churn(seed + 3));
                    });
            s.commit(NORMAL, churn(seed + 4));
            s.checkNewest();
            round += 10;
        }
        s.close();
    }

    /**
     * Commits so much beside a checkpoint that the allocator looks for pages to use again, while
     * all pages of the root that is being made the base, and of the one before, are superseded.
     */
    private static void reuseDuringCheckpoint(Session s) {
        s.open();
        int round = 0;
        for (Session.Moment moment : MOMENTS) {
            int seed = round;
            s.commit(seed % 20 == 0 ? NORMAL : FULL, puts(0, 400, 1, seed, 50));
            s.checkpointDuring(
                    moment,
                    false,
                    () -> {
                        for (int k = 1; k < 6; k++) {
                            s.commit(NORMAL, puts(k % 2, 200, 2, seed + k, 50));
                        }
                    });
            s.checkNewest();
            round += 10;
        }
    }

    /**
     * Takes many pages while a durable commit that superseded many is being flushed: what readers
     * and a killed process's successor see is still the commit before.
     */
    private static void writerDuringFlush(Session s) {
        int entries = 900;
        s.open();
        s.commit(NORMAL, puts(0, entries, 1, 0, 60));
        s.checkpoint();
        for (int version = 10; version < 30; version += 10) {
            int next = version + 1;
            s.commit(NORMAL, puts(0, entries, 1, version, 60));
            s.commitDuring(
                    puts(0, entries, 1, next, 60),
                    () -> {
                        s.abort(NORMAL, puts(0, entries, 1, next + 1, 60));
                        s.checkNewestOrRunning();
                    });
            s.checkNewest();
        }
        s.close();
    }
}
