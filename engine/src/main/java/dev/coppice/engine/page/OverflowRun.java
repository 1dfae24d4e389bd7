package dev.coppice.engine.page;

import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads overflow runs, comparing their checksums always, or as often as those of pages are;
 * docs/file-format.md#overflow-run.
 */
public final class OverflowRun {
    private OverflowRun() {}

    /** {@return the bytes of a long key behind its inline part} */
    public static byte[] readKeyTail(PageMap pages, MemorySegment s, long reference) {
        return readKeyTail(
                pages,
                Reference.pageId(Reference.word(s, reference)),
                Reference.birth(s, reference),
                Reference.count(s, reference));
    }

    /**
     * {@return as {@link #readKeyTail(PageMap, MemorySegment, long)}, from the reference's parts}
     */
    public static byte[] readKeyTail(PageMap pages, long pageId, long birth, long length) {
        if (length <= 0 || length > PageSize.MAX_KEY_BYTES) {
            throw new CorruptStoreException(
                    pageId, "length of a key run", "1 to " + PageSize.MAX_KEY_BYTES, length);
        }
        byte[] tail = new byte[(int) length];
        read(pages, pageId, birth, length, 0, tail, 0, tail.length);
        return tail;
    }

    /**
     * Copies a value for the caller of the store: checksums are compared where those of a page born
     * then would be, so that a run read again is only copied. Others {@link #read}.
     *
     * @throws CorruptStoreException when a checksum differs
     */
    public static void copy(
            PageMap pages, long firstPage, long birth, int runBytes, byte[] target, int at) {
        if (pages.isRunDue(firstPage, birth)) {
            read(pages, firstPage, birth, runBytes, 0, target, at, runBytes);
            pages.runVerified(firstPage);
        } else {
            pages.copyOut(firstPage, 0, target, at, runBytes);
        }
    }

    /** As {@link #copy(PageMap, long, long, int, byte[], int)}. */
    public static void copy(
            PageMap pages,
            long firstPage,
            long birth,
            long runBytes,
            MemorySegment target,
            long at) {
        pages.verifyRun(firstPage, birth, runBytes);
        pages.copyOut(firstPage, target, at, runBytes);
    }

    /**
     * Copies a part of a run, comparing its checksums in any case.
     *
     * @param runBytes length of the whole value in the run
     * @param from first byte wanted
     * @throws CorruptStoreException when a checksum of a chunk concerned differs
     */
    public static void read(
            PageMap pages,
            long firstPage,
            long birth,
            long runBytes,
            long from,
            byte[] target,
            int at,
            int length) {
        if (from < 0 || length < 0 || from > runBytes - length) {
            throw new CorruptStoreException(
                    firstPage,
                    "length of an overflow run",
                    "at least " + (from + length),
                    runBytes);
        }
        byte[] chunk = null;
        ChunkChecksum checksum = new ChunkChecksum();
        int done = 0;
        while (done < length) {
            long index = (from + done) / Checksum.CHUNK_BYTES;
            long start = index * Checksum.CHUNK_BYTES;
            int chunkBytes = (int) Math.min(Checksum.CHUNK_BYTES, runBytes - start);
            int skip = (int) (from + done - start);
            int wanted = Math.min(chunkBytes - skip, length - done);
            boolean whole = wanted == chunkBytes;
            if (!whole && chunk == null) {
                chunk = new byte[(int) Math.min(Checksum.CHUNK_BYTES, runBytes)];
            }
            byte[] into = whole ? target : chunk;
            int intoAt = whole ? at + done : 0;
            pages.copyOut(firstPage, start, into, intoAt, chunkBytes);
            verify(pages, checksum, firstPage, birth, runBytes, index, into, intoAt, chunkBytes);
            if (!whole) {
                System.arraycopy(chunk, skip, target, at + done, wanted);
            }
            done += wanted;
        }
    }

    /** Compares the checksums of a whole run. */
    public static void verify(PageMap pages, long firstPage, long birth, long runBytes) {
        byte[] chunk = new byte[(int) Math.min(Checksum.CHUNK_BYTES, runBytes)];
        for (long from = 0; from < runBytes; from += chunk.length) {
            int length = (int) Math.min(chunk.length, runBytes - from);
            read(pages, firstPage, birth, runBytes, from, chunk, 0, length);
        }
    }

    private static void verify(
            PageMap pages,
            ChunkChecksum checksum,
            long firstPage,
            long birth,
            long runBytes,
            long index,
            byte[] bytes,
            int at,
            int length) {
        byte[] word = new byte[Integer.BYTES];
        pages.copyOut(firstPage, runBytes + index * Integer.BYTES, word, 0, Integer.BYTES);
        int stored = ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getInt();
        int computed = checksum.of(firstPage, birth, index, bytes, at, length);
        if (stored != computed) {
            throw new CorruptStoreException(
                    firstPage,
                    "checksum of chunk " + index + " of an overflow run",
                    Integer.toHexString(computed),
                    Integer.toHexString(stored));
        }
    }
}
