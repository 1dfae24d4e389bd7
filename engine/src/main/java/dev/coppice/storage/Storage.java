package dev.coppice.storage;

import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Everything the engine does to the world: the data file, the live file beside it, and the identity
 * of both. An engine opened on a storage starts no thread and touches nothing else, so that an
 * implementation can simulate a disk and crash it at every step.
 *
 * <p>The <em>data file</em> is read through a read-only mapping and written in two ways: by stores
 * through a writable mapping, which are announced with {@link #stored}, and by positional {@link
 * #write}. Both see each other at once. The <em>live file</em> is volatile shared memory: it
 * survives the death of the process and nothing else.
 *
 * <p>The mapping comes in chunks of {@link #CHUNK_BYTES}. Growth appends chunks; only the last one
 * is ever replaced by a longer one over the same bytes. A chunk once handed out stays readable
 * until {@link #close}.
 *
 * <p>Thread safety: {@link #chunks}, {@link #size}, {@link #sync}, {@link #liveChunk} and {@link
 * #deliveryPoint} may be called by any thread; {@link #grow} is called by one thread at a time, and
 * so is {@link #truncate}; all others by the holder of the role that protects the bytes concerned.
 * An interrupt of the calling thread neither fails nor damages an operation, and the interrupt flag
 * is kept.
 *
 * <p>Errors: {@link StoreIoException} where the system fails an operation, {@link
 * StoreFullException} where space or the configured maximum ends.
 */
public interface Storage extends AutoCloseable {
    /** Length of every chunk of the mapping but the last. */
    int CHUNK_BYTES = 1 << 26;

    /**
     * Length of the largest pieces that the page cache of Linux keeps a file in, at multiples of
     * it: what grows by whole ones is mapped by one entry of the page table each.
     */
    int FOLIO_BYTES = 1 << 21;

    /** Length of every chunk of the live file. */
    int LIVE_CHUNK_BYTES = 1 << 16;

    /** How many chunks of the live file are ever used, however long it is. */
    int MAX_LIVE_CHUNKS = 2049;

    /** {@return whether no write, growth or cut is allowed} */
    boolean isReadOnly();

    /** {@return the bytes of the data file that were physically written, 0 before creation} */
    long size();

    /**
     * {@return bytes of the file that were physically written, as far as the processes of this boot
     * have told; {@link #size()} where they have not} What lies behind may be a hole.
     */
    default long writtenBytes() {
        return size();
    }

    /** {@return the largest size that {@link #grow} accepts, in bytes} */
    long maxSize();

    /**
     * Creates the data file with this content, atomically and durably: after a crash at any moment
     * the file is either absent, which {@link #size} shows as 0, or complete.
     *
     * <p>Requires: size() == 0.
     */
    void create(MemorySegment content);

    /**
     * Extends the data file to {@code newSize} bytes by physically writing zeros, so that no later
     * store into it can fail for lack of space; where another process has extended it meanwhile,
     * maps that and adds what is missing. On failure the size is what it was. The new bytes are
     * zero even where an earlier cut took others away.
     *
     * <p>Where no stores go through the mapping, each call maps the last chunk once more, and
     * mappings are kept until {@link #close}: a large store should grow in large steps then. {@link
     * #write} and {@link #sync} do not wait for it.
     *
     * <p>Requires: newSize is a multiple of 4096 and larger than size().
     */
    void grow(long newSize);

    /**
     * Cuts the data file. The caller guarantees that nobody touches what is cut.
     *
     * <p>Requires: newSize is a multiple of 4096 and at most size().
     */
    void truncate(long newSize);

    /**
     * {@return the read-only mapping of the bytes [0, size()); never modified, replaced on growth}
     */
    MemorySegment[] chunks();

    /** {@return the same bytes writable, for the holder of the writer role; as {@link #chunks}} */
    MemorySegment[] writableChunks();

    /**
     * {@return whether commits may store through the mapping; false where that can fault on a full
     * disk}
     */
    boolean canStoreThroughMapping();

    /**
     * Writes bytes of a native segment at a position below size(), without waiting for the medium.
     */
    void write(long position, MemorySegment source, long sourceOffset, long length);

    /** Announces that bytes of the data file were changed through the writable mapping. */
    void stored(long position, long length);

    /**
     * Waits until everything written or stored before this call, and the file's size, is on the
     * medium. When it throws, nothing is known about what is. Stores that were not announced with
     * {@link #stored} need not be covered.
     */
    void sync();

    /**
     * As {@link #sync()} for the given byte ranges and the file's size; may flush more.
     *
     * @param ranges pairs of position and length
     * @param count number of pairs
     */
    void sync(long[] ranges, int count);

    /**
     * {@return chunk {@code index} of the live file, zero-filled and appended, with those before
     * it, where it is missing} Bytes 256 to 511 and 12,288 to 16,383 of chunk 0 belong to the
     * storage; all may be other than zero from the start.
     */
    MemorySegment liveChunk(int index);

    /** {@return how many chunks the live file has now, possibly some from the start} */
    int liveChunkCount();

    /** Announces a change of the live file; {@code position} counts from its start. */
    void liveStored(long position, long length);

    /**
     * {@return bytes of the data file in memory that goes when the arena is closed; a copy, where
     * the storage cannot map them once more}
     *
     * <p>Requires: the bytes lie below size() and are not changed meanwhile.
     */
    default MemorySegment map(long position, long length, Arena arena) {
        MemorySegment copy = arena.allocate(length);
        MemorySegment[] chunks = chunks();
        for (long done = 0; done < length; ) {
            MemorySegment chunk = chunks[(int) ((position + done) / CHUNK_BYTES)];
            long from = (position + done) % CHUNK_BYTES;
            long piece = Math.min(length - done, chunk.byteSize() - from);
            MemorySegment.copy(chunk, from, copy, done, piece);
            done += piece;
        }
        return copy.asReadOnly();
    }

    /** {@return the processes that share the store; {@link Processes#NONE} where none can} */
    default Processes processes() {
        return Processes.NONE;
    }

    /**
     * Makes the mapping cover at least {@code bytes} of a data file that another process has grown,
     * or as many as it has.
     */
    default void reach(long bytes) {}

    /** {@return what tells this file in this boot of this machine from any other} */
    Identity identity();

    /**
     * Returns only after every fault of an earlier mapped store of this thread was delivered as an
     * {@link InternalError}.
     */
    void deliveryPoint();

    /** Releases the mappings, the files and the claim on the store. Idempotent. */
    @Override
    void close();
}
