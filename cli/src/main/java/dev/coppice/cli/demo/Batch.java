package dev.coppice.cli.demo;

import java.util.Arrays;

/** Samples of all metrics, taken one after the other, for one commit. Thread safety: one thread. */
final class Batch {
    private final double[][] values;
    private final long[] nanos;
    private int samples;

    Batch(int maxSamples, int metrics) {
        values = new double[maxSamples][metrics];
        nanos = new long[maxSamples];
    }

    void add(long nanos, double[] sample) {
        System.arraycopy(sample, 0, values[samples], 0, sample.length);
        this.nanos[samples++] = nanos;
    }

    boolean isFull() {
        return samples == values.length;
    }

    int samples() {
        return samples;
    }

    long nanos(int sample) {
        return nanos[sample];
    }

    double value(int sample, int column) {
        return values[sample][column];
    }

    void clear() {
        samples = 0;
        Arrays.fill(nanos, 0);
    }
}
