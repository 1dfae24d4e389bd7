package dev.coppice.cli.demo;

import static dev.coppice.cli.demo.Records.doubleAt;
import static dev.coppice.cli.demo.Records.longAt;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.coppice.Cursor;
import dev.coppice.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One pass over a snapshot of the demo's store: checks the invariants of the package and sums up
 * each metric.
 *
 * <p>Thread safety: one thread.
 */
final class Audit {
    private static final int MAX_FINDINGS = 20;

    /** A metric over the samples of the snapshot. */
    record Summary(
            String name, long count, double min, double mean, double p50, double p99, double max) {

        String toLine() {
            return String.join(
                    "\t",
                    name,
                    Long.toString(count),
                    Double.toString(min),
                    Double.toString(mean),
                    Double.toString(p50),
                    Double.toString(p99),
                    Double.toString(max));
        }

        static Summary ofLine(String line) {
            String[] words = line.split("\t", -1);
            return new Summary(
                    words[0],
                    Long.parseLong(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]),
                    Double.parseDouble(words[4]),
                    Double.parseDouble(words[5]),
                    Double.parseDouble(words[6]));
        }
    }

    private final Snapshot snapshot;
    private final List<String> findings = new ArrayList<>();
    private final List<Summary> summaries = new ArrayList<>();
    private long problems;
    private long entries;
    private long digest;
    private double[] values = new double[1024];

    private Audit(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** Looks at everything that a snapshot sees. */
    static Audit of(Snapshot snapshot) {
        Audit audit = new Audit(snapshot);
        audit.run();
        return audit;
    }

    long entries() {
        return entries;
    }

    /** {@return a number over all entries, the same for the same snapshot} */
    long digest() {
        return digest;
    }

    long problems() {
        return problems;
    }

    /** {@return the first of the problems in words} */
    List<String> findings() {
        return findings;
    }

    List<Summary> summaries() {
        return summaries;
    }

    private void run() {
        long everWritten = 0;
        long live = 0;
        try (Cursor samples = snapshot.cursor(Records.SAMPLES);
                Cursor totals = snapshot.cursor(Records.TOTALS)) {
            samples.next();
            while (totals.next()) {
                byte[] total = totals.value();
                everWritten += longAt(total, 8);
                live += longAt(total, 8) - longAt(total, 0);
                auditMetric(Records.metric(totals.key()), total, samples);
            }
            if (samples.isOnEntry()) {
                problem("samples behind those of the last total");
            }
        }
        long counted = snapshot.count(Records.SAMPLES);
        if (entries != counted || live != counted) {
            problem(
                    "a scan found %d samples, totals add up to %d, count says %d"
                            .formatted(entries, live, counted));
        }
        auditCommits(everWritten);
    }

    private void auditMetric(int metric, byte[] total, Cursor samples) {
        long number = longAt(total, 0);
        long runningTotal = 0;
        int count = 0;
        long nanos = 0;
        while (samples.isOnEntry()) {
            byte[] key = samples.key();
            if (Records.metric(key) != metric) {
                break;
            }
            byte[] value = samples.value();
            double reading = doubleAt(value, 0);
            long mark = Records.mark(metric, longAt(key, 2), longAt(key, 10), reading);
            long expected = count == 0 ? longAt(value, 24) : runningTotal + mark;
            runningTotal = longAt(value, 24);
            boolean isGood =
                    longAt(key, 10) == number
                            && longAt(value, 32) == number
                            && longAt(key, 2) > nanos
                            && runningTotal == expected
                            && longAt(value, 40) == Records.check(value, mark);
            if (!isGood) {
                problem("metric " + metric + ": sample " + number + " is not what was written");
            }
            nanos = longAt(key, 2);
            number++;
            keep(count++, reading);
            digest = digest * 31 + longAt(value, 40);
            samples.next();
        }
        entries += count;
        long next = longAt(total, 8);
        if (number != next) {
            problem("metric %d: samples end at %d, total at %d".formatted(metric, number, next));
        }
        if (count > 0 && runningTotal != longAt(total, 16)) {
            problem("metric " + metric + ": the sum of its samples differs from its total");
        }
        if (count > 0) {
            summarize(metric, count);
        }
    }

    private void auditCommits(long everWritten) {
        long previous = -1;
        long soFar = 0;
        long live = 0;
        try (Cursor commits = snapshot.cursor(Records.COMMITS)) {
            while (commits.next()) {
                long commit = longAt(commits.key(), 0);
                byte[] record = commits.value();
                live += longAt(record, 0);
                boolean follows =
                        commit == previous + 1 && longAt(record, 8) == soFar + longAt(record, 0);
                if (previous >= 0 && !follows) {
                    problem("commit " + commit + " does not follow commit " + previous);
                }
                previous = commit;
                soFar = longAt(record, 8);
            }
        }
        if (soFar != everWritten || live != entries) {
            problem(
                    "commits count %d entries, totals %d; commits hold %d, a scan found %d"
                            .formatted(soFar, everWritten, live, entries));
        }
    }

    private void keep(int index, double value) {
        if (index == values.length) {
            values = Arrays.copyOf(values, 2 * index);
        }
        values[index] = value;
    }

    private void summarize(int metric, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        Arrays.sort(values, 0, count);
        byte[] name = snapshot.get(Records.METRICS, Records.metricKey(metric));
        if (name == null) {
            problem("metric " + metric + " has no name");
        }
        summaries.add(
                new Summary(
                        name == null ? "?" : new String(name, UTF_8),
                        count,
                        values[0],
                        sum / count,
                        values[(count - 1) / 2],
                        values[(int) Math.floor((count - 1) * 0.99)],
                        values[count - 1]));
    }

    private void problem(String finding) {
        problems++;
        if (findings.size() < MAX_FINDINGS) {
            findings.add(finding);
        }
    }
}
