package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Walk;
import java.util.zip.CRC32;

/** Walks through everything; an operation is one entry. Thread safety: one thread. */
final class Scans implements Workload {
    /** What is read of an entry. */
    enum Reading {
        ONE_BYTE,
        ALL_BYTES,
        COPY,
        CHECKSUM
    }

    private final Reads reads;
    private final Walk walk;
    private final boolean isForward;
    private final Reading reading;
    private final CRC32 checksum = new CRC32();
    private final byte[] key;
    private final byte[] value;
    private long sum;

    Scans(Bench bench, boolean isForward, Reading reading) {
        this.reads = bench.subject().reads();
        this.walk = reads.walk();
        this.isForward = isForward;
        this.reading = reading;
        this.key = bench.newKey();
        this.value = bench.newValue();
        walk.start(isForward);
    }

    @Override
    public long run(long operations) {
        switch (reading) {
            case ONE_BYTE -> readBytes(operations);
            case ALL_BYTES -> readAll(operations);
            case COPY -> copy(operations);
            case CHECKSUM -> check(operations);
        }
        return operations;
    }

    private void step() {
        if (!walk.next()) {
            walk.start(isForward);
            if (!walk.next()) {
                throw new IllegalStateException("nothing to scan");
            }
        }
    }

    private void readBytes(long operations) {
        for (long i = 0; i < operations; i++) {
            step();
            sum += walk.valueByte();
        }
    }

    private void readAll(long operations) {
        for (long i = 0; i < operations; i++) {
            step();
            sum += walk.valueSum();
        }
    }

    private void copy(long operations) {
        for (long i = 0; i < operations; i++) {
            step();
            sum += walk.copyKey(key) + walk.copyValue(value);
            sum += key[key.length - 1] + value[value.length - 1];
        }
    }

    private void check(long operations) {
        for (long i = 0; i < operations; i++) {
            step();
            checksum.update(key, 0, walk.copyKey(key));
            checksum.update(value, 0, walk.copyValue(value));
        }
        sum += checksum.getValue();
    }

    long sum() {
        return sum;
    }

    @Override
    public void close() {
        reads.close();
    }
}
