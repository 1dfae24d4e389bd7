package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;

/**
 * The 24-byte reference that names a page or an overflow run;
 * docs/file-format.md#reference-24-bytes.
 */
public final class Reference {
    public static final int PAGE_OFFSET = 0;
    public static final int BIRTH_OFFSET = PAGE_OFFSET + Long.BYTES;
    public static final int COUNT_OFFSET = BIRTH_OFFSET + Long.BYTES;
    public static final int BYTES = COUNT_OFFSET + Long.BYTES;

    /** Flag: somewhere below are overflow runs. */
    public static final long HAS_OVERFLOW = 1L << 48;

    /** Flag: somewhere below are entries that expire. */
    public static final long HAS_EXPIRY = 1L << 49;

    private static final long PAGE_MASK = (1L << 48) - 1;

    private Reference() {}

    /** {@return the page id in a reference's first word} */
    public static long pageId(long word) {
        return word & PAGE_MASK;
    }

    /** {@return the flags in a reference's first word, in place} */
    public static long flags(long word) {
        return word & ~PAGE_MASK;
    }

    public static long word(MemorySegment segment, long position) {
        return segment.get(Bytes.U64, position + PAGE_OFFSET);
    }

    public static long birth(MemorySegment segment, long position) {
        return segment.get(Bytes.U64, position + BIRTH_OFFSET);
    }

    /** {@return the entry count, or the length in bytes of an overflow run} */
    public static long count(MemorySegment segment, long position) {
        return segment.get(Bytes.U64, position + COUNT_OFFSET);
    }

    public static void put(
            MemorySegment segment, long position, long word, long birth, long count) {
        segment.set(Bytes.U64, position + PAGE_OFFSET, word);
        segment.set(Bytes.U64, position + BIRTH_OFFSET, birth);
        segment.set(Bytes.U64, position + COUNT_OFFSET, count);
    }

    public static void word(MemorySegment segment, long position, long word) {
        segment.set(Bytes.U64, position + PAGE_OFFSET, word);
    }

    public static void birth(MemorySegment segment, long position, long birth) {
        segment.set(Bytes.U64, position + BIRTH_OFFSET, birth);
    }

    public static void count(MemorySegment segment, long position, long count) {
        segment.set(Bytes.U64, position + COUNT_OFFSET, count);
    }
}
