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
    static final int BYTES = 80;

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
        bytes.putLong(MAGIC).putLong(storeHigh).putLong(storeLow).putLong(fromTxn).putLong(toTxn);
        bytes.putLong(toMillis).putLong(changes).putLong(entries).putLong(bodyBytes);
        bytes.putInt(bodyCrc);
        bytes.putInt(crc(bytes.array()));
        return bytes.array();
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, BYTES - Integer.BYTES);
        return (int) crc.getValue();
    }

    /** {@return the head in the first bytes of a file} */
    static Increment of(Path file, byte[] head) {
        ByteBuffer bytes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        long magic = head.length < Long.BYTES ? 0 : bytes.getLong();
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
        if (head.length < BYTES || bytes.getInt(BYTES - Integer.BYTES) != crc(head)) {
            throw new CorruptStoreException(-1, file + ": the head is damaged or cut off");
        }
        return new Increment(
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getInt());
    }
}
