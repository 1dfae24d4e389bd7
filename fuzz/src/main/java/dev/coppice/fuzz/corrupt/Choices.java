package dev.coppice.fuzz.corrupt;

import java.util.random.RandomGenerator;

/**
 * Choices that bytes make, few of them for each, so that who changes one byte changes one choice;
 * zeros where the bytes have come to their end. Thread safety: one thread.
 */
final class Choices implements RandomGenerator {
    private final byte[] bytes;
    private int at;

    Choices(byte[] bytes) {
        this.bytes = bytes;
    }

    /** {@return whether a byte is left} */
    boolean hasMore() {
        return at < bytes.length;
    }

    private long next(int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << Byte.SIZE | (hasMore() ? bytes[at++] & 0xFF : 0);
        }
        return value;
    }

    @Override
    public long nextLong() {
        return next(Long.BYTES);
    }

    @Override
    public int nextInt() {
        return (int) next(Integer.BYTES);
    }

    @Override
    public boolean nextBoolean() {
        return (next(1) & 1) != 0;
    }

    @Override
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    @Override
    public int nextInt(int origin, int bound) {
        return origin + (int) nextLong((long) bound - origin);
    }

    @Override
    public long nextLong(long bound) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(bound - 1);
        return next((bits + Byte.SIZE - 1) / Byte.SIZE) % bound;
    }
}
