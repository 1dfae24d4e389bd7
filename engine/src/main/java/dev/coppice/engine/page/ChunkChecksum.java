package dev.coppice.engine.page;

import java.util.zip.CRC32C;

/**
 * CRC32C of the chunks of overflow runs, which tells the run, its birth and the chunk, too;
 * docs/file-format.md#overflow-run.
 *
 * <p>Thread safety: one thread; each user has its own.
 */
public final class ChunkChecksum {
    private final CRC32C crc = new CRC32C();
    private final byte[] place = new byte[3 * Long.BYTES];

    /** {@return the checksum of one chunk, as it stands in the trailer} */
    public int of(long firstPage, long birth, long index, byte[] bytes, int at, int length) {
        Bytes.u64(place, 0, firstPage);
        Bytes.u64(place, Long.BYTES, birth);
        Bytes.u64(place, 2 * Long.BYTES, index);
        crc.reset();
        crc.update(place, 0, place.length);
        crc.update(bytes, at, length);
        return (int) crc.getValue();
    }
}
