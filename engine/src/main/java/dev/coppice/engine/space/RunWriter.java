package dev.coppice.engine.space;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.ChunkChecksum;

/**
 * Writes an overflow run of the transaction's own, a piece after the other, its checksums behind
 * them; docs/file-format.md#overflow-run. What is written is a private copy, of which the checksums
 * are, so that a caller who changes the value meanwhile damages nothing.
 *
 * <p>Thread safety: the holder of the writer role. Lifetime: a run is that of the transaction, up
 * to its next savepoint; then another can be started.
 */
public final class RunWriter {
    private static final int PIECE_BYTES = 16 * Checksum.CHUNK_BYTES;

    private final WriteSet writes;
    private final ChunkChecksum checksum = new ChunkChecksum();
    private byte[] piece = new byte[Checksum.CHUNK_BYTES];
    private byte[] trailer = new byte[Integer.BYTES];

    // Of the running run.
    private long page;
    private int length;
    private int done;

    RunWriter(WriteSet writes) {
        this.writes = writes;
    }

    /** Starts a run of {@code runBytes} bytes in pages that the transaction has taken for it. */
    void start(long firstPage, int runBytes) {
        page = firstPage;
        length = runBytes;
        done = 0;
        if (piece.length < Math.min(runBytes, PIECE_BYTES)) {
            piece = new byte[PIECE_BYTES];
        }
        if (trailer.length < trailerBytes()) {
            trailer = new byte[trailerBytes()];
        }
    }

    private int trailerBytes() {
        return (int) ((length + Checksum.CHUNK_BYTES - 1L) / Checksum.CHUNK_BYTES) * Integer.BYTES;
    }

    /** {@return the first page of the run} */
    public long page() {
        return page;
    }

    /** {@return bytes of the whole value} */
    public int length() {
        return length;
    }

    /** Appends bytes: whole chunks, unless they are the last. */
    public void add(ValueSource bytes) {
        int count = bytes.length();
        assert done % Checksum.CHUNK_BYTES == 0;
        assert count <= length - done;
        int size;
        for (int from = 0; from < count; from += size) {
            size = Math.min(piece.length, count - from);
            bytes.copyTo(from, piece, size);
            writes.put(position() + done, piece, size);
            addChecksums(size);
            done += size;
        }
    }

    private void addChecksums(int size) {
        int index = done / Checksum.CHUNK_BYTES;
        for (int at = 0; at < size; at += Checksum.CHUNK_BYTES) {
            int chunkBytes = Math.min(Checksum.CHUNK_BYTES, size - at);
            int crc = checksum.of(page, writes.id(), index, piece, at, chunkBytes);
            Bytes.u32(trailer, index * Integer.BYTES, crc);
            index++;
        }
    }

    /** Writes the checksums, once all bytes are there. */
    public void finish() {
        assert done == length;
        writes.put(position() + length, trailer, trailerBytes());
    }

    private long position() {
        return page << writes.pageSize().shift();
    }
}
