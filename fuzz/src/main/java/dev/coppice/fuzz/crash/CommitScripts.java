package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.SyncLevel.OFF;
import static dev.coppice.fuzz.crash.Changes.LEVELS;
import static dev.coppice.fuzz.crash.Changes.churn;
import static dev.coppice.fuzz.crash.Changes.putFamily;
import static dev.coppice.fuzz.crash.Changes.puts;

import dev.coppice.testkit.model.Contents;

/** Commits of all levels: what they put, change, delete and take back. Stateless. */
final class CommitScripts {
    private CommitScripts() {}

    /** Adds the scripts for one page size. */
    static void addTo(Scripts all) {
        all.add("creation", CommitScripts::creation);
        all.add("growth", CommitScripts::growth);
        all.add("normalThenFull", CommitScripts::normalThenFull);
        all.add("fullWithoutChanges", CommitScripts::fullWithoutChanges);
        all.add("fullStream", CommitScripts::fullStream);
        all.add("mixedLevels", CommitScripts::mixedLevels);
        all.add("savepoints", CommitScripts::savepoints);
        all.add("aborts", CommitScripts::aborts);
        all.add("largeEntries", CommitScripts::largeEntries);
        all.add("families", CommitScripts::families);
        all.add("ranges", CommitScripts::ranges);
    }

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
}
