package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;

/**
 * CRC32C of pages and blocks, always over a private copy (invariant P3).
 *
 * <p>Thread safety: one thread; each user has its own.
 */
public final class Checksum {
    /** Bytes of a value under one checksum in an overflow run. */
    public static final int CHUNK_BYTES = 4096;

    private final byte[] copy;
    private final CRC32C crc = new CRC32C();

    public Checksum(int pageBytes) {
        copy = new byte[Math.max(pageBytes, CHUNK_BYTES)];
    }

    /** {@return the checksum that a sealed page carries; never 0} */
    public int ofPage(MemorySegment segment, long page, int pageBytes) {
        int body = pageBytes - PageHeader.TYPE_OFFSET;
        int value = of(segment, page + PageHeader.TYPE_OFFSET, body);
        return value == 0 ? 1 : value;
    }

    /** {@return the checksum of plain bytes} */
    public int of(MemorySegment segment, long position, int length) {
        crc.reset();
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, position, copy, 0, length);
        crc.update(copy, 0, length);
        return (int) crc.getValue();
    }
}
