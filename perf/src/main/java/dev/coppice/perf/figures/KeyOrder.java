package dev.coppice.perf.figures;

/**
 * The numbers 0 to count - 1 in an order that looks random, each once, in constant memory.
 *
 * <p>Thread safety: immutable.
 */
public final class KeyOrder {
    /*
     * Odd products and shifted exclusive ors are one-to-one on the numbers of b bits. What comes out
     * at or above the count goes in again, which keeps the rest one-to-one.
     */
    private final long count;
    private final long mask;
    private final int shift;
    private final long[] factors = new long[3];
    private final long offset;

    public KeyOrder(long count, long seed) {
        int bits = Math.max(4, Long.SIZE - Long.numberOfLeadingZeros(count - 1));
        this.count = count;
        this.mask = (1L << bits) - 1;
        this.shift = (bits + 1) / 2;
        var random = new java.util.SplittableRandom(seed);
        this.offset = random.nextLong();
        for (int i = 0; i < factors.length; i++) {
            factors[i] = random.nextLong() | 1;
        }
    }

    /** {@return the number at a place of the order} */
    public long at(long index) {
        long x = index;
        do {
            x = (x + offset) & mask;
            for (long factor : factors) {
                x = (x * factor) & mask;
                x ^= x >>> shift;
            }
        } while (x >= count);
        return x;
    }
}
