package dev.coppice.engine.commit;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Checksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A 4 KiB block that stands alone, with its checksum in the last word. Stateless. */
final class Block {
    static final int BYTES = 4096;
    static final int CRC_OFFSET = BYTES - Integer.BYTES;

    private Block() {}

    static void seal(MemorySegment s, long at) {
        s.set(Bytes.U32, at + CRC_OFFSET, new Checksum(BYTES).of(s, at, CRC_OFFSET));
    }

    static boolean isIntact(MemorySegment s, long at) {
        return s.get(Bytes.U32, at + CRC_OFFSET) == new Checksum(BYTES).of(s, at, CRC_OFFSET);
    }

    /** {@return a private copy of the block, or null where the file ends before it} */
    static MemorySegment copy(MemorySegment file, long at) {
        if (file == null || at + BYTES > file.byteSize()) {
            return null;
        }
        MemorySegment copy = Arena.ofAuto().allocate(BYTES, Long.BYTES);
        MemorySegment.copy(file, at, copy, 0, BYTES);
        return copy;
    }
}
