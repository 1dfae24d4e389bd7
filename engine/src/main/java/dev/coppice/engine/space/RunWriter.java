package dev.coppice.engine.space;

import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.OverflowRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes an overflow run of the transaction's own, a piece after the other, its checksums behind
 * them; docs/file-format.md#overflow-run.
 *
 * <p>Thread safety: the holder of the writer role. Lifetime: that of the transaction, up to its
 * next savepoint.
 */
public final class RunWriter {
    private final WriteSet writes;
    private final long page;
    private final int length;
    private final byte[] trailer;
    private final ByteBuffer words;
    private final CRC32C crc = new CRC32C();
    private final byte[] chunk;
    private int done;

    /** Starts a run of {@code length} bytes in pages that the transaction has taken for it. */
    RunWriter(WriteSet writes, long page, int length) {
        int chunks = (int) ((length + Checksum.CHUNK_BYTES - 1L) / Checksum.CHUNK_BYTES);
        this.writes = writes;
        this.page = page;
        this.length = length;
        this.trailer = new byte[chunks * Integer.BYTES];
        this.words = ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN);
        this.chunk = new byte[Math.min(length, Checksum.CHUNK_BYTES)];
    }

    /** {@return the first page of the run} */
    public long page() {
        return page;
    }

    /** {@return bytes of the whole value} */
    public int length() {
        return length;
    }

    /** Appends bytes: whole chunks, unless it is the last piece. */
    public void add(ValueSource bytes) {
        int count = bytes.length();
        assert done % Checksum.CHUNK_BYTES == 0;
        assert count <= length - done;
        writes.put(position() + done, bytes);
        int chunks = (int) ((count + Checksum.CHUNK_BYTES - 1L) / Checksum.CHUNK_BYTES);
        int first = done / Checksum.CHUNK_BYTES;
        for (int i = 0; i < chunks; i++) {
            int at = i * Checksum.CHUNK_BYTES;
            int size = Math.min(Checksum.CHUNK_BYTES, count - at);
            bytes.copyTo(at, chunk, size);
            words.putInt(OverflowRun.chunkCrc(crc, page, writes.id(), first + i, chunk, 0, size));
        }
        done += count;
    }

    /** Writes the checksums, once all bytes are there. */
    public void finish() {
        assert done == length;
        writes.putTrailer(position() + length, trailer);
    }

    private long position() {
        return page << writes.pageSize().shift();
    }
}
