package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.fuzz.crash.Changes.LEVELS;
import static dev.coppice.fuzz.crash.Changes.churn;
import static dev.coppice.fuzz.crash.Changes.puts;

import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.testkit.model.Contents;
import java.util.ArrayList;
import java.util.List;

/**
 * Pages that are used again: behind commits, snapshots and checkpoints, and on a full disk.
 * Stateless.
 */
final class SpaceScripts {
    /** Room for several of the extents of 2 MiB that a checkpoint flushes each for itself. */
    private static final long FAR_BYTES = 8 << 20;

    private SpaceScripts() {}

    /** Adds the scripts for one page size. */
    static void addTo(Scripts all) {
        all.add("recycling", SpaceScripts::recycling);
        all.add("recyclingUnderFull", SpaceScripts::recyclingUnderFull);
        all.add("reuseBehindTip", SpaceScripts::reuseBehindTip);
        all.add("heldSnapshot", SpaceScripts::heldSnapshot);
        all.add("manySnapshots", SpaceScripts::manySnapshots);
        all.add("vacuum", SpaceScripts::vacuum);
        all.add("farApart", FAR_BYTES, SpaceScripts::farApart);
        all.add("fullDisk", fullDiskBytes(all.pageBytes()), SpaceScripts::fullDisk);
    }

    private static long fullDiskBytes(int pageBytes) {
        return 69_632 + 4096L * (pageBytes == 512 ? 2 : 10);
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

    /**
     * Moves pages and runs of two families down, with a snapshot of an older commit open and
     * without, and cuts: what is deleted lies before what stays.
     */
    private static void vacuum(Session s) {
        List<String> families = List.of(Contents.DEFAULT, "other");
        s.open();
        s.commit(NORMAL, txn -> txn.createFamily("other"));
        for (int round = 0; round < 3; round++) {
            int seed = round;
            s.commit(
                    NORMAL,
                    txn -> {
                        for (int i = 0; i < 8; i++) {
                            txn.put("other", Bytes.key(i), Bytes.value(seed + i, 20_000));
                        }
                    });
            s.commit(
                    LEVELS[round],
                    txn -> {
                        puts(0, 60, 1, seed, 60).accept(txn);
                        txn.put("other", Bytes.key(20 + seed), Bytes.value(seed, 2_500));
                        txn.put("other", Bytes.key(30 + seed), Bytes.value(seed, 700));
                    });
            Session.Held older = s.hold();
            s.commit(NORMAL, txn -> txn.deleteRange("other", Bytes.key(0), Bytes.key(8)));
            s.checkpoint();
            s.release(older);
            s.checkpoint();
            Session.Held held = s.hold();
            s.commit(
                    NORMAL,
                    txn -> {
                        for (int i = 0; i < 60; i++) {
                            if (i % 5 != seed) {
                                txn.delete(Bytes.key(i));
                            }
                        }
                        txn.put("other", Bytes.key(20 + seed), Bytes.value(seed + 1, 2_500));
                    });
            if (round == 1) {
                s.release(held);
            }
            long before = s.fileBytes();
            s.vacuum(LEVELS[(round + 1) % 3], families);
            s.checkNewest();
            if (round == 1) {
                if (s.fileBytes() >= before / 2) {
                    throw new AssertionError("too little was cut: " + before);
                }
                s.kill();
                s.open();
            } else {
                s.check(held);
                s.release(held);
                s.vacuum(NORMAL, families);
            }
            s.commit(FULL, churn(round));
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
