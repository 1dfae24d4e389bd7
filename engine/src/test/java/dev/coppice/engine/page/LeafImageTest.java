package dev.coppice.engine.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An image shows every entry of a leaf, however full that is, and whatever it held before. */
class LeafImageTest {
    private static final int PAGE_BYTES = 4096;
    private static final byte[] NO_PREFIX = {};

    private final LeafImage image = new LeafImage(PAGE_BYTES);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 100, 127, 128, 500, 900})
    void showsEveryEntryOfALeafThatFillsUp(int valueBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(2L * PAGE_BYTES);
            LeafPage.init(s, PAGE_BYTES, false, 1, 1, 0, NO_PREFIX, 0);
            int count = 0;
            int payload = LeafPage.payloadBytes(false, valueBytes, false);
            while (LeafPage.fits(s, PAGE_BYTES, PAGE_BYTES, Integer.BYTES, payload)) {
                loadGarbage(arena);
                append(s, count, payload, valueBytes);
                count++;
                image.load(s, PAGE_BYTES);
                assertEquals(count, image.count());
                for (int index = 0; index < count; index++) {
                    checkEntry(index, valueBytes);
                }
            }
            assertTrue(count > 3, "entries: " + count);
        }
    }

    @Test
    void refusesAnEntryBelowTheHeap() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(2L * PAGE_BYTES);
            LeafPage.init(s, PAGE_BYTES, false, 1, 1, 0, NO_PREFIX, 0);
            int payload = LeafPage.payloadBytes(false, 500, false);
            int count = 0;
            while (LeafPage.fits(s, PAGE_BYTES, PAGE_BYTES, Integer.BYTES, payload)) {
                append(s, count++, payload, 500);
            }
            Bytes.u16(s, PAGE_BYTES + SlottedPage.HEAP_BYTES_OFFSET, PAGE_BYTES / 2 + 100);
            image.load(s, PAGE_BYTES);
            int last = count - 1;
            assertThrows(CorruptStoreException.class, () -> image.valueRange(last));
            assertThrows(CorruptStoreException.class, () -> image.keyBytes(last));
            checkEntry(0, 500);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void tellsWhichKeysEndOutsideTheLeaf(int pageBytes) {
        int inline = PageSize.inlineKeyBytes(pageBytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(2L * pageBytes);
            LeafPage.init(s, pageBytes, true, 1, 1, 0, NO_PREFIX, 0);
            int[] lengths = {5, inline, inline + 1};
            for (int index = 0; index < lengths.length; index++) {
                int flags = lengths[index] > inline ? LeafPage.LONG_KEY : 0;
                insert(s, pageBytes, index, lengths[index], flags);
            }
            var leaf = new LeafImage(pageBytes);
            leaf.load(s, pageBytes);
            for (int index = 0; index < lengths.length; index++) {
                assertEquals(lengths[index] > inline, leaf.isLongKey(index), "index " + index);
                assertEquals(lengths[index], leaf.keyBytes(index));
                assertEquals(lengths[index] > inline, leaf.isLongKey(index), "index " + index);
            }
            leaf.leaveOut(0);
            assertFalse(leaf.isLongKey(0));
            assertTrue(leaf.isLongKey(1));
        }
    }

    @ParameterizedTest
    @CsvSource({"512, false", "512, true", "4096, false", "4096, true"})
    void refusesALongKeyWithoutItsFlag(int pageBytes, boolean isExt) {
        int inline = PageSize.inlineKeyBytes(pageBytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(2L * pageBytes);
            LeafPage.init(s, pageBytes, isExt, 1, 1, 0, NO_PREFIX, 0);
            insert(s, pageBytes, 0, inline, 0);
            assertNull(PageStructure.flaw(s, pageBytes, pageBytes));
            insert(s, pageBytes, 1, inline + 1, 0);
            String flaw = PageStructure.flaw(s, pageBytes, pageBytes);
            assertEquals("entry 1: flags 0 of a key of " + (inline + 1) + " bytes", flaw);
            var leaf = new LeafImage(pageBytes);
            leaf.load(s, pageBytes);
            assertFalse(leaf.isLongKey(1));
            assertEquals(inline, leaf.keyBytes(0));
            assertThrows(CorruptStoreException.class, () -> leaf.keyBytes(1));
        }
    }

    @Test
    void aKeyBehindAnotherNeedsOnlyWhatFollowsThePrefix() {
        byte[] prefix = "a prefix of 18 by ".getBytes(US_ASCII);
        byte[] target = new byte[100];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(2L * PAGE_BYTES);
            LeafPage.init(s, PAGE_BYTES, false, 1, 1, 0, prefix, prefix.length);
            int payload = LeafPage.payloadBytes(false, 0, false);
            int count = 40;
            for (int i = 0; i < count; i++) {
                byte[] key = keyOf(prefix, i);
                LeafPage.insert(s, PAGE_BYTES, PAGE_BYTES, i, key, key.length, 0, payload);
            }
            image.load(s, PAGE_BYTES);
            image.copyKey(count / 2, target, 0);
            for (int i = 0; i < count; i++) {
                image.copyNextKey(i, null, target);
                byte[] key = Arrays.copyOf(target, image.keyBytes(i));
                assertArrayEquals(keyOf(prefix, i), key, "key " + i);
                byte[] whole = new byte[key.length];
                image.copyKey(i, whole, 0);
                assertArrayEquals(key, whole, "key " + i);
            }
            s.set(Bytes.U8, SlottedPage.entry(s, PAGE_BYTES, 0), (byte) (prefix.length - 2));
            image.load(s, PAGE_BYTES);
            assertThrows(CorruptStoreException.class, () -> image.copyKey(0, target, 0));
            assertThrows(CorruptStoreException.class, () -> image.copyNextKey(0, null, target));
            assertEquals(prefix.length + 1, image.keyBytes(1));
        }
    }

    /** {@return a key that ends in as many bytes as its index says} */
    private static byte[] keyOf(byte[] prefix, int index) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + index);
        Arrays.fill(key, prefix.length, key.length, (byte) 'z');
        return key;
    }

    @Test
    void aShortKeyWithTheFlagIsAFlaw() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(2L * PAGE_BYTES);
            LeafPage.init(s, PAGE_BYTES, true, 1, 1, 0, NO_PREFIX, 0);
            insert(s, PAGE_BYTES, 0, 5, LeafPage.LONG_KEY);
            String flaw = PageStructure.flaw(s, PAGE_BYTES, PAGE_BYTES);
            assertEquals("entry 0: flags 16 of a key of 5 bytes", flaw);
        }
    }

    /** Inserts a key that starts with its index, with an empty value or run behind it. */
    private static void insert(MemorySegment s, int pageBytes, int index, int keyBytes, int flags) {
        byte[] key = new byte[keyBytes];
        key[0] = (byte) index;
        int payload = LeafPage.payloadBytes(false, 0, false);
        LeafPage.insert(s, pageBytes, pageBytes, index, key, keyBytes, flags, payload);
    }

    /** What was copied before must not show. */
    private void loadGarbage(Arena arena) {
        image.load(arena.allocate(PAGE_BYTES).fill((byte) 0xA5), 0);
    }

    private static void append(MemorySegment s, int index, int payload, int valueBytes) {
        byte[] key = key(index);
        long at = LeafPage.insert(s, PAGE_BYTES, PAGE_BYTES, index, key, key.length, 0, payload);
        at = Bytes.putVarint(s, at, valueBytes);
        MemorySegment.copy(value(index, valueBytes), 0, s, Bytes.U8, at, valueBytes);
    }

    private void checkEntry(int index, int valueBytes) {
        long range = image.valueRange(index);
        int offset = (int) (range >>> 32);
        assertEquals(valueBytes, (int) range);
        assertArrayEquals(
                value(index, valueBytes),
                Arrays.copyOfRange(image.bytes(), offset, offset + valueBytes));
        byte[] key = new byte[Integer.BYTES];
        image.copyKey(index, key, 0);
        assertArrayEquals(key(index), key);
        assertEquals(range, image.valueRange(index));
    }

    private static byte[] key(int index) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(index).array();
    }

    private static byte[] value(int index, int valueBytes) {
        byte[] value = new byte[valueBytes];
        Arrays.fill(value, (byte) (index + 1));
        return value;
    }
}
