package dev.coppice.agrona;

import dev.coppice.BytesView;
import dev.coppice.ColumnFamily;
import dev.coppice.KeyBuilder;
import dev.coppice.ReadHandle;
import dev.coppice.WriteHandle;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads and writes entries whose keys and values lie in Agrona's buffers, through any handle of a
 * store. It owns memory that it uses again, so that nothing is allocated once that is large enough.
 *
 * {@snippet :
 * BufferAccess access = new BufferAccess();
 * access.put(writer, TICKS, timestamp, encoder.buffer(), encoder.offset(), encoder.encodedLength());
 * int length = access.get(reader, TICKS, timestamp, target, 0);
 * BufferAccess.wrap(reader.view(TICKS, timestamp), flyweightBuffer);
 * }
 *
 * <p>Thread safety: one thread at a time.
 */
public final class BufferAccess {
    /** The option that the JVM needs for Agrona's buffers. */
    public static final String JVM_OPTION = "--add-exports java.base/jdk.internal.misc=ALL-UNNAMED";

    private final KeyBuilder key = new KeyBuilder();
    private byte[] keyBytes = new byte[64];
    private byte[] bytes = new byte[256];

    /**
     * Creates an access with its own memory.
     *
     * @throws IllegalStateException when the JVM was started without {@link #JVM_OPTION}
     */
    public BufferAccess() {
        try {
            new UnsafeBuffer(bytes).getByte(0);
        } catch (IllegalAccessError | NoClassDefFoundError | ExceptionInInitializerError e) {
            throw new IllegalStateException(
                    "Agrona's buffers need a JVM that was started with " + JVM_OPTION, e);
        }
    }

    /**
     * Copies a value into a buffer.
     *
     * @return its length, or -1 where the key is not there; when it is longer than the room behind
     *     {@code targetOffset}, and the buffer is not expandable, nothing is copied
     */
    public int get(
            ReadHandle handle,
            ColumnFamily family,
            DirectBuffer keyBuffer,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer target,
            int targetOffset) {
        return get(handle, family, key(keyBuffer, keyOffset, keyLength), target, targetOffset);
    }

    /**
     * As {@link #get(ReadHandle, ColumnFamily, DirectBuffer, int, int, MutableDirectBuffer, int)}.
     */
    public int get(
            ReadHandle handle,
            ColumnFamily family,
            long longKey,
            MutableDirectBuffer target,
            int targetOffset) {
        return get(handle, family, key.reset().addLong(longKey), target, targetOffset);
    }

    /**
     * As {@link #get(ReadHandle, ColumnFamily, DirectBuffer, int, int, MutableDirectBuffer, int)}.
     */
    public int get(
            ReadHandle handle,
            ColumnFamily family,
            KeyBuilder builtKey,
            MutableDirectBuffer target,
            int targetOffset) {
        if (targetOffset < 0 || targetOffset > target.capacity()) {
            throw new IllegalArgumentException(
                    "target: targetOffset=" + targetOffset + ", must be 0 to " + target.capacity());
        }
        int length = handle.get(family, builtKey, bytes, 0);
        while (length > bytes.length) {
            bytes = new byte[Math.max(length, 2 * bytes.length)];
            length = handle.get(family, builtKey, bytes, 0);
        }
        boolean fits = target.isExpandable() || length <= target.capacity() - targetOffset;
        if (length > 0 && fits) {
            target.putBytes(targetOffset, bytes, 0, length);
        }
        return length;
    }

    /** Stores an entry; returns whether the key is new. */
    public boolean put(
            WriteHandle handle,
            ColumnFamily family,
            DirectBuffer keyBuffer,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        KeyBuilder copied = key(keyBuffer, keyOffset, keyLength);
        return put(handle, family, copied, value, valueOffset, valueLength);
    }

    /** Stores an entry; returns whether the key is new. */
    public boolean put(
            WriteHandle handle,
            ColumnFamily family,
            long longKey,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        KeyBuilder built = key.reset().addLong(longKey);
        return put(handle, family, built, value, valueOffset, valueLength);
    }

    /** Stores an entry; returns whether the key is new. */
    public boolean put(
            WriteHandle handle,
            ColumnFamily family,
            KeyBuilder builtKey,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        Objects.checkFromIndexSize(valueOffset, valueLength, value.capacity());
        if (bytes.length < valueLength) {
            bytes = new byte[Math.max(valueLength, 2 * bytes.length)];
        }
        value.getBytes(valueOffset, bytes, 0, valueLength);
        return handle.put(family, builtKey, bytes, 0, valueLength);
    }

    /**
     * {@return a key with these bytes, for any operation of a handle; valid until the next call on
     * this object}
     */
    public KeyBuilder key(DirectBuffer buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        if (keyBytes.length < length) {
            keyBytes = new byte[length];
        }
        buffer.getBytes(offset, keyBytes, 0, length);
        return key.set(keyBytes, 0, length);
    }

    /**
     * Wraps a buffer around a view: nothing is copied, and what the buffer shows is an ordinary
     * array of the handle, never the store's mapped memory.
     *
     * <p>Lifetime: that of the view, until the next call on its handle; later the buffer shows
     * other bytes of the same handle. Use it for reading only.
     */
    public static void wrap(BytesView view, DirectBuffer target) {
        target.wrap(view.array(), view.offset(), view.length());
    }
}
