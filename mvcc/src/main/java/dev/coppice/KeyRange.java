package dev.coppice;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys from a lower bound, which belongs to the range, to an upper one, which does not. Either may
 * be missing.
 *
 * <p>A bound may be any bytes, also none and also more than a key may have; it need not be there as
 * a key. Bytes are copied in and out. Thread safety: immutable.
 */
public final class KeyRange {
    private static final KeyRange ALL = new KeyRange(null, null);

    private final byte @Nullable [] from;
    private final byte @Nullable [] to;

    private KeyRange(byte @Nullable [] from, byte @Nullable [] to) {
        this.from = from;
        this.to = to;
    }

    /** {@return the range of all keys} */
    public static KeyRange all() {
        return ALL;
    }

    /**
     * {@return the keys in [from, to)}
     *
     * @param from null for no lower bound
     * @param to null for no upper bound
     * @throws IllegalArgumentException when {@code from} is above {@code to}; where they are equal,
     *     the range is empty
     */
    public static KeyRange of(byte @Nullable [] from, byte @Nullable [] to) {
        Keys.checkRange(from, to);
        return new KeyRange(from == null ? null : from.clone(), to == null ? null : to.clone());
    }

    /** {@return the keys that are not below {@code key}} */
    public static KeyRange from(byte[] key) {
        return new KeyRange(key.clone(), null);
    }

    /** {@return the keys below {@code key}} */
    public static KeyRange below(byte[] key) {
        return new KeyRange(null, key.clone());
    }

    /** {@return the keys that begin with a prefix; all keys where it is empty} */
    public static KeyRange prefix(byte[] prefix) {
        return ofPrefix(prefix.clone());
    }

    /** {@return the keys that begin with what the builder holds} */
    public static KeyRange prefix(KeyBuilder prefix) {
        return ofPrefix(prefix.toBytes());
    }

    private static KeyRange ofPrefix(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
            length--;
        }
        if (length == 0) {
            return new KeyRange(prefix, null);
        }
        byte[] behind = Arrays.copyOf(prefix, length);
        behind[length - 1]++;
        return new KeyRange(prefix, behind);
    }

    /**
     * {@return the long keys in [from, to)}
     *
     * <p>Keys of other lengths are not looked at: in a family that has both, those that lie between
     * are in the range too.
     *
     * @throws IllegalArgumentException when {@code from > to}
     */
    public static KeyRange longs(long from, long to) {
        if (from > to) {
            throw new IllegalArgumentException("range: from=" + from + " is above to=" + to);
        }
        return new KeyRange(longKey(from), longKey(to));
    }

    /** {@return the long keys that are not below {@code key}} */
    public static KeyRange from(long key) {
        return new KeyRange(longKey(key), null);
    }

    /** {@return the long keys below {@code key}} */
    public static KeyRange below(long key) {
        return new KeyRange(null, longKey(key));
    }

    private static byte[] longKey(long key) {
        return Keys.encode(key, new byte[Long.BYTES]);
    }

    /** {@return a copy of the lower bound, or null where there is none} */
    public byte @Nullable [] from() {
        return from == null ? null : from.clone();
    }

    /** {@return a copy of the upper bound, or null where there is none} */
    public byte @Nullable [] to() {
        return to == null ? null : to.clone();
    }

    /** {@return the lower bound itself, not to be changed, or null} */
    byte @Nullable [] lower() {
        return from;
    }

    /** {@return the upper bound itself, not to be changed, or null} */
    byte @Nullable [] upper() {
        return to;
    }

    /** {@return the parts into which ascending keys inside the range cut it, not to be changed} */
    List<KeyRange> cut(List<byte[]> keys) {
        List<KeyRange> parts = new ArrayList<>();
        byte[] lower = from;
        for (byte[] key : keys) {
            parts.add(new KeyRange(lower, key));
            lower = key;
        }
        parts.add(new KeyRange(lower, to));
        return parts;
    }

    /** {@return whether the key lies in the range} */
    public boolean contains(byte[] key) {
        return (from == null || Arrays.compareUnsigned(key, from) >= 0)
                && (to == null || Arrays.compareUnsigned(key, to) < 0);
    }

    /** {@return the keys that lie in both; an empty range where there can be none} */
    public KeyRange and(KeyRange other) {
        boolean isLater =
                other.from != null
                        && (from == null || Arrays.compareUnsigned(other.from, from) > 0);
        boolean isEarlier =
                other.to != null && (to == null || Arrays.compareUnsigned(other.to, to) < 0);
        byte[] lower = isLater ? other.from : from;
        byte[] upper = isEarlier ? other.to : to;
        boolean isEmpty =
                lower != null && upper != null && Arrays.compareUnsigned(lower, upper) > 0;
        return new KeyRange(lower, isEmpty ? lower : upper);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRange range
                && Arrays.equals(from, range.from)
                && Arrays.equals(to, range.to);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
    }

    /** {@return the bounds in hexadecimal} */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return "["
                + (from == null ? "" : hex.formatHex(from))
                + ", "
                + (to == null ? "" : hex.formatHex(to))
                + ")";
    }
}
