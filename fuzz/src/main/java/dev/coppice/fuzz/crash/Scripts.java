package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.SyncLevel.OFF;

import dev.coppice.SyncLevel;
import dev.coppice.engine.CheckpointModes.Goal;
import dev.coppice.engine.CheckpointModes.Outcome;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.Step;
import dev.coppice.testkit.model.Contents;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** The scripts of the crash suite. Stateless. */
final class Scripts {
    private static final int[] PAGE_SIZES = {512, 1024};
    private static final long DISK_BYTES = 1 << 20;

    /** Room for several of the extents of 2 MiB that a checkpoint flushes each for itself. */
    private static final long FAR_BYTES = 8 << 20;

    private static final SyncLevel[] LEVELS = {NORMAL, FULL, OFF};

    /** Where another thread comes in: in each phase of a checkpoint once. */
    private static final List<Session.Moment> MOMENTS =
            List.of(
                    new Session.Moment(Step.STORED, 0),
                    new Session.Moment(Step.STORED, 12),
                    new Session.Moment(Step.WRITE, 0),
                    new Session.Moment(Step.SYNC_BEGIN, 0),
                    new Session.Moment(Step.SYNC_END, 0),
                    new Session.Moment(Step.LIVE_STORED, 0),
                    new Session.Moment(Step.SYNC_BEGIN, 1),
                    new Session.Moment(Step.SYNC_END, 1));

    private Scripts() {}

    /** {@return every script with every page size} */
    static List<Script> all() {
        List<Script> all = new ArrayList<>();
        for (int pageBytes : PAGE_SIZES) {
            add(all, pageBytes, "creation", Scripts::creation);
            add(all, pageBytes, "growth", Scripts::growth);
            add(all, pageBytes, "normalThenFull", Scripts::normalThenFull);
            add(all, pageBytes, "fullWithoutChanges", Scripts::fullWithoutChanges);
            add(all, pageBytes, "fullStream", Scripts::fullStream);
            add(all, pageBytes, "mixedLevels", Scripts::mixedLevels);
            add(all, pageBytes, "recycling", Scripts::recycling);
            add(all, pageBytes, "recyclingUnderFull", Scripts::recyclingUnderFull);
            add(all, pageBytes, "reuseBehindTip", Scripts::reuseBehindTip);
            add(all, pageBytes, "savepoints", Scripts::savepoints);
            add(all, pageBytes, "aborts", Scripts::aborts);
            add(all, pageBytes, "largeEntries", Scripts::largeEntries);
            add(all, pageBytes, "families", Scripts::families);
            add(all, pageBytes, "ranges", Scripts::ranges);
            add(all, pageBytes, "heldSnapshot", Scripts::heldSnapshot);
            add(all, pageBytes, "manySnapshots", Scripts::manySnapshots);
            add(all, pageBytes, "closeAndOpen", Scripts::closeAndOpen);
            add(all, pageBytes, "afterKill", Scripts::afterKill);
            add(all, pageBytes, "afterKilledCommit", Scripts::afterKilledCommit);
            add(all, pageBytes, "afterPowerLoss", Scripts::afterPowerLoss);
            add(all, pageBytes, "checkpointModes", Scripts::checkpointModes);
            add(all, pageBytes, "truncation", Scripts::truncation);
            add(all, pageBytes, "besideATransaction", Scripts::besideATransaction);
            long fullBytes = fullDiskBytes(pageBytes);
            all.add(new Script("fullDisk", pageBytes, fullBytes, false, Scripts::fullDisk));
            all.add(new Script("farApart", pageBytes, FAR_BYTES, false, Scripts::farApart));
            addNested(all, pageBytes, "writerDuringCheckpoint", Scripts::writerDuringCheckpoint);
            addNested(all, pageBytes, "durableDuringCheckpoint", Scripts::durableWriter);
            addNested(all, pageBytes, "writerDuringFlush", Scripts::writerDuringFlush);
            addNested(all, pageBytes, "reuseDuringCheckpoint", Scripts::reuseDuringCheckpoint);
            addNested(all, pageBytes, "checkpointDuringCheckpoint", Scripts::secondCheckpoint);
        }
        return all;
    }

    private static void add(List<Script> all, int pageBytes, String name, Script.Work work) {
        all.add(new Script(name, pageBytes, DISK_BYTES, false, work));
    }

