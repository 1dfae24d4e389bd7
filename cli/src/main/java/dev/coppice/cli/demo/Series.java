package dev.coppice.cli.demo;

import static dev.coppice.cli.demo.Records.doubleAt;
import static dev.coppice.cli.demo.Records.longAt;
import static dev.coppice.cli.demo.Records.putDouble;
import static dev.coppice.cli.demo.Records.putLong;

import dev.coppice.KeyRange;
import dev.coppice.WriteTransaction;

/** One metric as the writer knows it: how far its samples reach. Thread safety: the writer. */
final class Series {
    private final int metric;
    private final byte[] metricKey;
    private final byte[] sampleKey = new byte[Records.SAMPLE_KEY_BYTES];
    private final byte[] sample = new byte[Records.SAMPLE_BYTES];
    private final byte[] record = new byte[Records.TOTAL_BYTES];
    private long first;
    private long next;
    private long total;
    private long lastNanos;
    private double lastValue;

    Series(int metric) {
        this.metric = metric;
        this.metricKey = Records.metricKey(metric);
    }

    /** Continues where a stored total left off. */
    void restore(byte[] stored) {
        first = longAt(stored, 0);
        next = longAt(stored, 8);
        total = longAt(stored, 16);
        lastNanos = longAt(stored, 24);
        lastValue = doubleAt(stored, 32);
    }

    int metric() {
        return metric;
    }

    long next() {
        return next;
    }

    long live() {
        return next - first;
    }

    /** Stores the next sample. */
    void put(WriteTransaction txn, long nanos, double value) {
        double change = next == 0 ? 0 : value - lastValue;
        double rate = next == 0 ? 0 : change * 1e9 / (nanos - lastNanos);
        long mark = Records.mark(metric, nanos, next, value);
        total += mark;
        putDouble(sample, 0, value);
        putDouble(sample, 8, change);
        putDouble(sample, 16, rate);
        putLong(sample, 24, total);
        putLong(sample, 32, next);
        putLong(sample, 40, Records.check(sample, mark));
        Records.putSampleKey(sampleKey, metric, nanos, next);
        txn.put(Records.SAMPLES, sampleKey, sample);
        next++;
        lastNanos = nanos;
        lastValue = value;
    }

    /** Stores how far the samples reach. */
    void putTotal(WriteTransaction txn) {
        putLong(record, 0, first);
        putLong(record, 8, next);
        putLong(record, 16, total);
        putLong(record, 24, lastNanos);
        putDouble(record, 32, lastValue);
        txn.put(Records.TOTALS, metricKey, record);
    }

    /** Removes the samples before a time. */
    void removeBefore(WriteTransaction txn, long nanos) {
        byte[] from = Records.sampleKey(metric, 0, 0);
        byte[] to = Records.sampleKey(metric, nanos, 0);
        first += txn.deleteRange(Records.SAMPLES, KeyRange.of(from, to));
    }
}
