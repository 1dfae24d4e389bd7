package dev.coppice.engine.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.error.CorruptStoreException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FamilyRecordTest {
    private static final long WORD = 0x0001_1234_5678_9ABCL;

    @Test
    void newRecordHasAnEmptyTree() {
        byte[] record = FamilyRecord.create(7);
        assertEquals("010407000000" + "0218" + "00".repeat(24), HexFormat.of().formatHex(record));
        assertEquals(7, FamilyRecord.familyId(record));
        assertEquals(0, FamilyRecord.rootWord(record));
    }

    @Test
    void anotherRootLeavesTheRest() {
        byte[] record = FamilyRecord.create(-2);
        FamilyRecord.putRoot(record, WORD, 5, 6);
        assertEquals(-2, FamilyRecord.familyId(record));
        assertEquals(WORD, FamilyRecord.rootWord(record));
        assertEquals(5, FamilyRecord.rootBirth(record));
        assertEquals(6, FamilyRecord.entryCount(record));
        FamilyRecord.putRoot(record, 0, 0, 0);
        assertArrayEquals(FamilyRecord.create(-2), record);
    }

    @Test
    void fieldsOfLaterVersionsAreKept() {
        byte[] created = FamilyRecord.create(7);
        byte[] later = Arrays.copyOf(created, created.length + 5);
        System.arraycopy(new byte[] {9, 3, 'a', 'b', 'c'}, 0, later, created.length, 5);
        byte[] record = later.clone();
        FamilyRecord.putRoot(record, WORD, 5, 6);
        assertEquals(WORD, FamilyRecord.rootWord(record));
        assertArrayEquals(
                Arrays.copyOfRange(later, created.length, later.length),
                Arrays.copyOfRange(record, created.length, record.length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01",
                "0104",
                "010401000000",
                "02180000",
                "0200",
                "0104010000000103010203"
            })
    void otherBytesAreRefused(String hex) {
        byte[] record = HexFormat.of().parseHex(hex);
        assertThrows(CorruptStoreException.class, () -> FamilyRecord.rootWord(record));
    }

    @Test
    void anyBytesAreReadOrRefused() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 100_000; i++) {
            byte[] record = FamilyRecord.create(random.nextInt());
            record = Arrays.copyOf(record, random.nextInt(record.length + 4));
            for (int flips = random.nextInt(4); flips > 0 && record.length > 0; flips--) {
                record[random.nextInt(record.length)] = (byte) random.nextInt();
            }
            try {
                long unused = FamilyRecord.rootBirth(record) + FamilyRecord.familyId(record);
                assertEquals(
                        unused, FamilyRecord.rootBirth(record) + FamilyRecord.familyId(record));
            } catch (CorruptStoreException e) {
                assertEquals(-1, e.pageId());
            }
        }
    }
}
