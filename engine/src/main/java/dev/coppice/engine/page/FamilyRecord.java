package dev.coppice.engine.page;

import dev.coppice.error.CorruptStoreException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
    private static final int TAG_TTL = 6;
    private static final int FIELD_HEADER_BYTES = TaggedFields.HEADER_BYTES;
    private static final TaggedFields FIELDS = new TaggedFields("family record");
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private FamilyRecord() {}

    /** {@return the record of a new family, whose tree is empty} */
    public static byte[] create(int familyId) {
        byte[] record = new byte[2 * FIELD_HEADER_BYTES + Integer.BYTES + Reference.BYTES];
        int root = FIELD_HEADER_BYTES + Integer.BYTES;
        record[0] = TAG_FAMILY_ID;
        record[1] = Integer.BYTES;
        INT.set(record, FIELD_HEADER_BYTES, familyId);
        record[root] = TAG_ROOT;
        record[root + 1] = Reference.BYTES;
        return record;
    }

    /** {@return the family's id} */
    public static int familyId(byte[] record) {
        return (int) INT.get(record, FIELDS.require(record, TAG_FAMILY_ID, Integer.BYTES));
    }

    /** {@return page id and flags of the reference to the root page, 0 for an empty tree} */
    public static long rootWord(byte[] record) {
        return (long) LONG.get(record, root(record) + Reference.PAGE_OFFSET);
    }

    /** {@return the birth of the root page} */
    public static long rootBirth(byte[] record) {
        return (long) LONG.get(record, root(record) + Reference.BIRTH_OFFSET);
    }

    /** {@return the entries in the family's tree} */
    public static long entryCount(byte[] record) {
        return (long) LONG.get(record, root(record) + Reference.COUNT_OFFSET);
    }

    /** Changes the root in a record and leaves all other fields as they are. */
    public static void putRoot(byte[] record, long word, long birth, long count) {
        int at = root(record);
        LONG.set(record, at + Reference.PAGE_OFFSET, word);
        LONG.set(record, at + Reference.BIRTH_OFFSET, birth);
        LONG.set(record, at + Reference.COUNT_OFFSET, count);
    }

    /** {@return how long an entry lives that is stored without saying so; 0 for ever} */
    public static long ttlMillis(byte[] record) {
        int at = FIELDS.find(record, TAG_TTL, Long.BYTES);
        return at < 0 ? 0 : (long) LONG.get(record, at);
    }

    /** {@return a record with another time to live, 0 for none, and all other fields} */
    public static byte[] withTtl(byte[] record, long ttlMillis) {
        byte[] changed = new byte[record.length + FIELD_HEADER_BYTES + Long.BYTES];
        int size = 0;
        int at = 0;
        while (at < record.length && (record[at] & 0xFF) <= TAG_TTL) {
            int field = FIELD_HEADER_BYTES + (record[at + 1] & 0xFF);
            if (record[at] != TAG_TTL) {
                System.arraycopy(record, at, changed, size, field);
                size += field;
            }
            at += field;
        }
        if (ttlMillis != 0) {
            changed[size] = TAG_TTL;
            changed[size + 1] = Long.BYTES;
            LONG.set(changed, size + FIELD_HEADER_BYTES, ttlMillis);
            size += FIELD_HEADER_BYTES + Long.BYTES;
        }
        System.arraycopy(record, at, changed, size, record.length - at);
        return Arrays.copyOf(changed, size + record.length - at);
    }

    private static int root(byte[] record) {
        return FIELDS.require(record, TAG_ROOT, Reference.BYTES);
    }
}
