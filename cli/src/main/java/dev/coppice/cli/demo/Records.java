package dev.coppice.cli.demo;

import dev.coppice.ColumnFamily;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Keys and values of the demo's store; all numbers big-endian, so that keys sort as they count.
 * Stateless.
 */
final class Records {
    /*
     * family   key                                value
     * default  metric u16, nanos u64, number u64  value f64, change f64, rate f64, total u64,
     *                                             number u64, check u64
     * totals   metric u16                         first u64, next u64, total u64, nanos u64,
     *                                             value f64
     * commits  commit u64                         entries u64, entries so far u64, first nanos u64,
     *                                             last nanos u64
     * metrics  metric u16                         name in UTF-8
     *
     * number: of the sample among those of its metric. total: sum of the marks of all samples of
     * the metric up to this one, those that retention removed included.
     */
    static final ColumnFamily SAMPLES = ColumnFamily.DEFAULT;
    static final ColumnFamily TOTALS = ColumnFamily.of("totals");
    static final ColumnFamily COMMITS = ColumnFamily.of("commits");
    static final ColumnFamily METRICS = ColumnFamily.of("metrics");

    static final int SAMPLE_KEY_BYTES = 18;
    static final int SAMPLE_BYTES = 48;
    static final int TOTAL_BYTES = 40;
    static final int COMMIT_BYTES = 32;
    static final int MAX_METRICS = 1 << 16;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private Records() {}

    static long longAt(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    static double doubleAt(byte[] bytes, int offset) {
        return Double.longBitsToDouble(longAt(bytes, offset));
    }

    static void putLong(byte[] bytes, int offset, long value) {
        LONGS.set(bytes, offset, value);
    }

    static void putDouble(byte[] bytes, int offset, double value) {
        putLong(bytes, offset, Double.doubleToRawLongBits(value));
    }

    /** {@return the metric that a key of samples, totals or metrics begins with} */
    static int metric(byte[] key) {
        return (short) SHORTS.get(key, 0) & 0xFFFF;
    }

    static byte[] metricKey(int metric) {
        byte[] key = new byte[Short.BYTES];
        SHORTS.set(key, 0, (short) metric);
        return key;
    }

    static byte[] sampleKey(int metric, long nanos, long number) {
        byte[] key = new byte[SAMPLE_KEY_BYTES];
        putSampleKey(key, metric, nanos, number);
        return key;
    }

    static void putSampleKey(byte[] key, int metric, long nanos, long number) {
        SHORTS.set(key, 0, (short) metric);
        putLong(key, 2, nanos);
        putLong(key, 10, number);
    }

    static byte[] commitKey(long commit) {
        byte[] key = new byte[Long.BYTES];
        putLong(key, 0, commit);
        return key;
    }

    /** {@return a number that says what a sample is; totals are sums of them} */
    static long mark(int metric, long nanos, long number, double value) {
        long bits = Double.doubleToRawLongBits(value);
        return mix(mix(mix(nanos + metric) + number) + bits);
    }

    /** {@return the check of a sample's value bytes} */
    static long check(byte[] value, long mark) {
        return mix(mix(mix(mark + longAt(value, 8)) + longAt(value, 16)) + longAt(value, 24));
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 32)) * 0x9E3779B97F4A7C15L;
        return a ^ (a >>> 29);
    }
}
