package dev.coppice.perf.compare.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Reads all bytes of a value, some at once, so that it is the store that is measured. Stateless.
 */
final class Sums {
    private static final int BLOCK_BYTES = 4 * Long.BYTES;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private Sums() {}

    static long of(byte[] bytes, int offset, int length) {
        long sum = 0;
        int at = offset;
        int limit = offset + length;
        for (; at <= limit - BLOCK_BYTES; at += BLOCK_BYTES) {
            sum +=
                    (long) LONGS.get(bytes, at)
                            + (long) LONGS.get(bytes, at + Long.BYTES)
                            + (long) LONGS.get(bytes, at + 2 * Long.BYTES)
                            + (long) LONGS.get(bytes, at + 3 * Long.BYTES);
        }
        for (; at <= limit - Long.BYTES; at += Long.BYTES) {
            sum += (long) LONGS.get(bytes, at);
        }
        if (at <= limit - Integer.BYTES) {
            sum += (int) INTS.get(bytes, at);
            at += Integer.BYTES;
        }
        for (; at < limit; at++) {
            sum += bytes[at];
        }
        return sum;
    }

    static long of(DirectBuffer bytes) {
        int limit = bytes.capacity();
        long sum = 0;
        int at = 0;
        for (; at <= limit - BLOCK_BYTES; at += BLOCK_BYTES) {
            sum +=
                    bytes.getLong(at)
                            + bytes.getLong(at + Long.BYTES)
                            + bytes.getLong(at + 2 * Long.BYTES)
                            + bytes.getLong(at + 3 * Long.BYTES);
        }
        for (; at <= limit - Long.BYTES; at += Long.BYTES) {
            sum += bytes.getLong(at);
        }
        if (at <= limit - Integer.BYTES) {
            sum += bytes.getInt(at);
            at += Integer.BYTES;
        }
        for (; at < limit; at++) {
            sum += bytes.getByte(at);
        }
        return sum;
    }
}
