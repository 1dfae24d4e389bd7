package dev.coppice.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the writer stores satisfies the audit, and the audit notices what it does not satisfy. */
final class RecorderTest {
    private long nanos = 1;

    private Batch batch(int samples, int metrics) {
        Batch batch = new Batch(samples, metrics);
        for (int i = 0; i < samples; i++) {
            double[] values = new double[metrics];
            for (int m = 0; m < metrics; m++) {
                values[m] = m * 1000.0 + nanos % 17;
            }
            batch.add(nanos++, values);
        }
        return batch;
    }

    private static Audit audit(Store store) {
        try (Snapshot snapshot = store.snapshot()) {
            return Audit.of(snapshot);
        }
    }

    private static Verification verify(Store store, List<Ack> acks) {
        return Verification.of(store, 0, acks);
    }

    @Test
    void everyCommitSatisfiesTheAuditWithRetentionAndNewMetrics() {
        try (Store store = Store.inMemory()) {
            Recorder recorder = new Recorder(store, 500);
            List<Ack> acks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                List<String> names = i < 50 ? List.of("a", "b") : List.of("c", "b");
                recorder.useColumns(names);
                acks.add(recorder.commit(batch(7, 2)));
                Audit audit = audit(store);
                assertEquals(List.of(), audit.findings());
                assertTrue(audit.entries() <= 550, "entries=" + audit.entries());
            }
            Verification verification = verify(store, acks);
            assertEquals(0, verification.lostCommits(), verification.findings().toString());
            assertTrue(verification.checkedCommits() >= 30);
        }
    }

    @Test
    void anotherRecorderContinues() {
        try (Store store = Store.inMemory()) {
            List<Ack> acks = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Recorder recorder = new Recorder(store, 100);
                assertEquals(nanos - 1, recorder.lastNanos());
                recorder.useColumns(List.of("a", "b", "c"));
                acks.add(recorder.commit(batch(5, 3)));
                acks.add(recorder.commit(batch(5, 3)));
            }
            assertEquals(40, acks.getLast().commit());
            assertEquals(600, acks.getLast().entriesSoFar());
            assertEquals(List.of(), audit(store).findings());
            assertEquals(0, verify(store, acks).lostCommits());
        }
    }

    @Test
    void auditNoticesAMissingEntry() {
        try (Store store = Store.inMemory()) {
            Recorder recorder = new Recorder(store, 1000);
            recorder.useColumns(List.of("a", "b"));
            Ack ack = recorder.commit(batch(5, 2));
            try (Snapshot snapshot = store.snapshot();
                    WriteTransaction txn = store.begin()) {
                byte[] third = snapshot.split(Records.SAMPLES, KeyRange.all(), 4).get(1).from();
                assertTrue(txn.delete(third));
                txn.commit();
            }
            assertFalse(audit(store).findings().isEmpty());
            assertEquals(0, verify(store, List.of(ack)).lostCommits());
        }
    }

    @Test
    void verificationNoticesALostCommit() {
        try (Store store = Store.inMemory();
                Store other = Store.inMemory()) {
            Recorder recorder = new Recorder(store, 1000);
            Recorder behind = new Recorder(other, 1000);
            recorder.useColumns(List.of("a"));
            behind.useColumns(List.of("a"));
            List<Ack> acks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Batch batch = batch(5, 1);
                acks.add(recorder.commit(batch));
                if (i < 2) {
                    behind.commit(batch);
                }
            }
            assertEquals(0, verify(store, acks).lostCommits());
            assertEquals(1, verify(other, acks).lostCommits());
        }
    }

    @Test
    void acknowledgementsAndSummariesSurviveTheirLines() {
        Ack ack = new Ack(1L << 60, 2, 3, 4, 5, 6, 7, List.of(new Ack.Witness(65_535, 8)));
        assertEquals(ack, Ack.ofLine(ack.toLine()));
        Audit.Summary summary = new Audit.Summary("a b", 1, -2.5, 3, 4, 5, 1e300);
        assertEquals(summary, Audit.Summary.ofLine(summary.toLine()));
    }
}
