package dev.coppice;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value read where it lies in the store's mapping, without a copy: for values of many pages, of
 * which a part is wanted. The caller creates one and uses it again and again; {@link
 * ReadHandle#map(ColumnFamily, byte[], LargeValue)} fills it.
 *
 * <p>Numbers are little-endian and may start anywhere; positions count from the start of the value,
 * in bytes. Every access loads first and asks afterwards whether the handle still keeps the value:
 * it returns the right bytes or throws {@link SnapshotClosedException}, whatever is closed when.
 *
 * <p>Checksums are compared when the value is mapped, as {@link StoreConfig#verify} says.
 *
 * <p>Thread safety: that of the handle, for reading; one thread at a time maps. Lifetime: until the
 * handle is closed, moved or, for a transaction, used to write.
 */
public final class LargeValue {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(Storage.CHUNK_BYTES);

    /** No value is so long that it would cross a chunk of this length. */
    private static final int ONE_SEGMENT_SHIFT = 62;

    private final MemorySegment[] inlineSegment = new MemorySegment[1];
    private @Nullable ReadHandle handle;
    private long changes;
    private MemorySegment[] segments = inlineSegment;
    private int shift = CHUNK_SHIFT;
    private long start;
    private long length;

    /** Creates one without a value. */
    public LargeValue() {}

    /** Forgets the value. */
    void clear() {
        handle = null;
        length = 0;
    }

    /** Points to the value at a place of the handle's pages. */
    void map(ReadHandle newHandle, PageMap pages, long place) {
        clear();
        long pageId = place >>> 16;
        long run = TreeReader.run(pages, place);
        long bytes = TreeReader.valueBytes(pages, place);
        if (run < 0) {
            inlineSegment[0] = pages.segment(pageId);
            segments = inlineSegment;
            shift = ONE_SEGMENT_SHIFT;
            start = TreeReader.inlineValue(pages, place);
        } else {
            MemorySegment s = pages.segment(pageId);
            long first = Reference.pageId(Reference.word(s, run));
            pages.verifyRun(first, Reference.birth(s, run), bytes);
            segments = pages.chunks();
            shift = CHUNK_SHIFT;
            start = first * pages.pageBytes();
        }
        length = bytes;
        changes = newHandle.changes();
        handle = newHandle;
    }

    /**
     * {@return the length of the value in bytes}
     *
     * @throws IllegalStateException when nothing was mapped; as all methods here
     */
    public long length() {
        mapped();
        return length;
    }

    /**
     * {@return the byte at a position}
     *
     * @throws IndexOutOfBoundsException when it lies outside the value; as all methods here
     */
    public byte getByte(long at) {
        long position = place(at, Byte.BYTES);
        byte value;
        try {
            value = segment(position).get(BYTE, offset(position));
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        check();
        return value;
    }

    /** {@return the four bytes from a position on} */
    public int getInt(long at) {
        long position = place(at, Integer.BYTES);
        int value;
        try {
            value =
                    crosses(position, Integer.BYTES)
                            ? (int) pieces(position, Integer.BYTES)
                            : segment(position).get(INT, offset(position));
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        check();
        return value;
    }

    /** {@return the eight bytes from a position on} */
    public long getLong(long at) {
        long position = place(at, Long.BYTES);
        long value;
        try {
            value =
                    crosses(position, Long.BYTES)
                            ? pieces(position, Long.BYTES)
                            : segment(position).get(LONG, offset(position));
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        check();
        return value;
    }

    /** {@return the eight bytes from a position on, as a double} */
    public double getDouble(long at) {
        return Double.longBitsToDouble(getLong(at));
    }

    private long pieces(long position, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            long each = position + i;
            value = value << 8 | (segment(each).get(BYTE, offset(each)) & 0xFF);
        }
        return value;
    }

    /**
     * Copies a part of the value.
     *
     * @param at where it starts in the value
     */
    public void copyTo(long at, byte[] target, int offset, int bytes) {
        Objects.checkFromIndexSize(offset, bytes, target.length);
        long position = place(at, bytes);
        try {
            for (int done = 0; done < bytes; ) {
                long from = position + done;
                int piece = (int) Math.min(bytes - done, roomBehind(from));
                MemorySegment.copy(segment(from), BYTE, offset(from), target, offset + done, piece);
                done += piece;
            }
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        check();
    }

    /**
     * Copies a part of the value.
     *
     * @param at where it starts in the value
     */
    public void copyTo(long at, MemorySegment target, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, target.byteSize());
        Memory.checkWritable(target, offset);
        long position = place(at, bytes);
        try {
            for (long done = 0; done < bytes; ) {
                long from = position + done;
                long piece = Math.min(bytes - done, roomBehind(from));
                MemorySegment.copy(segment(from), offset(from), target, offset + done, piece);
                done += piece;
            }
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        check();
    }

    /**
     * {@return the value as a read-only part of the mapping, which nothing checks}
     *
     * <p>In a {@link StoreConfig#paranoid} store it is memory of the handle's own instead, and
     * throws {@link IllegalStateException} once the handle is closed or has moved. Otherwise, while
     * the store is open it can be read without harm; what it shows is undefined once the handle is
     * closed or has moved. It is not aligned: use layouts that say so.
     *
     * @throws IllegalStateException when the value crosses a chunk of the mapping, as some of more
     *     than 64 MiB do: read it through the other methods
     */
    public MemorySegment unsafeSegment() {
        place(0, 0);
        ReadHandle source = mapped();
        if (source.store.config().paranoid()) {
            return ownSegment(source);
        }
        if (length > roomBehind(start)) {
            throw new IllegalStateException(
                    "the value crosses a chunk of the mapping: length="
                            + length
                            + ", before the end of the chunk="
                            + roomBehind(start));
        }
        MemorySegment segment;
        try {
            segment = segment(start).asSlice(offset(start), length).asReadOnly();
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        check();
        return segment;
    }

    private MemorySegment ownSegment(ReadHandle source) {
        MemorySegment own;
        try {
            Arena arena = source.ownArena();
            if (arena == null) {
                throw new SnapshotClosedException("the handle is closed or has moved");
            }
            if (shift == ONE_SEGMENT_SHIFT) {
                MemorySegment copy = arena.allocate(length);
                copyTo(0, copy, 0, length);
                own = copy.asReadOnly();
            } else {
                own = source.store.map(start, length, arena);
            }
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
        check();
        return own;
    }

    private MemorySegment segment(long position) {
        return segments[(int) (position >>> shift)];
    }

    private long offset(long position) {
        return position & ((1L << shift) - 1);
    }

    private long roomBehind(long position) {
        return (1L << shift) - offset(position);
    }

    private boolean crosses(long position, int bytes) {
        return bytes > roomBehind(position);
    }

    private long place(long at, long bytes) {
        ReadHandle source = mapped();
        Objects.checkFromIndexSize(at, bytes, length);
        source.requireUsable();
        return start + at;
    }

    private ReadHandle mapped() {
        ReadHandle source = handle;
        if (source == null) {
            throw new IllegalStateException("no value is mapped");
        }
        return source;
    }

    private RuntimeException failure(Throwable fault) {
        check();
        return mapped().failure(fault);
    }

    private void check() {
        ReadHandle source = mapped();
        source.checkAfterRead();
        if (source.changes() != changes) {
            throw new SnapshotClosedException(
                    "the handle has moved or changed since the value was mapped");
        }
    }
}
