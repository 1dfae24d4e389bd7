package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class KeyBuilderTest {
    private final KeyBuilder key = new KeyBuilder();

    private String hex() {
        return HexFormat.of().formatHex(key.toBytes());
    }

    /** Every pair of parts has to sort as its keys do, in both directions, whatever follows. */
    private <T> void assertOrder(
            List<T> parts, Comparator<? super T> order, BiConsumer<KeyBuilder, T> add) {
        for (T left : parts) {
            for (T right : parts) {
                int expected = Integer.signum(order.compare(left, right));
                for (byte follower : new byte[] {-128, -1, 0, 127}) {
                    assertEquals(expected, compare(left, follower, right, add, false));
                    assertEquals(-expected, compare(left, follower, right, add, true));
                }
            }
        }
    }

    private <T> int compare(
            T left, byte follower, T right, BiConsumer<KeyBuilder, T> add, boolean isDescending) {
        byte[] one = key(left, follower, add, isDescending);
        byte[] other = key(right, follower, add, isDescending);
        return Integer.signum(Arrays.compareUnsigned(one, other));
    }

    private <T> byte[] key(
            T part, byte follower, BiConsumer<KeyBuilder, T> add, boolean isDescending) {
        key.reset();
        if (isDescending) {
            key.descending();
        }
        add.accept(key, part);
        return key.addByte(follower).toBytes();
    }

    @Test
    void integersSortAsNumbers() {
        List<Long> longs =
                List.of(Long.MIN_VALUE, -256L, -255L, -1L, 0L, 1L, 255L, 256L, Long.MAX_VALUE);
        assertOrder(longs, Comparator.naturalOrder(), KeyBuilder::addLong);
        assertOrder(
                longs, Comparator.comparingInt(Long::intValue), (k, n) -> k.addInt(n.intValue()));
        assertOrder(
                longs,
                Comparator.comparingInt(Long::shortValue),
                (k, n) -> k.addShort(n.shortValue()));
        assertOrder(
                longs,
                Comparator.comparingInt(Long::byteValue),
                (k, n) -> k.addByte(n.byteValue()));
    }

    @Test
    void doublesSortAsDoubleCompareDoes() {
        List<Double> doubles =
                List.of(
                        Double.NEGATIVE_INFINITY,
                        -1e300,
                        -1.5,
                        -Double.MIN_VALUE,
                        -0.0,
                        0.0,
                        Double.MIN_VALUE,
                        1.5,
                        Double.POSITIVE_INFINITY,
                        Double.NaN,
                        Double.longBitsToDouble(0xFFF8_0000_0000_0001L));
        assertOrder(doubles, Double::compare, KeyBuilder::addDouble);
    }

    @Test
    void textSortsByCodePointsAndShorterFirst() {
        List<String> texts =
                List.of(
                        "",
                        "\0",
                        "\0\0",
                        "\1",
                        "\1\1",
                        "a",
                        "a\0",
                        "a\0b",
                        "a\1",
                        "a\2",
                        "ab",
                        "b",
                        "é",
                        "\u07FF",
                        "\u0800",
                        "\uFFFD",
                        "\uD83D\uDE00");
        assertOrder(
                texts,
                (left, right) ->
                        Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray()),
                KeyBuilder::addUtf8);
    }

    @Test
    void terminatedBytesSortAsBytes() {
        Random random = new Random(1);
        List<byte[]> parts =
                random.ints(60, 0, 6)
                        .mapToObj(length -> {
                            byte[] part = new byte[length];
                            for (int i = 0; i < length; i++) {
                                part[i] = (byte) (random.nextInt(5) - 2);
                            }
                            return part;
                        })
                        .toList();
        assertOrder(parts, Arrays::compareUnsigned, KeyBuilder::addTerminated);
    }

    @Test
    void partsHaveTheBytesOfTheFormat() {
        assertEquals("800000000000002a", build(() -> key.addLong(42)));
        assertEquals("7fffffff", build(() -> key.addInt(-1)));
        assertEquals("8001", build(() -> key.addShort((short) 1)));
        assertEquals("ff", build(() -> key.addByte((byte) 127)));
        assertEquals("bff0000000000000", build(() -> key.addDouble(1.0)));
        assertEquals("400fffffffffffff", build(() -> key.addDouble(-1.0)));
        assertEquals("4501010102c3a900", build(() -> key.addUtf8("E\0\1é")));
        assertEquals("010100", build(() -> key.addTerminated(new byte[1])));
        assertEquals("baff", build(() -> key.descending().addUtf8("E")));
        assertEquals("0001ff", build(() -> key.addBytes(new byte[] {0, 1, -1})));
        assertEquals("7fffffff80000001", build(() -> key.descending().addInt(0).addInt(1)));
    }

    private String build(Runnable parts) {
        key.reset();
        parts.run();
        return hex();
    }

    @Test
    void keyIsSetFromArraysAndSegments() {
        byte[] source = {1, 2, 3, 4, 5};
        key.addLong(1).set(source, 1, 3);
        assertEquals("020304", hex());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(5);
            MemorySegment.copy(source, 0, segment, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, 5);
            key.set(segment, 3, 2);
            assertEquals("0405", key.toString());
            assertThrows(IndexOutOfBoundsException.class, () -> key.set(segment, 3, 3));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> key.set(source, 3, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> key.set(source, -1, 3));
        assertEquals(2, key.length());
    }

    @Test
    void keyBeyondTheLimitIsRefusedAndTheBuilderGoesOn() {
        key.addBytes(new byte[65_530]).addInt(1);
        assertEquals(65_534, key.length());
        assertTooLong("65538", () -> key.addInt(1));
        assertTooLong("65542", () -> key.addLong(1));
        assertTooLong("65537", () -> key.addUtf8("ab"));
        assertTooLong("65537", () -> key.addTerminated(new byte[] {1, 1}));
        assertTooLong("131070", () -> key.addBytes(new byte[65_536]));
        assertTooLong("65537", () -> key.set(new byte[70_000], 0, 65_537));
        key.reset().addBytes(new byte[65_534]).addShort((short) 1);
        assertEquals(65_536, key.length());
        assertArrayEquals(new byte[] {-128, 1}, Arrays.copyOfRange(key.toBytes(), 65_534, 65_536));
    }

    private void assertTooLong(String keyBytes, Runnable add) {
        var e = assertThrows(IllegalArgumentException.class, add::run);
        assertTrue(e.getMessage().contains("keyBytes=" + keyBytes), e.getMessage());
        assertTrue(e.getMessage().contains("max=65536"), e.getMessage());
    }

    @Test
    void halfOfASurrogatePairIsRefusedAndNothingIsAdded() {
        key.addInt(7);
        for (String text : List.of("ab\uD83D", "ab\uDE00", "ab\uD83Dc")) {
            var e = assertThrows(IllegalArgumentException.class, () -> key.addUtf8(text));
            assertTrue(e.getMessage().contains("index 2"), e.getMessage());
        }
        assertEquals("80000007", hex());
    }

    @Test
    void bytesWithoutAnEndHaveNoDescendingOrder() {
        assertThrows(IllegalStateException.class, () -> key.descending().addBytes(new byte[] {1}));
        assertThrows(NullPointerException.class, () -> key.reset().addUtf8(null));
        assertThrows(NullPointerException.class, () -> key.addBytes(null));
        assertThrows(NullPointerException.class, () -> key.addTerminated(null));
    }
}
