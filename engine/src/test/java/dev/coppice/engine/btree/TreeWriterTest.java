package dev.coppice.engine.btree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.OverflowRun;
import dev.coppice.engine.page.Reference;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single properties of puts and deletes, most of them once broken. */
class TreeWriterTest {
    private final SplittableRandom random = new SplittableRandom(11);

    @Test
    void rangeWithBoundsInReverseRemovesNothing() {
        try (TreeLab lab = new TreeLab(512)) {
            lab.begin(false);
            for (int i = 0; i < 500; i++) {
                put(lab, key("k%04d".formatted(i)), new byte[8]);
            }
            assertEquals(
                    0, deleteRange(lab, key("k%04d".formatted(300)), key("k%04d".formatted(100))));
            assertEquals(
                    0, deleteRange(lab, key("k%04d".formatted(300)), key("k%04d".formatted(300))));
            lab.commit();
            lab.verify();
        }
    }

    @Test
    void rangeWithoutEntriesCopiesNoPage() {
        try (TreeLab lab = new TreeLab(512)) {
            lab.begin(false);
            for (int i = 0; i < 500; i++) {
                put(lab, key("k%04d".formatted(i)), new byte[8]);
            }
            lab.commit();
            lab.begin(false);
            assertEquals(
                    0,
                    deleteRange(lab, key("k%04dx".formatted(300)), key("k%04dy".formatted(300))));
            assertEquals(0, lab.writes.allocated().pages());
            lab.commit();
        }
    }

    /**
     * A branch whose entries are all removed must not be merged while its own parent is repaired.
     */
    @Test
    void rangeThatEmptiesTheLeftEdgeLeavesTheRightEdgeIntact() {
        for (int from = 0; from < 600; from += 37) {
            for (int to = from + 1; to < 600; to += 53) {
                try (TreeLab lab = new TreeLab(512)) {
                    lab.begin(false);
                    for (int i = 0; i < 600; i++) {
                        put(lab, longKey(i), new byte[4]);
                    }
                    assertEquals(to - from, deleteRange(lab, longKey(from), longKey(to)));
                    lab.commit();
                    lab.verify();
                    lab.accountForPages();
                }
            }
        }
    }

    /** Long keys that move to a neighbour take the flag for their runs along. */
    @Test
    void shiftedLongKeysKeepTheFlagForTheirRuns() {
        try (TreeLab lab = new TreeLab(512)) {
            lab.begin(false);
            for (int i = 0; i < 3000; i++) {
                byte[] key = key("%c%03d".formatted('a' + random.nextInt(8), random.nextInt(1000)));
                boolean isLong = key[0] % 2 == 0;
                put(lab, isLong ? Arrays.copyOf(key, 70) : key, new byte[0]);
                if (i % 100 == 0) {
                    lab.accountForPages();
                }
            }
            lab.commit();
            lab.verify();
            lab.accountForPages();
        }
    }

