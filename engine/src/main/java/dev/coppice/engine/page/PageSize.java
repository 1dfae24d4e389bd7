package dev.coppice.engine.page;

/**
 * The page size of a file and the limits that follow from it; docs/file-format.md.
 *
 * @param bytes bytes in a page, a power of two from 512 to 65,536
 */
public record PageSize(int bytes) {
    public static final int MIN_BYTES = 512;
    public static final int MAX_BYTES = 65_536;

    /** Longest key in bytes. */
    public static final int MAX_KEY_BYTES = 65_536;

    /** Longest value in bytes that fits a Java array. */
    public static final int MAX_VALUE_BYTES = Integer.MAX_VALUE - 8;

    public PageSize {
        if (bytes < MIN_BYTES || bytes > MAX_BYTES || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException(
                    "page size: pageBytes="
                            + bytes
                            + ", must be a power of two from "
                            + MIN_BYTES
                            + " to "
                            + MAX_BYTES);
        }
    }

    /** {@return log2 of the page size} */
    public int shift() {
        return Integer.numberOfTrailingZeros(bytes);
    }

    /**
     * {@return how many leading bytes of a key stay in the tree; the rest of a longer one lies in a
     * run}
     */
    public int inlineKeyBytes() {
        return inlineKeyBytes(bytes);
    }

    /** {@return as {@link #inlineKeyBytes()} for a page of that size} */
    public static int inlineKeyBytes(int pageBytes) {
        return pageBytes / 4 - 64;
    }

    /** {@return the longest prefix that a page may cut off} */
    public int maxPrefixBytes() {
        return inlineKeyBytes() - 2 * Integer.BYTES;
    }

    /** {@return whether a value of this length lies in an overflow run} */
    public boolean isOverflow(int keyBytes, long valueBytes) {
        return valueBytes > maxInlineValueBytes(keyBytes);
    }

    /** {@return whether the value of an entry with or without a deadline lies in a run} */
    public boolean isOverflow(int keyBytes, long valueBytes, boolean hasDeadline) {
        int deadline = hasDeadline ? LeafPage.DEADLINE_BYTES : 0;
        return isOverflow(keyBytes, valueBytes + deadline);
    }

    /** {@return the longest value that lies in the leaf with a key of this length} */
    public int maxInlineValueBytes(int keyBytes) {
        int key = Math.min(keyBytes, inlineKeyBytes());
        // Head, slot, flags, two varints of at most 3 and 5 bytes, the run of a long key.
        return bytes / 4 - key - 6 - 1 - 8 - (keyBytes > key ? Reference.BYTES : 0);
    }

    /** {@return pages of an overflow run with a value of this length, its checksums included} */
    public long runPages(long valueBytes) {
        long chunks = (valueBytes + Checksum.CHUNK_BYTES - 1) / Checksum.CHUNK_BYTES;
        return (valueBytes + chunks * Integer.BYTES + bytes - 1) >>> shift();
    }
}
