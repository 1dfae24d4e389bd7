package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;

/** Header of every page; byte table in docs/file-format.md#page-header-32-bytes. */
public final class PageHeader {
    public static final int CRC_OFFSET = 0;
    public static final int TYPE_OFFSET = CRC_OFFSET + Integer.BYTES;
    public static final int LEVEL_OFFSET = TYPE_OFFSET + Byte.BYTES;
    public static final int FLAGS_OFFSET = LEVEL_OFFSET + Byte.BYTES;
    public static final int PAGE_ID_OFFSET = FLAGS_OFFSET + Short.BYTES;
    public static final int BIRTH_OFFSET = PAGE_ID_OFFSET + Long.BYTES;
    public static final int FAMILY_OFFSET = BIRTH_OFFSET + Long.BYTES;
    public static final int COUNT_OFFSET = FAMILY_OFFSET + Integer.BYTES;
    public static final int PREFIX_BYTES_OFFSET = COUNT_OFFSET + Short.BYTES;
    public static final int BYTES = PREFIX_BYTES_OFFSET + Short.BYTES;

    public static final int LEAF = 1;
    public static final int BRANCH = 2;
    public static final int IMAGE = 3;

    /** No tree is higher. A branch has two children at least, so that this is never reached. */
    public static final int MAX_LEVEL = 60;

    /** Page flag: each entry of this leaf starts with a flags byte. */
    public static final int EXT = 1;

    private PageHeader() {}

    public static int crc(MemorySegment segment, long page) {
        return segment.get(Bytes.U32, page + CRC_OFFSET);
    }

    public static void crc(MemorySegment segment, long page, int crc) {
        segment.set(Bytes.U32, page + CRC_OFFSET, crc);
    }

    public static int type(MemorySegment segment, long page) {
        return Bytes.u8(segment, page + TYPE_OFFSET);
    }

    public static int level(MemorySegment segment, long page) {
        return Bytes.u8(segment, page + LEVEL_OFFSET);
    }

    /** {@return type in the low byte and level in the next one} */
    static int typeAndLevel(MemorySegment segment, long page) {
        return Bytes.u16(segment, page + TYPE_OFFSET);
    }

    /** {@return what {@link #typeAndLevel(MemorySegment, long)} is for a page of a tree} */
    static int typeAndLevel(int level) {
        return (level == 0 ? LEAF : BRANCH) | level << 8;
    }

    /** {@return whether type and level are those of a root} */
    static boolean isRoot(int typeAndLevel) {
        int level = typeAndLevel >>> 8;
        return level <= MAX_LEVEL && typeAndLevel == typeAndLevel(level);
    }

    public static int flags(MemorySegment segment, long page) {
        return Bytes.u16(segment, page + FLAGS_OFFSET);
    }

    static void flags(MemorySegment segment, long page, int flags) {
        Bytes.u16(segment, page + FLAGS_OFFSET, flags);
    }

    public static long pageId(MemorySegment segment, long page) {
        return segment.get(Bytes.U64, page + PAGE_ID_OFFSET);
    }

    public static long birth(MemorySegment segment, long page) {
        return segment.get(Bytes.U64, page + BIRTH_OFFSET);
    }

    public static int family(MemorySegment segment, long page) {
        return segment.get(Bytes.U32, page + FAMILY_OFFSET);
    }

    /** {@return the number of keys and the length of the prefix, read at once} */
    static int shape(MemorySegment segment, long page) {
        return segment.get(Bytes.U32, page + COUNT_OFFSET);
    }

    static int count(int shape) {
        return shape & 0xFFFF;
    }

    static int prefixBytes(int shape) {
        return shape >>> 16;
    }

    /** {@return the number of keys in the page} */
    public static int count(MemorySegment segment, long page) {
        return Bytes.u16(segment, page + COUNT_OFFSET);
    }

    static void count(MemorySegment segment, long page, int count) {
        Bytes.u16(segment, page + COUNT_OFFSET, count);
    }

    public static int prefixBytes(MemorySegment segment, long page) {
        return Bytes.u16(segment, page + PREFIX_BYTES_OFFSET);
    }

    /** Writes a whole header with no keys and no seal. */
    public static void init(
            MemorySegment segment,
            long page,
            int type,
            int level,
            int flags,
            long pageId,
            long birth,
            int family,
            int prefixBytes) {
        crc(segment, page, 0);
        segment.set(Bytes.U8, page + TYPE_OFFSET, (byte) type);
        segment.set(Bytes.U8, page + LEVEL_OFFSET, (byte) level);
        flags(segment, page, flags);
        segment.set(Bytes.U64, page + PAGE_ID_OFFSET, pageId);
        segment.set(Bytes.U64, page + BIRTH_OFFSET, birth);
        segment.set(Bytes.U32, page + FAMILY_OFFSET, family);
        count(segment, page, 0);
        Bytes.u16(segment, page + PREFIX_BYTES_OFFSET, prefixBytes);
    }

    /** Makes a copied page a new one: its own number and birth, not sealed. */
    public static void rename(MemorySegment segment, long page, long pageId, long birth) {
        crc(segment, page, 0);
        segment.set(Bytes.U64, page + PAGE_ID_OFFSET, pageId);
        segment.set(Bytes.U64, page + BIRTH_OFFSET, birth);
    }
}
