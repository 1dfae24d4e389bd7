package dev.coppice.testkit.op;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Keys and values by number, those that trees find difficult among them: prefixes of each other,
 * runs of 0x00 and 0xFF, and lengths around every limit of a page. Stateless.
 */
public final class Keys {
    private static final byte[] EDGES = {0, 1, 0x7F, (byte) 0x80, (byte) 0xFE, (byte) 0xFF};
    private static final int[] KEY_LENGTHS = {
        1, 7, 8, 9, 63, 64, 65, 100, 118, 119, 120, 121, 127, 128, 129, 200, 246, 247, 248, 249,
        255, 256, 257, 400, 480, 511, 512, 513, 700, 1023, 1024, 1025, 2000
    };
    private static final int[] VALUE_LENGTHS = {
        0, 1, 15, 16, 100, 110, 119, 120, 121, 122, 127, 128, 129, 240, 246, 247, 248, 255, 256,
        257, 480, 508, 511, 512, 513, 1000, 1023, 1024, 1025, 4088, 4091, 4092, 4093, 4095, 4096,
        4097, 4100, 8184, 8188, 8192, 8193, 12_000
    };

    private Keys() {}

    /** {@return lengths of keys around every limit of a page, ascending} */
    public static List<Integer> keyLengths() {
        return IntStream.of(KEY_LENGTHS).boxed().toList();
    }

    /** {@return lengths of values around every limit of a page, ascending} */
    public static List<Integer> valueLengths() {
        return IntStream.of(VALUE_LENGTHS).boxed().toList();
    }

    /** {@return key {@code number}, always the same} */
    public static byte[] key(int number) {
        int ordinal = number / 8;
        return switch (number % 8) {
            case 0 -> repeated((byte) 'p', 1 + ordinal % 40);
            case 1 -> repeated((byte) 0, 1 + ordinal % 24);
            case 2 -> repeated((byte) 0xFF, 1 + ordinal % 24);
            case 3 -> edges(number, 1 + ordinal % 9);
            case 4 -> long_(number, KEY_LENGTHS[ordinal % KEY_LENGTHS.length]);
            default -> String.format("key%05d", number).getBytes(UTF_8);
        };
    }

    /** {@return a value, always the same; its length is one of those around a limit, or short} */
    public static byte[] value(int seed) {
        Random random = new Random(seed);
        boolean isShort = random.nextInt(4) != 0;
        int length =
                isShort ? random.nextInt(70) : VALUE_LENGTHS[random.nextInt(VALUE_LENGTHS.length)];
        byte[] value = new byte[length];
        random.nextBytes(value);
        return value;
    }

    private static byte[] repeated(byte each, int length) {
        byte[] key = new byte[length];
        Arrays.fill(key, each);
        return key;
    }

    private static byte[] edges(int seed, int length) {
        Random random = new Random(seed);
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = EDGES[random.nextInt(EDGES.length)];
        }
        return key;
    }

    /** Differs from its neighbours at the end only. */
    private static byte[] long_(int number, int length) {
        byte[] key = repeated((byte) 'x', length);
        byte[] tail = Integer.toString(number % 10).getBytes(UTF_8);
        System.arraycopy(tail, 0, key, Math.max(0, length - tail.length), Math.min(1, length));
        return key;
    }
}
