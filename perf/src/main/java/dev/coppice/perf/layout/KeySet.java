package dev.coppice.perf.layout;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** Keys of one kind in the order of their insertion, and the values that belong to them. */
final class KeySet {
    enum Kind {
        /** 16-byte zero-padded decimals of 0..n-1 in random order. */
        DECIMAL(16),
        /** 16 random bytes. */
        RANDOM(16),
        /** Ascending 8-byte big-endian timestamps, 100 to 2,000 ns apart. */
        TIMESTAMP(8),
        /**
         * One of 1,000 series (u64), then an ascending timestamp (u64): many equal 4-byte heads.
         */
        SERIES(16);

        private final int keyBytes;

        Kind(int keyBytes) {
            this.keyBytes = keyBytes;
        }
    }

    static final int VALUE_BYTES = 100;

    private static final long SEED = 20_250;
    private static final long FIRST_NANOS = 1_760_000_000_123_456_789L;
    private static final int SERIES_COUNT = 1_000;

    private final MemorySegment keys;
    private final int keyBytes;
    private final int count;

    private KeySet(MemorySegment keys, int keyBytes, int count) {
        this.keys = keys;
        this.keyBytes = keyBytes;
        this.count = count;
    }

    static KeySet of(Kind kind, Arena arena, int count) {
        MemorySegment keys = arena.allocate((long) count * kind.keyBytes, Long.BYTES);
        var random = new SplittableRandom(SEED);
        long nanos = FIRST_NANOS;
        for (int i = 0; i < count; i++) {
            long at = (long) i * kind.keyBytes;
            nanos += random.nextInt(100, 2_000);
            switch (kind) {
                case DECIMAL -> putDecimal(keys, at, i);
                case RANDOM -> putPair(keys, at, random.nextLong(), random.nextLong());
                case TIMESTAMP -> keys.set(Bytes.KEY_U64, at, nanos);
                case SERIES -> putPair(keys, at, random.nextInt(SERIES_COUNT), nanos);
            }
        }
        var set = new KeySet(keys, kind.keyBytes, count);
        return kind == Kind.DECIMAL ? set.shuffled(arena) : set;
    }

    private static void putPair(MemorySegment keys, long at, long first, long second) {
        keys.set(Bytes.KEY_U64, at, first);
        keys.set(Bytes.KEY_U64, at + Long.BYTES, second);
    }

    private static void putDecimal(MemorySegment keys, long at, int number) {
        int rest = number;
        for (int i = 15; i >= 0; i--) {
            keys.set(Bytes.U8, at + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }

    /** {@return the same keys in random order} */
    KeySet shuffled(Arena arena) {
        var random = new SplittableRandom(SEED + 1);
        MemorySegment copy = arena.allocate(keys.byteSize(), Long.BYTES);
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            MemorySegment.copy(copy, at(other), copy, at(i), keyBytes);
            MemorySegment.copy(keys, at(i), copy, at(other), keyBytes);
        }
        return new KeySet(copy, keyBytes, count);
    }

    MemorySegment segment() {
        return keys;
    }

    long at(int index) {
        return (long) index * keyBytes;
    }

    int keyBytes() {
        return keyBytes;
    }

    int count() {
        return count;
    }

    /** {@return the first word of the key's value; the last one is its complement} */
    long valueWord(int index) {
        long first = keys.get(Bytes.KEY_U64, at(index));
        long last = keys.get(Bytes.KEY_U64, at(index) + keyBytes - Long.BYTES);
        long mixed = (first * 0x9E3779B97F4A7C15L) ^ last;
        return (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
    }

    void putValue(MemorySegment value, int index) {
        long word = valueWord(index);
        for (int at = 0; at + Long.BYTES <= VALUE_BYTES; at += Long.BYTES) {
            value.set(Bytes.U64, at, word + at);
        }
        value.set(Bytes.U64, VALUE_BYTES - Long.BYTES, ~word);
    }
}
