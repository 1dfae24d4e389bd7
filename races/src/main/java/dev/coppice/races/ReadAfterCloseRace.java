package dev.coppice.races;

import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import dev.coppice.error.SnapshotClosedException;
import java.util.Arrays;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A snapshot is read while another thread closes it and writes over its pages: the reader gets what
 * the snapshot shows, or is told that it is closed.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "what the snapshot shows")
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "told that it is closed")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "something else, from pages in use again")
@Outcome(expect = Expect.FORBIDDEN, desc = "an error that is not the reader's")
@State
public class ReadAfterCloseRace {
    private static final int KEYS = 40;
    private static final int VALUE_BYTES = 60;
    private static final Store STORE =
            Store.inMemory(StoreConfig.defaults().withPageBytes(512).withMaxBytes(64 << 20));

    static {
        write();
    }

    private final Snapshot snapshot = STORE.snapshot();
    private final byte expected = (byte) snapshot.txn();

    /** Every value consists of one byte, that of its transaction. */
    private static void write() {
        try (WriteTransaction txn = STORE.begin()) {
            byte[] value = new byte[VALUE_BYTES];
            Arrays.fill(value, (byte) (STORE.latestTxn() + 1));
            for (int i = 0; i < KEYS; i++) {
                txn.put(new byte[] {(byte) i}, value);
            }
            txn.commit();
        }
    }

    @Actor
    public void reader(I_Result result) {
        try {
            byte[] value = snapshot.get(new byte[] {17});
            result.r1 = 1;
            for (byte each : value) {
                if (each != expected) {
                    result.r1 = 2;
                }
            }
        } catch (SnapshotClosedException e) {
            result.r1 = 0;
        } catch (RuntimeException e) {
            result.r1 = 3;
        }
    }

    @Actor
    public void writer() {
        snapshot.close();
        write();
        write();
        write();
    }
}