    private static void addNested(List<Script> all, int pageBytes, String name, Script.Work work) {
        all.add(new Script(name, pageBytes, DISK_BYTES, true, work));
    }

    private static long fullDiskBytes(int pageBytes) {
        return 69_632 + 4096L * (pageBytes == 512 ? 2 : 10);
    }

    // ---- what transactions do

    private static Consumer<Txn> puts(int from, int count, int stride, int version, int bytes) {
        return txn -> {
            for (int i = 0; i < count; i++) {
                int number = from + i * stride;
                txn.put(Bytes.key(number), Bytes.value(number * 1000 + version, bytes));
            }
        };
    }

    /** Changes a few entries here and there. */
    private static Consumer<Txn> churn(int seed) {
        return txn -> {
            Random random = new Random(seed);
            for (int i = 0; i < 4; i++) {
                int number = random.nextInt(120);
                txn.put(Bytes.key(number), Bytes.value(random.nextInt(), random.nextInt(90)));
                txn.delete(Bytes.key(random.nextInt(120)));
            }
        };
    }

    // ---- scripts

    private static void creation(Session s) {
        s.open();
        s.checkpoint();
        s.commit(NORMAL, puts(0, 3, 1, 0, 20));
        s.checkpoint();
        s.close();
    }

    private static void growth(Session s) {
        s.open();
        for (int i = 0; i < 6; i++) {
            s.commit(LEVELS[i % 3], puts(i, 60, 6, i, 100));
            if (i % 3 == 2) {
                s.checkpoint();
            }
        }
        s.close();
    }

