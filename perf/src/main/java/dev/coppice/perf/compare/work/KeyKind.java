package dev.coppice.perf.compare.work;

import dev.coppice.perf.figures.Entries;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Turns numbers into keys. All but RANDOM keep their order. Thread safety: immutable. */
public enum KeyKind {
    /** 16 decimal digits. */
    DECIMAL(16),
    /** 16 bytes that look random. */
    RANDOM(16),
    /** A number of 32 bits, highest byte first. */
    INTEGER(4),
    /** {@code key_} and eight digits, as SNKV's benchmark has them. */
    SNKV(12),
    /** {@code bulk_key_} and eight digits, likewise. */
    SNKV_BULK(17);

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int SNKV_DIGITS = 8;

    private final int bytes;

    KeyKind(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    void write(long number, byte[] target, int offset) {
        switch (this) {
            case DECIMAL -> Entries.key(number, target, offset);
            case RANDOM -> {
                long mixed = mixed(number + 1);
                LONGS.set(target, offset, mixed);
                LONGS.set(target, offset + Long.BYTES, mixed(mixed));
            }
            case INTEGER -> INTS.set(target, offset, Math.toIntExact(number));
            case SNKV -> words("key_", number, target, offset);
            case SNKV_BULK -> words("bulk_key_", number, target, offset);
        }
    }

    /** A one-to-one mixing of 64 bits. */
    private static long mixed(long number) {
        long x = number * 0x9E37_79B9_7F4A_7C15L;
        x = (x ^ (x >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return x ^ (x >>> 31);
    }

    private static void words(String prefix, long number, byte[] target, int offset) {
        for (int i = 0; i < prefix.length(); i++) {
            target[offset + i] = (byte) prefix.charAt(i);
        }
        long rest = number;
        for (int i = SNKV_DIGITS - 1; i >= 0; i--) {
            target[offset + prefix.length() + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
