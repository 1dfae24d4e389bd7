package dev.coppice.perf.compare.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads all bytes of a value in an array. Stateless. */
final class Sums {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Sums() {}

    static long of(byte[] bytes, int offset, int length) {
        long sum = 0;
        int at = offset;
        int limit = offset + length;
        for (; at <= limit - Long.BYTES; at += Long.BYTES) {
            sum += (long) LONGS.get(bytes, at);
        }
        for (; at < limit; at++) {
            sum += bytes[at];
        }
        return sum;
    }
}
