package dev.coppice.cli.demo;

import static dev.coppice.cli.demo.Records.longAt;
import static dev.coppice.cli.demo.Records.putLong;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Writes batches of samples, each in one transaction with the totals that must agree with it.
 *
 * <p>Thread safety: one writer.
 */
final class Recorder {
    private static final int WITNESSES = 4;

    private final Store store;
    private final Retention retention;
    private final Map<String, Series> known = new HashMap<>();
    private final List<Series> columns = new ArrayList<>();
    private final List<String> unnamed = new ArrayList<>();
    private final RandomGenerator random = RandomGenerator.getDefault();
    private long commits;
    private long entries;
    private long lastNanos;

    /** Continues what the store holds, or starts in an empty one. */
    Recorder(Store store, long maxEntries) {
        this.store = store;
        this.retention = new Retention(maxEntries);
        createFamilies();
        restore();
    }

    private void createFamilies() {
        try (WriteTransaction txn = store.begin()) {
            for (ColumnFamily family : List.of(Records.TOTALS, Records.COMMITS, Records.METRICS)) {
                if (!txn.families().contains(family)) {
                    txn.createFamily(family);
                }
            }
            txn.commit();
        }
    }

    private void restore() {
        try (Snapshot snapshot = store.snapshot()) {
            try (Cursor cursor = snapshot.cursor(Records.METRICS)) {
                while (cursor.next()) {
                    Series series = new Series(Records.metric(cursor.key()));
                    known.put(new String(cursor.value(), UTF_8), series);
                    byte[] total = snapshot.get(Records.TOTALS, cursor.key());
                    if (total != null) {
                        series.restore(total);
                    }
                }
            }
            try (Cursor cursor = snapshot.cursor(Records.COMMITS)) {
                while (cursor.next()) {
                    byte[] record = cursor.value();
                    commits = longAt(cursor.key(), 0);
                    entries = longAt(record, 8);
                    lastNanos = longAt(record, 24);
                    retention.add(new Retention.Live(commits, longAt(record, 0), lastNanos));
                }
            }
        }
    }

    /** {@return the time of the newest sample, below which no new one may lie} */
    long lastNanos() {
        return lastNanos;
    }

    /** Says which metrics the columns of the following batches are. */
    void useColumns(List<String> names) {
        columns.clear();
        for (String name : names) {
            Series series = known.get(name);
            if (series == null) {
                if (known.size() == Records.MAX_METRICS) {
                    throw new IllegalStateException("more than 65536 metrics");
                }
                series = new Series(known.size());
                known.put(name, series);
                unnamed.add(name);
            }
            columns.add(series);
        }
    }

    /** Commits a batch; returns what may be promised about it. */
    Ack commit(Batch batch) {
        long started = System.nanoTime();
        long committing;
        long txnId;
        long count = (long) batch.samples() * columns.size();
        try (WriteTransaction txn = store.begin()) {
            putNames(txn);
            for (int column = 0; column < columns.size(); column++) {
                Series series = columns.get(column);
                for (int i = 0; i < batch.samples(); i++) {
                    series.put(txn, batch.nanos(i), batch.value(i, column));
                }
                series.putTotal(txn);
            }
            putCommit(txn, batch, count);
            removeOld(txn);
            committing = System.nanoTime();
            txnId = txn.commit();
        }
        long ended = System.nanoTime();
        return new Ack(
                txnId,
                commits,
                count,
                entries,
                lastNanos,
                ended - started,
                ended - committing,
                witnesses());
    }

    private void putNames(WriteTransaction txn) {
        for (String name : unnamed) {
            byte[] key = Records.metricKey(known.get(name).metric());
            txn.put(Records.METRICS, key, name.getBytes(UTF_8));
        }
        unnamed.clear();
    }

    private void putCommit(WriteTransaction txn, Batch batch, long count) {
        commits++;
        entries += count;
        lastNanos = batch.nanos(batch.samples() - 1);
        byte[] record = new byte[Records.COMMIT_BYTES];
        putLong(record, 0, count);
        putLong(record, 8, entries);
        putLong(record, 16, batch.nanos(0));
        putLong(record, 24, lastNanos);
        txn.put(Records.COMMITS, Records.commitKey(commits), record);
        retention.add(new Retention.Live(commits, count, lastNanos));
    }

    private void removeOld(WriteTransaction txn) {
        Retention.Live last = retention.takeRemovable();
        if (last == null) {
            return;
        }
        for (Series series : known.values()) {
            series.removeBefore(txn, last.lastNanos() + 1);
            series.putTotal(txn);
        }
        txn.deleteRange(Records.COMMITS, KeyRange.below(Records.commitKey(last.commit() + 1)));
    }

    /** {@return some metrics with the number of their last sample, for others to look up} */
    private List<Ack.Witness> witnesses() {
        List<Ack.Witness> result = new ArrayList<>(WITNESSES);
        for (int i = 0; i < WITNESSES; i++) {
            Series series = columns.get(random.nextInt(columns.size()));
            result.add(new Ack.Witness(series.metric(), series.next() - 1));
        }
        return result;
    }
}
