package dev.coppice.engine.btree;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Keys and values that lie on the edges of the page layout. */
final class KeySource {
    /** What the keys of a run look like. */
    enum Kind {
        TINY_ALPHABET,
        RANDOM_16,
        ASCENDING,
        DESCENDING,
        CLUSTERED,
        LONG_PREFIX,
        LONG,
        MIXED
    }

    private static final byte[] ALPHABET = {0, (byte) 0xFF, 'a', 1};

    private final SplittableRandom random;
    private final Kind kind;
    private final int inline;
    private final int pageBytes;
    private final byte[] stem = new byte[65_536];
    private final boolean areValuesShort;
    private long counter = 1 << 20;

    KeySource(SplittableRandom random, Kind kind, int pageBytes) {
        this.random = random;
        this.kind = kind;
        this.inline = pageBytes / 4 - 64;
        this.pageBytes = pageBytes;
        areValuesShort = random.nextInt(3) == 0;
        random.nextBytes(stem);
        if (random.nextInt(3) == 0) {
            Arrays.fill(stem, random.nextBoolean() ? (byte) 0 : (byte) 0xFF);
        }
    }

    byte[] key() {
        return key(
                kind == Kind.MIXED
                        ? Kind.values()[random.nextInt(Kind.values().length - 1)]
                        : kind);
    }

    private byte[] key(Kind of) {
        return switch (of) {
            case TINY_ALPHABET -> tiny(1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 7));
            case RANDOM_16 -> number(random.nextInt(2000) * 0x9E3779B97F4A7C15L, 16);
            case ASCENDING -> number(counter + random.nextInt(2000), 8);
            case DESCENDING -> number(counter - random.nextInt(2000), 8);
            case CLUSTERED -> number((random.nextLong(8) << 40) + random.nextInt(300), 12);
            case LONG_PREFIX -> onStem(prefixLength(), tiny(random.nextInt(5)));
            case LONG -> onStem(longLength(), tiny(random.nextInt(3)));
            case MIXED -> throw new IllegalStateException();
        };
    }

    /** {@return a key above or below all that {@link #key} made, in the direction of the kind} */
    byte[] nextInOrder() {
        counter += kind == Kind.DESCENDING ? -1 : 1;
        return number(counter, 8);
    }

    private byte[] tiny(int length) {
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return key;
    }

    private static byte[] number(long value, int length) {
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = (byte) (value >>> (56 - 8 * (i & 7)));
        }
        return key;
    }

    private int prefixLength() {
        int[] lengths = {
            1, 4, 10, inline - 13, inline - 9, inline - 8, inline - 7, inline - 4, inline - 3
        };
        return lengths[random.nextInt(lengths.length)];
    }

    private int longLength() {
        int[] lengths = {
            inline - 2, inline - 1, inline, inline + 1, inline + 5, 2 * inline, 4096, 4200
        };
        return random.nextInt(60) == 0
                ? 65_534
                : lengths[random.nextInt(lengths.length)] + random.nextInt(2);
    }

    private byte[] onStem(int length, byte[] suffix) {
        byte[] key = Arrays.copyOf(stem, Math.min(65_536, length + suffix.length));
        System.arraycopy(suffix, 0, key, length, key.length - length);
        if (random.nextInt(4) == 0) {
            key[key.length - 1] ^= (byte) (1 << random.nextInt(8));
        }
        if (random.nextInt(4) == 0) {
            key[random.nextInt(key.length)] ^= 1;
        }
        return key;
    }

    byte[] value(int keyBytes) {
        byte[] value = new byte[valueBytes(keyBytes)];
        random.nextBytes(value);
        return value;
    }

    private int valueBytes(int keyBytes) {
        if (areValuesShort) {
            return random.nextInt(8);
        }
        int key = Math.min(keyBytes, inline);
        int limit = pageBytes / 4 - key - 15 - (keyBytes > inline ? 24 : 0);
        return switch (random.nextInt(24)) {
            case 0 -> 0;
            case 1 -> Math.max(0, limit);
            case 2 -> Math.max(0, limit - 1);
            case 3 -> Math.max(0, limit + 1);
            case 4 -> pageBytes - 4;
            case 5 -> pageBytes - 3;
            case 6 -> 4096 * random.nextInt(1, 4) + random.nextInt(-9, 9);
            case 7 -> random.nextInt(8) == 0 ? random.nextInt(100_000) : 127;
            case 8 -> 128;
            case 9, 10, 11 -> random.nextInt(pageBytes / 4);
            default -> random.nextInt(24);
        };
    }
}
