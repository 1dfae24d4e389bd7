package dev.coppice.fuzz.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.Verify;
import dev.coppice.WriteBatch;
import dev.coppice.WriteTransaction;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SimulatedCrash;
import dev.coppice.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever stops a store with batches and asynchronous commits in flight, each batch is there
 * as a whole or not at all, and what was said to be durable is. Method: the same work is stopped at
 * every step of the disk, by a kill and by losses of power, and the store is opened again.
 */
final class BatchCrashTest {
    private static final StoreConfig CONFIG =
            StoreConfig.defaults().withPageBytes(512).withVerify(Verify.ALWAYS);
    private static final ColumnFamily NOWHERE = ColumnFamily.of("nowhere");
    private static final int BATCHES = 6;

    /** What the work was told before it was stopped. */
    private static final class Told {
        private final List<WriteBatch> batches = new ArrayList<>();
        private final List<CompletableFuture<Long>> futures = new ArrayList<>();

        private boolean isCommitted(int batch) {
            if (batch >= batches.size() || !batches.get(batch).isDone()) {
                return false;
            }
            try {
                return batches.get(batch).txn() > 0;
            } catch (RuntimeException | SimulatedCrash e) {
                return false;
            }
        }

        private boolean isDurable(int commit) {
            return commit < futures.size()
                    && futures.get(commit).isDone()
                    && !futures.get(commit).isCompletedExceptionally();
        }
    }

    private static boolean isBad(int batch) {
        return batch % 3 == 1;
    }

    private static byte[] key(String what, int number) {
        return (what + number).getBytes(UTF_8);
    }

    /** Batches, one of three bad, are submitted and worked off, in turn with single commits. */
    private static void work(Store store, Told told) {
        for (int i = 0; i < BATCHES; i++) {
            WriteBatch batch = new WriteBatch();
            for (int part = 0; part < 8; part++) {
                batch.put(key("batch " + i + " ", part), new byte[60]);
            }
            if (isBad(i)) {
                batch.delete(NOWHERE, key("x", 1));
            }
            told.batches.add(batch);
            assertTrue(store.trySubmit(batch));
            if (i % 2 == 1) {
                store.doWork();
                try (WriteTransaction txn =
                        store.begin(i == 3 ? SyncLevel.FULL : SyncLevel.NORMAL)) {
                    txn.put(key("commit ", told.futures.size()), new byte[60]);
                    told.futures.add(txn.commitAsync());
                }
                if (i == 5) {
                    store.checkpoint();
                }
            }
        }
        store.doWork();
    }

    /** Runs the work until step {@code last}; returns whether it was stopped. */
    private static boolean runUntil(long last, Told told, SimulatedDisk disk) {
        AtomicBoolean isStopped = new AtomicBoolean();
        disk.onStep((_, number, _) -> {
            if (number >= last) {
                isStopped.set(true);
                throw new SimulatedCrash("step " + number);
            }
        });
        try {
            Store store = Store.on(disk, CONFIG);
            work(store, told);
        } catch (SimulatedCrash e) {
            return true;
        }
        return isStopped.get();
    }

    private static void verify(SimulatedDisk image, Told told, boolean wasKilled, String name) {
        try (Store store = Store.on(image, CONFIG)) {
            try (Snapshot snapshot = store.snapshot()) {
                for (int batch = 0; batch < BATCHES; batch++) {
                    boolean isThere = snapshot.get(key("batch " + batch + " ", 0)) != null;
                    assertTrue(!isThere || !isBad(batch), name + ": a bad batch is there");
                    assertTrue(isThere || !wasKilled || !told.isCommitted(batch), name + ": lost");
                    for (int part = 1; part < 8; part++) {
                        byte[] value = snapshot.get(key("batch " + batch + " ", part));
                        assertEquals(isThere, value != null, name + ": half of batch " + batch);
                    }
                }
                for (int commit = 0; commit < told.futures.size(); commit++) {
                    byte[] value = snapshot.get(key("commit ", commit));
                    if (wasKilled || told.isDurable(commit)) {
                        assertArrayEquals(new byte[60], value, name + ": commit " + commit);
                    }
                }
                assertNull(snapshot.get(key("commit ", 3)));
            }
            assertEquals(List.of(), store.check(Progress.NONE).problems(), name);
        }
    }

    @Test
    void batchesAndAsynchronousCommitsSurviveAsTheyWereTold() {
        int stops = 0;
        int wereDurable = 0;
        for (long last = 1; ; last++) {
            SimulatedDisk disk = new SimulatedDisk(1 << 20);
            Told told = new Told();
            boolean isStopped = runUntil(last, told, disk);
            wereDurable += told.isDurable(0) ? 1 : 0;
            verify(disk.kill(), told, true, "kill at step " + last);
            for (PowerLoss loss : disk.powerLossVariants(2, last)) {
                verify(disk.powerLoss(loss), told, false, loss + " at step " + last);
            }
            disk.discard();
            if (!isStopped) {
                break;
            }
            stops++;
        }
        assertTrue(stops > 50, "stopped only " + stops + " times");
        assertTrue(wereDurable > 5, "durable only " + wereDurable + " times");
    }
}
