package dev.coppice;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The head of an incremental backup; docs/file-format.md#incremental-backup.
 *
 * @param storeHigh first half of the id of the store that it is of
 * @param storeLow second half of it
 * @param fromTxn root that it begins with
 * @param toTxn root that it leads to
 * @param toMillis wall clock of that commit
 * @param changes how many changes follow
 * @param entries entries in all families behind them
 * @param bodyBytes length of the changes
 * @param bodyCrc checksum of the changes
 */
record Increment(
        long storeHigh,
        long storeLow,
        long fromTxn,
        long toTxn,
        long toMillis,
        long changes,
        long entries,
        long bodyBytes,
        int bodyCrc) {
    private static final int MAGIC_OFFSET = 0;
    private static final int STORE_ID_OFFSET = MAGIC_OFFSET + Long.BYTES;
    private static final int FROM_TXN_OFFSET = STORE_ID_OFFSET + 2 * Long.BYTES;
    private static final int TO_TXN_OFFSET = FROM_TXN_OFFSET + Long.BYTES;
    private static final int TO_MILLIS_OFFSET = TO_TXN_OFFSET + Long.BYTES;
    private static final int CHANGES_OFFSET = TO_MILLIS_OFFSET + Long.BYTES;
    private static final int ENTRIES_OFFSET = CHANGES_OFFSET + Long.BYTES;
    private static final int BODY_BYTES_OFFSET = ENTRIES_OFFSET + Long.BYTES;
    private static final int BODY_CRC_OFFSET = BODY_BYTES_OFFSET + Long.BYTES;
    private static final int CRC_OFFSET = BODY_CRC_OFFSET + Integer.BYTES;
    static final int BYTES = CRC_OFFSET + Integer.BYTES;

    // Kinds of changes
    static final int CREATE = 1;
    static final int CHANGE = 2;
    static final int DROP = 3;
    static final int IN = 4;
    static final int PUT = 5;
    static final int PUT_UNTIL = 6;
    static final int DELETE = 7;

    private static final long MAGIC = 0x01_52_43_4E_49_50_4F_43L;
    private static final long ANY_VERSION = MAGIC << Byte.SIZE;

    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC_OFFSET, MAGIC);
        bytes.putLong(STORE_ID_OFFSET, storeHigh);
        bytes.putLong(STORE_ID_OFFSET + Long.BYTES, storeLow);
        bytes.putLong(FROM_TXN_OFFSET, fromTxn);
        bytes.putLong(TO_TXN_OFFSET, toTxn);
        bytes.putLong(TO_MILLIS_OFFSET, toMillis);
        bytes.putLong(CHANGES_OFFSET, changes);
        bytes.putLong(ENTRIES_OFFSET, entries);
        bytes.putLong(BODY_BYTES_OFFSET, bodyBytes);
        bytes.putInt(BODY_CRC_OFFSET, bodyCrc);
        bytes.putInt(CRC_OFFSET, crc(bytes.array()));
        return bytes.array();
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_OFFSET);
        return (int) crc.getValue();
    }

    /** {@return the head in the first bytes of a file} */
    static Increment of(Path file, byte[] head) {
        ByteBuffer bytes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        long magic = head.length < Long.BYTES ? 0 : bytes.getLong(MAGIC_OFFSET);
        if (magic != MAGIC) {
            boolean isNewer = magic << Byte.SIZE == ANY_VERSION;
            throw new UnsupportedFormatException(
                    file
                            + (isNewer
                                    ? ": an incremental backup of version "
                                            + (magic >>> (Long.SIZE - Byte.SIZE))
                                            + ", which this software does not know"
                                    : ": not an incremental backup"));
        }
        if (head.length < BYTES || bytes.getInt(CRC_OFFSET) != crc(head)) {
            throw new CorruptStoreException(-1, file + ": the head is damaged or cut off");
        }
        return new Increment(
                bytes.getLong(STORE_ID_OFFSET),
                bytes.getLong(STORE_ID_OFFSET + Long.BYTES),
                bytes.getLong(FROM_TXN_OFFSET),
                bytes.getLong(TO_TXN_OFFSET),
                bytes.getLong(TO_MILLIS_OFFSET),
                bytes.getLong(CHANGES_OFFSET),
                bytes.getLong(ENTRIES_OFFSET),
                bytes.getLong(BODY_BYTES_OFFSET),
                bytes.getInt(BODY_CRC_OFFSET));
    }
}