    /** The branch that is rebuilt for a shift does not get into the way of the two leaves. */
    @Test
    void shiftThatRebuildsTheBranchKeepsBothLeaves() {
        try (TreeLab lab = new TreeLab(512)) {
            lab.begin(false);
            byte[] stem = new byte[60];
            random.nextBytes(stem);
            for (int i = 0; i < 4000; i++) {
                byte[] key = Arrays.copyOf(stem, random.nextInt(1, 60));
                key[random.nextInt(key.length)] = (byte) random.nextInt(256);
                put(lab, key, new byte[random.nextInt(20)]);
            }
            lab.commit();
            lab.verify();
            lab.accountForPages();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overflowValueOverwrittenInOneTransactionReusesItsRun(boolean isPositional) {
        try (TreeLab lab = new TreeLab(4096)) {
            lab.begin(isPositional);
            for (int i = 0; i < 1000; i++) {
                byte[] value = new byte[40_000 - random.nextInt(8000)];
                random.nextBytes(value);
                put(lab, key("k%d".formatted(i % 3)), value);
            }
            long allocated = lab.writes.allocated().pages();
            assertTrue(allocated < 400, "pages for three values: " + allocated);
            lab.commit();
            lab.verify();
            lab.accountForPages();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096, 16_384})
    void anyPartOfAnOverflowValueCanBeRead(int pageBytes) {
        try (TreeLab lab = new TreeLab(pageBytes)) {
            byte[] value = new byte[20_123];
            random.nextBytes(value);
            lab.begin(false);
            put(lab, key("k"), value);
            lab.commit();
            MemorySegment s = lab.committed().segment(lab.roots[0].pageId());
            long page = lab.committed().position(lab.roots[0].pageId());
            long run = LeafPage.valueRun(s, page, pageBytes, 0);
            long first = Reference.pageId(Reference.word(s, run));
            long birth = Reference.birth(s, run);
            byte[] target = new byte[value.length + 8];
            for (int i = 0; i < 500; i++) {
                int from = random.nextInt(value.length);
                int length = random.nextInt(value.length - from + 1);
                OverflowRun.read(
                        lab.committed(), first, birth, value.length, from, target, 3, length);
                assertTrue(Arrays.equals(value, from, from + length, target, 3, 3 + length));
            }
            assertThrows(
                    CorruptStoreException.class,
                    () ->
                            OverflowRun.read(
                                    lab.committed(),
                                    first,
                                    birth,
                                    value.length,
                                    1,
                                    target,
                                    0,
                                    20_123));
            assertThrows(
                    CorruptStoreException.class,
                    () ->
                            OverflowRun.read(
                                    lab.committed(),
                                    first,
                                    birth + 1,
                                    value.length,
                                    0,
                                    target,
                                    0,
                                    1));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void valuesMayReachAcrossChunksOfTheMapping(boolean isPositional) {
        try (TreeLab lab = new TreeLab(4096)) {
            int[] lengths = {40 << 20, 40 << 20, Storage.CHUNK_BYTES + 12_345, 1 << 20};
            lab.begin(isPositional);
            for (int i = 0; i < lengths.length; i++) {
                byte[] value = new byte[lengths[i]];
                random.nextBytes(value);
                put(lab, key("k%d".formatted(i)), value);
            }
            lab.commit();
            lab.verify();
            lab.accountForPages();
            lab.begin(isPositional);
            assertTrue(lab.writer.delete(lab.roots[0], key("k%d".formatted(2)), 2));
            lab.models.get(0).remove(key("k%d".formatted(2)));
            lab.commit();
            lab.verify();
            lab.accountForPages();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void treeOfMoreThanOneChunkHoldsAllEntries(boolean isPositional) {
        try (TreeLab lab = new TreeLab(4096)) {
            for (int txn = 0; txn < 2; txn++) {
                lab.begin(isPositional);
                for (int i = 0; i < 50_000; i++) {
                    byte[] key = new byte[8];
                    random.nextBytes(key);
                    put(lab, key, new byte[800]);
                }
                lab.commit();
            }
            assertTrue(lab.storage.size() > Storage.CHUNK_BYTES);
            lab.verify();
            lab.accountForPages();
        }
    }

    @Test
    void appendRefusesKeysThatAreNotAboveAllOthers() {
        try (TreeLab lab = new TreeLab(512)) {
            lab.begin(false);
            for (int i = 0; i < 300; i++) {
                byte[] key = key("k%04d".formatted(i));
                assertTrue(lab.writer.append(lab.roots[0], key, key.length, key, 0, key.length));
                assertFalse(lab.writer.append(lab.roots[0], key, key.length, key, 0, key.length));
                byte[] lower = key("k%04d".formatted(i / 2));
                assertFalse(lab.writer.append(lab.roots[0], lower, 5, lower, 0, 5));
                lab.models.get(0).put(key, key);
            }
            lab.commit();
            lab.verify();
        }
    }

    /** Pages of a leaf with flags and of one without are merged too. */
    @Test
    void leavesThatDeletesEmptyAreMergedWhateverTheirValuesAre() {
        try (TreeLab lab = new TreeLab(512)) {
            lab.begin(false);
            for (int i = 0; i < 2000; i++) {
                put(lab, key("k%04d".formatted(i)), new byte[i % 16 == 0 ? 400 : 10]);
            }
            lab.commit();
            lab.begin(false);
            for (int i = 0; i < 2000; i++) {
                if (i % 50 != 0) {
                    byte[] key = key("k%04d".formatted(i));
                    assertTrue(lab.writer.delete(lab.roots[0], key, key.length));
                    lab.models.get(0).remove(key);
                }
            }
            lab.commit();
            lab.verify();
            lab.accountForPages();
            long used = lab.freeMap.pages() - lab.freeMap.free();
            assertTrue(used < 60, "pages for 40 entries, 5 of them with a run: " + used);
        }
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] longKey(int i) {
        byte[] key = new byte[60];
        Arrays.fill(key, (byte) 'p');
        System.arraycopy(key("%04d".formatted(i)), 0, key, 56, 4);
        return key;
    }

    private static void put(TreeLab lab, byte[] key, byte[] value) {
        lab.writer.put(lab.roots[0], key, key.length, value, 0, value.length);
        lab.models.get(0).put(key, value);
    }

    private static long deleteRange(TreeLab lab, byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) < 0) {
            lab.models.get(0).subMap(from, to).clear();
        }
        return lab.writer.deleteRange(lab.roots[0], from, to);
    }
}
