package dev.coppice.engine.commit;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.error.UnsupportedFormatException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What never changes about a store; docs/file-format.md#header-block.
 *
 * @param pageSize size of its pages
 * @param storeHigh first half of the store's id
 * @param storeLow second half of the store's id
 * @param createdMillis wall clock at creation
 */
public record HeaderBlock(PageSize pageSize, long storeHigh, long storeLow, long createdMillis) {
    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int PAGE_BYTES_OFFSET = 12;
    public static final int STORE_ID_OFFSET = 16;
    public static final int RESERVED_PER_PAGE_OFFSET = 32;
    public static final int COMPATIBLE_OFFSET = 40;
    public static final int READ_COMPATIBLE_OFFSET = 48;
    public static final int INCOMPATIBLE_OFFSET = 56;
    public static final int CREATED_MILLIS_OFFSET = 64;
    public static final int CRC_OFFSET = Block.CRC_OFFSET;

    /** Where the second copy lies in the file. */
    public static final long COPY_POSITION = 65_536;

    static final int VERSION = 1;

    /** Bytes of header, durable slots and second header copy, the hole between them included. */
    public static final long END = COPY_POSITION + Block.BYTES;

    private static final long MAGIC = 0x01_45_43_49_50_50_4F_43L;

    void write(MemorySegment s, long at) {
        s.set(Bytes.U64, at + MAGIC_OFFSET, MAGIC);
        s.set(Bytes.U32, at + VERSION_OFFSET, VERSION);
        s.set(Bytes.U32, at + PAGE_BYTES_OFFSET, pageSize.bytes());
        s.set(Bytes.U64, at + STORE_ID_OFFSET, storeHigh);
        s.set(Bytes.U64, at + STORE_ID_OFFSET + Long.BYTES, storeLow);
        s.set(Bytes.U64, at + CREATED_MILLIS_OFFSET, createdMillis);
        Block.seal(s, at);
    }

    /**
     * Reads the header of a file, from its second copy where the first is damaged.
     *
     * @throws UnsupportedFormatException when this is no store, or not one that this version opens
     */
    public static HeaderBlock read(MemorySegment file, boolean isReadOnly) {
        MemorySegment block = Block.copy(file, 0);
        if (block == null) {
            throw new UnsupportedFormatException(
                    "not a store: the file ends after "
                            + (file == null ? 0 : file.byteSize())
                            + " bytes, inside the header");
        }
        boolean hasMagic = block.get(Bytes.U64, MAGIC_OFFSET) == MAGIC;
        if (!hasMagic || !Block.isIntact(block, 0)) {
            MemorySegment second = Block.copy(file, COPY_POSITION);
            if (second == null
                    || second.get(Bytes.U64, MAGIC_OFFSET) != MAGIC
                    || !Block.isIntact(second, 0)) {
                throw new UnsupportedFormatException(
                        hasMagic
                                ? "damaged store: both copies of the header fail their checksum"
                                : "not a store: the file does not start as one");
            }
            block = second;
        }
        return parse(block, isReadOnly);
    }

    /** {@return what is wrong with the two copies in a file that could be opened} */
    static List<String> problems(MemorySegment file) {
        List<String> problems = new ArrayList<>();
        for (long position : new long[] {0, COPY_POSITION}) {
            MemorySegment block = Block.copy(file, position);
            if (block == null || !Block.isIntact(block, 0)) {
                problems.add("header at byte " + position + ": wrong checksum");
            }
        }
        return problems;
    }

    private static HeaderBlock parse(MemorySegment block, boolean isReadOnly) {
        int version = block.get(Bytes.U32, VERSION_OFFSET);
        long incompatible = block.get(Bytes.U64, INCOMPATIBLE_OFFSET);
        long readCompatible = block.get(Bytes.U64, READ_COMPATIBLE_OFFSET);
        int reserved = block.get(Bytes.U32, RESERVED_PER_PAGE_OFFSET);
        if (version != VERSION || incompatible != 0 || reserved != 0) {
            throw new UnsupportedFormatException(
                    "newer format: version="
                            + version
                            + ", features="
                            + Long.toHexString(incompatible)
                            + "; this software reads version "
                            + VERSION
                            + " without features: use a newer one");
        }
        if (readCompatible != 0 && !isReadOnly) {
            throw new UnsupportedFormatException(
                    "newer format: features="
                            + Long.toHexString(readCompatible)
                            + " allow this software to read only: open the store read-only");
        }
        return new HeaderBlock(
                pageSize(block.get(Bytes.U32, PAGE_BYTES_OFFSET)),
                block.get(Bytes.U64, STORE_ID_OFFSET),
                block.get(Bytes.U64, STORE_ID_OFFSET + Long.BYTES),
                block.get(Bytes.U64, CREATED_MILLIS_OFFSET));
    }

    private static PageSize pageSize(int pageBytes) {
        try {
            return new PageSize(pageBytes);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedFormatException("damaged header: " + e.getMessage(), e);
        }
    }

    /** Takes the pages that hold header and slots out of the free ones. */
    void reserve(FreeMap free) {
        takeOverlapping(free, 0, DurableSlot.position(1) + Block.BYTES);
        takeOverlapping(free, COPY_POSITION, END);
    }

    private void takeOverlapping(FreeMap free, long from, long to) {
        long first = from >>> pageSize.shift();
        long last = (to - 1) >>> pageSize.shift();
        for (long page = first; page <= last; page++) {
            if (free.isFree(page)) {
                free.take(page, 1);
            }
        }
    }

    /** {@return length of a file that has the header and no page behind it: whole pages} */
    long endBytes() {
        return (END + pageSize.bytes() - 1) >>> pageSize.shift() << pageSize.shift();
    }

    /** {@return length of the file in which {@code endPage} is one past the last page needed} */
    long fileBytes(long endPage) {
        long end = Math.max(endPage << pageSize.shift(), endBytes());
        return (end + Block.BYTES - 1) / Block.BYTES * Block.BYTES;
    }

    /** {@return whether a page overlaps header or slots} */
    public boolean holds(long page) {
        long from = page << pageSize.shift();
        long to = from + pageSize.bytes();
        return from < DurableSlot.position(1) + Block.BYTES || (from < END && to > COPY_POSITION);
    }
}
