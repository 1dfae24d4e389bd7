package dev.coppice.chronicle;

import dev.coppice.BytesView;
import dev.coppice.ColumnFamily;
import dev.coppice.KeyBuilder;
import dev.coppice.ReadHandle;
import dev.coppice.WriteHandle;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesMarshallable;

/**
 * Reads and writes values as Chronicle Bytes and as {@code BytesMarshallable} objects, through any
 * handle of a store. It owns memory that it uses again.
 *
 * {@snippet :
 * BytesAccess access = new BytesAccess();
 * access.write(writer, TICKS, key.reset().addLong(timestamp), tick);
 * boolean isThere = access.read(reader, TICKS, key, tick);
 * }
 *
 * <p>Keys are built with {@link KeyBuilder}; {@link #key} makes one of Bytes.
 *
 * <p>Thread safety: one thread at a time.
 */
public final class BytesAccess {
    private final KeyBuilder key = new KeyBuilder();
    private final Bytes<byte[]> value = Bytes.allocateElasticOnHeap(256);
    private byte[] keyBytes = new byte[64];
    private byte[] copied = new byte[256];
    private Bytes<byte[]> shown = Bytes.wrapForRead(copied);

    /** Creates an access with its own memory. */
    public BytesAccess() {}

    /**
     * Appends a value to {@code target}, at its write position.
     *
     * @return whether the key is there; if not, nothing is appended
     * @throws java.nio.BufferOverflowException when the target is not elastic and too short
     */
    public boolean get(
            ReadHandle handle, ColumnFamily family, KeyBuilder builtKey, Bytes<?> target) {
        int length = copy(handle, family, builtKey);
        if (length < 0) {
            return false;
        }
        target.write(copied, 0, length);
        return true;
    }

    /**
     * Lets an object read itself from a value.
     *
     * @return whether the key is there; if not, the object is left as it is
     */
    public boolean read(
            ReadHandle handle, ColumnFamily family, KeyBuilder builtKey, BytesMarshallable target) {
        int length = copy(handle, family, builtKey);
        if (length < 0) {
            return false;
        }
        target.readMarshallable(show(copied, 0, length));
        return true;
    }

    private int copy(ReadHandle handle, ColumnFamily family, KeyBuilder builtKey) {
        int length = handle.get(family, builtKey, copied, 0);
        while (length > copied.length) {
            copied = new byte[Math.max(length, 2 * copied.length)];
            length = handle.get(family, builtKey, copied, 0);
        }
        return length;
    }

    /** Stores the readable bytes of {@code source}, whose positions stay; returns whether new. */
    public boolean put(
            WriteHandle handle, ColumnFamily family, KeyBuilder builtKey, Bytes<?> source) {
        int length = Math.toIntExact(source.readRemaining());
        if (copied.length < length) {
            copied = new byte[Math.max(length, 2 * copied.length)];
        }
        source.read(source.readPosition(), copied, 0, length);
        return handle.put(family, builtKey, copied, 0, length);
    }

    /** Stores what an object writes of itself; returns whether the key is new. */
    public boolean write(
            WriteHandle handle,
            ColumnFamily family,
            KeyBuilder builtKey,
            BytesMarshallable source) {
        value.clear();
        source.writeMarshallable(value);
        return put(handle, family, builtKey, value);
    }

    /** {@return a key of the readable bytes; valid until the next call of this method} */
    public KeyBuilder key(Bytes<?> source) {
        int length = Math.toIntExact(source.readRemaining());
        if (keyBytes.length < length) {
            keyBytes = new byte[length];
        }
        source.read(source.readPosition(), keyBytes, 0, length);
        return key.set(keyBytes, 0, length);
    }

    /**
     * Shows a view without a copy. Reads outside of it throw {@link
     * java.nio.BufferUnderflowException}; the memory is an ordinary array of the handle.
     *
     * <p>Lifetime: until the next call on the view's handle or on this object, which uses the Bytes
     * again. Use them for reading only.
     */
    public Bytes<byte[]> view(BytesView view) {
        return show(view.array(), view.offset(), view.length());
    }

    @SuppressWarnings("ReferenceEquality") // Whether it is the same array is the question.
    private Bytes<byte[]> show(byte[] array, int offset, int length) {
        if (shown.underlyingObject() != array) {
            shown = Bytes.wrapForRead(array);
        }
        shown.clear();
        shown.readPositionRemaining(offset, length);
        return shown;
    }
}
