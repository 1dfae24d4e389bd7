package dev.coppice.cli.demo;

import static dev.coppice.cli.demo.Records.longAt;

import dev.coppice.Cursor;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Compares a store that was just opened with what its writers acknowledged.
 *
 * @param openMillis how long opening took, recovery included
 * @param lostCommits acknowledged commits that are not in the store
 * @param checkedCommits acknowledged commits whose own entries were looked up
 * @param liveEntries samples in the store
 * @param findings what contradicts something else
 */
record Verification(
        double openMillis,
        long lostCommits,
        long checkedCommits,
        long liveEntries,
        long lastCommit,
        List<String> findings) {

    /** Looks into a store that nobody has open. */
    static Verification of(Store store, double openMillis, List<Ack> acks) {
        try (Snapshot snapshot = store.snapshot()) {
            Audit audit = Audit.of(snapshot);
            Search search = new Search(snapshot);
            acks.forEach(search::look);
            List<String> findings = new ArrayList<>(audit.findings());
            findings.addAll(search.findings);
            return new Verification(
                    openMillis,
                    search.lost,
                    search.checked,
                    audit.entries(),
                    search.last,
                    findings);
        }
    }

    static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    /** Looks acknowledged commits up in a snapshot. */
    private static final class Search {
        private final Snapshot snapshot;
        private final List<String> findings = new ArrayList<>();
        private long first = Long.MAX_VALUE;
        private long last;
        private long entriesBeforeFirst;
        private long lost;
        private long checked;

        Search(Snapshot snapshot) {
            this.snapshot = snapshot;
            try (Cursor commits = snapshot.cursor(Records.COMMITS)) {
                if (commits.first()) {
                    first = longAt(commits.key(), 0);
                    byte[] record = commits.value();
                    entriesBeforeFirst = longAt(record, 8) - longAt(record, 0);
                    commits.last();
                    last = longAt(commits.key(), 0);
                }
            }
        }

        void look(Ack ack) {
            boolean isThere = ack.commit() < first ? wasCounted(ack) : hasEntries(ack);
            if (!isThere || ack.txn() > snapshot.txn()) {
                lost++;
                findings.add("acknowledged commit " + ack.commit() + " is not in the store");
            }
        }

        /** Retention removed the entries; what remains is that they were counted. */
        private boolean wasCounted(Ack ack) {
            boolean isNext = ack.commit() == first - 1;
            return isNext
                    ? ack.entriesSoFar() == entriesBeforeFirst
                    : ack.entriesSoFar() < entriesBeforeFirst;
        }

        private boolean hasEntries(Ack ack) {
            byte[] record = snapshot.get(Records.COMMITS, Records.commitKey(ack.commit()));
            if (record == null
                    || longAt(record, 0) != ack.entries()
                    || longAt(record, 8) != ack.entriesSoFar()
                    || longAt(record, 24) != ack.lastNanos()) {
                return false;
            }
            checked++;
            return ack.witnesses().stream().allMatch(witness -> isThere(ack, witness));
        }

        private boolean isThere(Ack ack, Ack.Witness witness) {
            byte[] key = Records.sampleKey(witness.metric(), ack.lastNanos(), witness.number());
            return snapshot.exists(Records.SAMPLES, key);
        }
    }
}
