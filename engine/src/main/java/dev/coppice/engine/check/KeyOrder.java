package dev.coppice.engine.check;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageSize;
import java.util.Arrays;

/**
 * Whether the keys of a page ascend, inside bounds.
 *
 * <p>Thread safety: one thread; reused by the next page.
 */
final class KeyOrder {
    private byte[] before = new byte[PageSize.MAX_KEY_BYTES];
    private byte[] key = new byte[PageSize.MAX_KEY_BYTES];
    private int beforeBytes;
    private boolean isInclusive;
    private byte[] upper;

    /**
     * Starts with a page.
     *
     * @param from lowest key allowed, or null
     * @param to lowest key not allowed, or null
     */
    void begin(byte[] from, byte[] to) {
        isInclusive = true;
        beforeBytes = 0;
        upper = to;
        if (from != null) {
            System.arraycopy(from, 0, before, 0, from.length);
            beforeBytes = from.length;
        }
    }

    /** {@return where the next key is to be put, room for the longest} */
    byte[] next() {
        return key;
    }

    /** {@return a copy of the key that was accepted last} */
    byte[] last() {
        return Arrays.copyOf(before, beforeBytes);
    }

    /** {@return what is wrong with the key that was put into {@link #next}, or null} */
    String accept(int keyBytes) {
        int order = Bytes.compare(before, beforeBytes, key, keyBytes);
        boolean isFirst = isInclusive;
        byte[] spare = before;
        before = key;
        key = spare;
        beforeBytes = keyBytes;
        isInclusive = false;
        if (isFirst ? order > 0 : order >= 0) {
            return isFirst ? "key is below the bound of the page" : "keys out of order";
        }
        if (upper != null && Bytes.compare(before, keyBytes, upper, upper.length) >= 0) {
            return "key is not below the bound of the page";
        }
        return null;
    }
}
