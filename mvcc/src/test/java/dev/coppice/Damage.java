package dev.coppice;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The bytes of a data file, to be changed; offsets are those of docs/file-format.md. Thread safety:
 * one thread.
 */
final class Damage {
    static final int BLOCK_BYTES = 4096;
    static final int SECOND_HEADER = 65_536;
    static final int VERSION_OFFSET = 8;
    static final int READ_COMPATIBLE_OFFSET = 48;
    static final int INCOMPATIBLE_OFFSET = 56;

    static final int LEAF = 1;
    static final int BRANCH = 2;
    static final int IMAGE = 3;
    private static final int CRC_OFFSET = BLOCK_BYTES - Integer.BYTES;

    private Damage() {}

    /** Changes a number in both copies of the header and seals them. */
    static byte[] withHeader(byte[] file, int offset, long value) {
        byte[] changed = file.clone();
        for (int copy : new int[] {0, SECOND_HEADER}) {
            words(changed).put(copy + offset, (byte) value);
            seal(changed, copy);
        }
        return changed;
    }

    static void seal(byte[] file, int block) {
        CRC32C crc = new CRC32C();
        crc.update(file, block, CRC_OFFSET);
        words(file).putInt(block + CRC_OFFSET, (int) crc.getValue());
    }

    private static ByteBuffer words(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the type of a page of a tree or the image, or 0} */
    static int type(byte[] file, int pageBytes, int page) {
        ByteBuffer words = words(file);
        boolean isNamed = words.getLong(page * pageBytes + 8) == page;
        return isNamed ? file[page * pageBytes + 4] : 0;
    }

    static int level(byte[] file, int pageBytes, int page) {
        return file[page * pageBytes + 5];
    }

    static int family(byte[] file, int pageBytes, int page) {
        return words(file).getInt(page * pageBytes + 24);
    }

    static boolean isBlank(byte[] file, int pageBytes, int page) {
        byte[] bytes = Arrays.copyOfRange(file, page * pageBytes, (page + 1) * pageBytes);
        return Arrays.equals(bytes, new byte[pageBytes]);
    }

    /** {@return a native copy, as storages want it} */
    static MemorySegment segment(Arena arena, byte[] file) {
        MemorySegment content = arena.allocate(file.length, 64);
        MemorySegment.copy(MemorySegment.ofArray(file), 0, content, 0, file.length);
        return content;
    }
}
