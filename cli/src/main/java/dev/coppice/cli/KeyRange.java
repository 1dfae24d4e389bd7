package dev.coppice.cli;

import java.util.Arrays;

/** Keys from a lower bound to below an upper one. Immutable. */
final class KeyRange {
    private final byte[] from;
    private final byte[] to;

    /**
     * Spans a range.
     *
     * @param from null for no lower bound
     * @param to null for no upper bound
     */
    KeyRange(byte[] from, byte[] to) {
        this.from = from;
        this.to = to;
    }

    byte[] from() {
        return from;
    }

    byte[] to() {
        return to;
    }

    /** {@return the keys that begin with a prefix} */
    static KeyRange ofPrefix(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
            length--;
        }
        byte[] behind = length == 0 ? null : Arrays.copyOf(prefix, length);
        if (behind != null) {
            behind[length - 1]++;
        }
        return new KeyRange(prefix, behind);
    }

    /** {@return the keys that lie in both} */
    KeyRange and(KeyRange other) {
        byte[] higher =
                from == null || (other.from != null && Arrays.compareUnsigned(other.from, from) > 0)
                        ? other.from
                        : from;
        byte[] lower =
                to == null || (other.to != null && Arrays.compareUnsigned(other.to, to) < 0)
                        ? other.to
                        : to;
        return new KeyRange(higher, lower);
    }

    boolean isBelowEnd(byte[] key) {
        return to == null || Arrays.compareUnsigned(key, to) < 0;
    }

    boolean isAboveStart(byte[] key) {
        return from == null || Arrays.compareUnsigned(key, from) >= 0;
    }
}
