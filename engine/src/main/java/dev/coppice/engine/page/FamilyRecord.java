package dev.coppice.engine.page;

import dev.coppice.error.CorruptStoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The catalogue's record of a column family, tagged fields in ascending order; table in
 * docs/file-format.md#catalogue. Fields with tags that this version does not know are kept.
 *
 * <p>Functions that read throw {@link CorruptStoreException} for bytes that are no such record.
 * Stateless.
 */
public final class FamilyRecord {
    private static final int TAG_FAMILY_ID = 1;
    private static final int TAG_ROOT = 2;
    private static final int FIELD_HEADER_BYTES = 2;

    private FamilyRecord() {}

    /** {@return the record of a new family, whose tree is empty} */
    public static byte[] create(int familyId) {
        byte[] record = new byte[2 * FIELD_HEADER_BYTES + Integer.BYTES + Reference.BYTES];
        littleEndian(record)
                .put((byte) TAG_FAMILY_ID)
                .put((byte) Integer.BYTES)
                .putInt(familyId)
                .put((byte) TAG_ROOT)
                .put((byte) Reference.BYTES);
        return record;
    }

    /** {@return the family's id} */
    public static int familyId(byte[] record) {
        return littleEndian(record).getInt(require(record, TAG_FAMILY_ID, Integer.BYTES));
    }

    /** {@return page id and flags of the reference to the root page, 0 for an empty tree} */
    public static long rootWord(byte[] record) {
        return littleEndian(record).getLong(root(record) + Reference.PAGE_OFFSET);
    }

    /** {@return the birth of the root page} */
    public static long rootBirth(byte[] record) {
        return littleEndian(record).getLong(root(record) + Reference.BIRTH_OFFSET);
    }

    /** {@return the entries in the family's tree} */
    public static long entryCount(byte[] record) {
        return littleEndian(record).getLong(root(record) + Reference.COUNT_OFFSET);
    }

    /** {@return the record with another root, all other fields as they were} */
    public static byte[] withRoot(byte[] record, long word, long birth, long count) {
        int at = root(record);
        byte[] changed = record.clone();
        littleEndian(changed)
                .putLong(at + Reference.PAGE_OFFSET, word)
                .putLong(at + Reference.BIRTH_OFFSET, birth)
                .putLong(at + Reference.COUNT_OFFSET, count);
        return changed;
    }

    private static int root(byte[] record) {
        return require(record, TAG_ROOT, Reference.BYTES);
    }

    /** {@return where the bytes of a field start} */
    private static int require(byte[] record, int tag, int fieldBytes) {
        int found = -1;
        int at = 0;
        int lastTag = -1;
        while (at < record.length) {
            if (at + FIELD_HEADER_BYTES > record.length) {
                throw damaged(record, "a field header is cut off at byte " + at);
            }
            int fieldTag = record[at] & 0xFF;
            int length = record[at + 1] & 0xFF;
            at += FIELD_HEADER_BYTES;
            if (fieldTag <= lastTag || at + length > record.length) {
                throw damaged(record, "field " + fieldTag + " is out of order or cut off");
            }
            if (fieldTag == tag && length == fieldBytes) {
                found = at;
            }
            lastTag = fieldTag;
            at += length;
        }
        if (found < 0) {
            throw damaged(record, "no field " + tag + " of " + fieldBytes + " bytes");
        }
        return found;
    }

    private static CorruptStoreException damaged(byte[] record, String what) {
        int shown = Math.min(record.length, 64);
        String bytes = Arrays.toString(Arrays.copyOf(record, shown));
        return new CorruptStoreException(-1, "family record: " + what + ": " + bytes);
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