    private static void normalThenFull(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 40, 1, 0, 40));
        s.commit(NORMAL, puts(20, 40, 1, 1, 40));
        s.commit(FULL, puts(0, 5, 9, 2, 40));
        s.commit(NORMAL, puts(0, 5, 7, 3, 40));
        s.commit(OFF, puts(3, 5, 7, 4, 40));
        s.commit(FULL, puts(1, 2, 7, 5, 40));
        s.commit(NORMAL, puts(0, 2, 11, 6, 40));
        s.checkpoint();
        s.commit(NORMAL, puts(5, 2, 11, 7, 40));
        s.commit(FULL, puts(6, 2, 11, 8, 40));
        s.close();
    }

    /** What a durable commit has seen is durable, also when it changes nothing. */
    private static void fullWithoutChanges(Session s) {
        s.open();
        for (int i = 0; i < 4; i++) {
            s.commit(NORMAL, churn(i));
            s.commit(FULL, txn -> txn.delete(Bytes.key(500)));
            s.commit(FULL, txn -> txn.delete(Bytes.key(500)));
        }
        s.checkpoint();
        s.commit(NORMAL, churn(9));
        s.commit(FULL, txn -> {});
    }

    private static void fullStream(Session s) {
        s.open();
        for (int i = 0; i < 8; i++) {
            s.commit(FULL, puts(i, 8, 5, i, 30));
        }
        s.checkpoint();
        for (int i = 0; i < 4; i++) {
            s.commit(FULL, puts(i, 2, 20, i + 8, 30));
        }
        s.close();
    }

    private static void mixedLevels(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 80, 1, 0, 50));
        for (int i = 0; i < 18; i++) {
            s.commit(LEVELS[i * i % 3], churn(i));
            if (i % 7 == 5) {
                s.checkpoint();
            }
        }
    }

    private static void recycling(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 4; i++) {
                s.commit(NORMAL, churn(round * 10 + i));
            }
            s.checkpoint();
            s.checkNewest();
        }
        s.close();
    }

    private static void recyclingUnderFull(Session s) {
        s.open();
        s.commit(FULL, puts(0, 60, 1, 0, 50));
        for (int round = 0; round < 5; round++) {
            s.commit(NORMAL, churn(round * 10));
            s.commit(FULL, churn(round * 10 + 1));
            s.checkpoint();
            s.commit(FULL, churn(round * 10 + 2));
            s.commit(NORMAL, churn(round * 10 + 3));
            s.checkpoint();
        }
        s.close();
    }

    /** Commits so much behind a durable commit that the allocator looks for pages to use again. */
    private static void reuseBehindTip(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 300, 1, 0, 50));
        s.checkpoint();
        for (int round = 0; round < 3; round++) {
            s.commit(FULL, puts(0, 300, 1, 10 * round + 1, 50));
            for (int k = 2; k < 8; k++) {
                s.commit(NORMAL, puts(k % 2, 150, 2, 10 * round + k, 50));
            }
            s.checkNewest();
        }
        s.close();
    }

    private static void savepoints(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 50, 1, 0, 40));
        s.checkpoint();
        s.expectLeftovers();
        for (int i = 0; i < 4; i++) {
            int round = i;
            s.commit(
                    LEVELS[i % 3],
                    txn -> {
                        puts(round, 5, 9, 1, 40).accept(txn);
                        Txn.Savepoint one = txn.savepoint();
                        puts(round + 2, 10, 4, 2, 60).accept(txn);
                        Txn.Savepoint two = txn.savepoint();
                        txn.deleteRange(Contents.DEFAULT, Bytes.key(10), Bytes.key(30));
                        txn.rollbackTo(two);
                        puts(100, 5, 1, 3, 300).accept(txn);
                        txn.rollbackTo(one);
                        puts(60, 3, 1, round, 40).accept(txn);
                        txn.release(one);
                        puts(round, 3, 1, 5, 44).accept(txn);
                    });
            s.commit(NORMAL, churn(i));
            if (i % 2 == 1) {
                s.checkpoint();
            }
        }
        s.close();
    }

    private static void aborts(Session s) {
        s.open();
        s.commit(FULL, puts(0, 50, 1, 0, 40));
        for (int i = 0; i < 4; i++) {
            s.abort(LEVELS[i % 3], puts(0, 50, 1, 10 + i, 70));
            s.commit(LEVELS[(i + 1) % 3], churn(i));
            s.abort(LEVELS[(i + 2) % 3], puts(25, 50, 1, 20 + i, 700));
            s.checkpoint();
        }
        s.close();
    }

    private static void largeEntries(Session s) {
        s.open();
        for (int i = 0; i < 5; i++) {
            int round = i;
            s.commit(
                    LEVELS[i % 3],
                    txn -> {
                        txn.put(Bytes.key(round % 3), Bytes.value(round, 5000 + 700 * round));
                        txn.put(Bytes.key(50 + round), Bytes.value(round, 9000));
                        txn.delete(Bytes.key(49 + round));
                        for (int k = 0; k < 4; k++) {
                            txn.put(Bytes.longKey(k + round, 700), Bytes.value(k, 20 + 300 * k));
                        }
                        txn.delete(Bytes.longKey(round, 700));
                    });
            if (i % 2 == 1) {
                s.checkpoint();
            }
        }
        s.commit(FULL, txn -> txn.deleteRange(Contents.DEFAULT, Bytes.key(1), null));
        s.checkpoint();
        s.close();
    }

    private static void families(Session s) {
        s.open();
        s.commit(
                NORMAL,
                txn -> {
                    txn.createFamily("blue");
                    txn.createFamily("empty");
                    putFamily(txn, "blue", 0, 30);
                });
        s.commit(
                FULL,
                txn -> {
                    txn.createFamily("red");
                    putFamily(txn, "red", 0, 20);
                    putFamily(txn, "blue", 30, 3);
                });
        s.checkpoint();
        s.commit(
                NORMAL,
                txn -> {
                    txn.dropFamily("blue");
                    txn.put(Bytes.key(1), Bytes.value(1, 40));
                });
        s.commit(
                FULL,
                txn -> {
                    txn.createFamily("blue");
                    putFamily(txn, "blue", 5, 5);
                    txn.deleteRange("red", null, null);
                });
        s.commit(
                NORMAL,
                txn -> {
                    for (int i = 0; i < 12; i++) {
                        txn.createFamily("family" + i);
                        putFamily(txn, "family" + i, i, 2);
                    }
                });
        s.checkpoint();
        s.commit(
                NORMAL,
                txn -> {
                    for (int i = 0; i < 12; i += 2) {
                        txn.dropFamily("family" + i);
                    }
                    putFamily(txn, "family1", 7, 3);
                });
        s.close();
    }

    private static void putFamily(Txn txn, String family, int from, int count) {
        for (int i = from; i < from + count; i++) {
            txn.put(family, Bytes.key(i), Bytes.value(i + family.hashCode(), 60));
        }
    }

    private static void ranges(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 150, 1, 0, 40));
        s.checkpoint();
        s.commit(NORMAL, txn -> txn.deleteRange(Contents.DEFAULT, Bytes.key(20), Bytes.key(120)));
        s.commit(FULL, puts(30, 40, 2, 1, 40));
        s.commit(NORMAL, txn -> txn.deleteRange(Contents.DEFAULT, null, null));
        s.commit(NORMAL, puts(0, 60, 1, 2, 40));
        s.checkpoint();
        s.commit(FULL, txn -> txn.deleteRange(Contents.DEFAULT, Bytes.key(5), Bytes.key(55)));
        s.commit(FULL, txn -> txn.deleteRange(Contents.DEFAULT, null, null));
        s.checkpoint();
        s.close();
    }

    private static void heldSnapshot(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        Session.Held first = s.hold();
        Session.Held second = null;
        for (int i = 0; i < 12; i++) {
            s.commit(LEVELS[i % 3], churn(i));
            if (i == 4) {
                second = s.hold();
            }
            if (i % 3 == 2) {
                s.checkpoint();
                s.check(first);
            }
        }
        s.release(second);
        s.checkpoint();
        s.commit(NORMAL, churn(99));
        s.release(first);
        s.checkpoint();
        s.commit(NORMAL, churn(100));
        s.close();
    }

    /** Each mode with nobody in its way, with readers of older roots, and of the newest. */
    private static void checkpointModes(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 60, 1, 0, 50));
        int seed = 0;
        for (Goal goal : Goal.values()) {
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
            longest = Math.max(longest, s.disk().size());
            s.checkpoint(Goal.RESTART, Outcome.DONE);
            s.commit(level, puts(0, 20, 1, round + 10, 60));
            Session.Held older = s.hold();
            s.commit(level, puts(0, 20, 1, round + 20, 60));
            s.checkpoint(Goal.TRUNCATE, Outcome.READERS);
            s.release(older);
            s.checkpoint(Goal.TRUNCATE, Outcome.DONE);
            if (s.disk().size() >= longest) {
                throw new AssertionError("nothing was cut: " + s.disk().size());
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

    /** Holds more snapshots than the live file has room for at first. */
    private static void manySnapshots(Session s) {
        s.open();
        s.commit(NORMAL, puts(0, 3, 1, 0, 50));
        List<Session.Held> held = new ArrayList<>();
        try {
            for (int i = 0; i < 1100; i++) {
                held.add(s.hold());
            }
        } catch (StoreIoException | StoreFullException e) {
            // There was no room for more of them in the live file: those that are held go on.
            held.forEach(s::release);
            throw e;
        }
        s.commit(NORMAL, puts(0, 3, 1, 1, 50));
        s.checkpoint();
        held.forEach(s::release);
        s.commit(FULL, puts(0, 3, 1, 2, 50));
        s.close();
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

    /** Spreads what a checkpoint has to flush over a larger file. */
    private static void farApart(Session s) {
        s.open();
        s.commit(NORMAL, txn -> txn.put(Bytes.key(5), Bytes.value(5, 2_300_000)));
        s.checkpoint();
        s.commit(
                NORMAL,
                txn -> {
                    txn.delete(Bytes.key(5));
                    txn.put(Bytes.key(6), Bytes.value(6, 2_300_000));
                    txn.put(Bytes.key(7), Bytes.value(7, 3000));
                });
        s.checkpoint();
        s.commit(NORMAL, puts(0, 10, 1, 0, 50));
        s.checkpoint();
        s.close();
    }

    /** Fills the disk, so that transactions make checkpoints in order to go on. */
    private static void fullDisk(Session s) {
        s.open();
        s.expectLeftovers();
        int refused = 0;
        int reliefs = 0;
        for (int i = 0; i < 20; i++) {
            int round = i;
            int count = 40 + i * 5;
            long durable = s.durableTxn();
            try {
                s.commit(i % 4 == 3 ? FULL : NORMAL, puts(0, count, 1 + i % 2, round, 60));
                reliefs += i % 4 != 3 && s.durableTxn() != durable ? 1 : 0;
            } catch (StoreFullException e) {
                refused++;
                s.checkNewest();
                s.commit(
                        NORMAL,
                        txn ->
                                txn.deleteRange(
                                        Contents.DEFAULT, Bytes.key(10), Bytes.key(100 + round)));
            }
        }
        if (!s.hasFaultPlanned() && (refused == 0 || reliefs < 3)) {
            throw new AssertionError("not full enough: " + refused + " and " + reliefs);
        }
        s.close();
    }
}
