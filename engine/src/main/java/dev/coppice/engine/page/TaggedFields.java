package dev.coppice.engine.page;

import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Records of the catalogue: fields of a tag, a length and bytes, in ascending order of the tag;
 * docs/file-format.md#catalogue.
 *
 * <p>Functions that read throw {@link CorruptStoreException} for bytes that are no such record.
 * Thread safety: immutable.
 */
public final class TaggedFields {
    /** Tag and length. */
    public static final int HEADER_BYTES = 2;

    private static final int MAX_SHOWN_BYTES = 64;

    private final String kind;

    /**
     * Reads one kind of record.
     *
     * @param kind what it is called in errors
     */
    public TaggedFields(String kind) {
        this.kind = kind;
    }

    /** Begins a field; returns where its bytes start. */
    public static long put(MemorySegment s, long at, int tag, int bytes) {
        s.set(Bytes.U8, at, (byte) tag);
        s.set(Bytes.U8, at + 1, (byte) bytes);
        return at + HEADER_BYTES;
    }

    /** {@return where the bytes of a field start} */
    public int require(byte[] record, int tag, int fieldBytes) {
        int found = find(record, tag, fieldBytes);
        if (found < 0) {
            throw damaged(record, "no field " + tag + " of " + fieldBytes + " bytes");
        }
        return found;
    }

    /** {@return where the bytes of a field start, or -1 where there is none of that length} */
    public int find(byte[] record, int tag, int fieldBytes) {
        int found = -1;
        int at = 0;
        int lastTag = -1;
        while (at < record.length) {
            if (at + HEADER_BYTES > record.length) {
                throw damaged(record, "a field header is cut off at byte " + at);
            }
            int fieldTag = record[at] & 0xFF;
            int length = record[at + 1] & 0xFF;
            at += HEADER_BYTES;
            if (fieldTag <= lastTag || at + length > record.length) {
                throw damaged(record, "field " + fieldTag + " is out of order or cut off");
            }
            if (fieldTag == tag && length == fieldBytes) {
                found = at;
            }
            lastTag = fieldTag;
            at += length;
        }
        return found;
    }

    private CorruptStoreException damaged(byte[] record, String what) {
        int shown = Math.min(record.length, MAX_SHOWN_BYTES);
        String bytes = Arrays.toString(Arrays.copyOf(record, shown));
        return new CorruptStoreException(-1, kind + ": " + what + ": " + bytes);
    }
}
