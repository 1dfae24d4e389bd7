package dev.coppice.races;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import dev.coppice.error.SnapshotClosedException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A reader is inside a read when its snapshot is closed and the pages that it reads are used again:
 * whatever it finds in them, it is told that the snapshot is closed.
 */
@JCStressTest
@Outcome(
        id = "1",
        expect = Expect.ACCEPTABLE,
        desc = "what the snapshot shows, then that it closed")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "never told, though the close is over")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "something else, from pages in use again")
@Outcome(expect = Expect.FORBIDDEN, desc = "an error that is not the reader's")
@State
public class RecycledPageRace {
    /** A run of pages in the default family: it has no births inside to be compared. */
    private static final byte[] LARGE = {1};

    private static final int LARGE_BYTES = 100_000;
    private static final int WRITES = 3;
    private static final Store STORE =
            Store.inMemory(StoreConfig.defaults().withPageBytes(512).withMaxBytes(64 << 20));

    // The writer's; values that are written in turn consist of one byte each
    private static final byte[] VALUE = new byte[LARGE_BYTES];
    private static byte last;

    static {
        write();
    }

    private volatile Snapshot handed;
    private volatile boolean isClosed;

    private static synchronized void write() {
        last++;
        java.util.Arrays.fill(VALUE, last);
        try (WriteTransaction txn = STORE.begin()) {
            txn.put(ColumnFamily.DEFAULT, LARGE, VALUE);
            txn.commit();
        }
    }

    @Actor
    public void reader(I_Result result) {
        byte[] target = new byte[LARGE_BYTES];
        Snapshot snapshot = STORE.snapshot();
        try {
            snapshot.get(ColumnFamily.DEFAULT, LARGE, target, 0);
            byte expected = target[0];
            handed = snapshot;
            boolean wasClosed = false;
            while (!wasClosed) {
                wasClosed = isClosed;
                snapshot.get(ColumnFamily.DEFAULT, LARGE, target, 0);
                for (byte each : target) {
                    if (each != expected) {
                        result.r1 = 2;
                        return;
                    }
                }
            }
            result.r1 = 0;
        } catch (SnapshotClosedException e) {
            result.r1 = 1;
        } catch (RuntimeException e) {
            result.r1 = 3;
        } finally {
            // The writer waits for it, even where the reader has failed.
            handed = snapshot;
        }
    }

    @Actor
    public void writer() {
        while (handed == null) {
            Thread.onSpinWait();
        }
        handed.close();
        for (int i = 0; i < WRITES; i++) {
            write();
        }
        isClosed = true;
    }
}
