package dev.coppice.engine.commit;

import dev.coppice.engine.page.Bytes;
import java.lang.foreign.MemorySegment;

/**
 * Content of a durable slot; docs/file-format.md#durable-slot.
 *
 * @param sequence raised by every slot write
 * @param epoch epoch of the ids handed out under it
 * @param bootHigh first half of the boot in which it was written
 * @param bootLow second half of that boot
 * @param verifyAfter pages that tip reaches with a later birth are trusted only when they verify
 * @param tip newest root made durable
 * @param base root of the last checkpoint
 * @param image free-space image of base
 * @param endPage one past the highest page reachable from tip, base or the image
 */
record DurableSlot(
        long sequence,
        long epoch,
        long bootHigh,
        long bootLow,
        long verifyAfter,
        StoreRoot tip,
        StoreRoot base,
        ImageExtent image,
        long endPage) {
    static final int MAGIC_OFFSET = 0;
    static final int SEQUENCE_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int STORE_ID_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
    static final int BOOT_OFFSET = STORE_ID_OFFSET + 2 * Long.BYTES;
    static final int EPOCH_OFFSET = BOOT_OFFSET + 2 * Long.BYTES;
    static final int VERIFY_AFTER_OFFSET = EPOCH_OFFSET + Long.BYTES;
    static final int TIP_OFFSET = VERIFY_AFTER_OFFSET + Long.BYTES;
    static final int BASE_OFFSET = TIP_OFFSET + StoreRoot.BYTES;
    static final int IMAGE_PAGE_OFFSET = BASE_OFFSET + StoreRoot.BYTES;
    static final int IMAGE_PAGES_OFFSET = IMAGE_PAGE_OFFSET + Long.BYTES;
    static final int IMAGE_BIRTH_OFFSET = IMAGE_PAGES_OFFSET + Long.BYTES;
    static final int END_PAGE_OFFSET = IMAGE_BIRTH_OFFSET + Long.BYTES;

    private static final long MAGIC = 0x01_54_4F_4C_53_50_4F_43L;

    /** Where slot 0 or 1 lies in the file. */
    static long position(int index) {
        return (1L + index) * Block.BYTES;
    }

    void write(HeaderBlock header, MemorySegment s) {
        s.fill((byte) 0);
        s.set(Bytes.U64, MAGIC_OFFSET, MAGIC);
        s.set(Bytes.U64, SEQUENCE_OFFSET, sequence);
        s.set(Bytes.U64, STORE_ID_OFFSET, header.storeHigh());
        s.set(Bytes.U64, STORE_ID_OFFSET + Long.BYTES, header.storeLow());
        s.set(Bytes.U64, BOOT_OFFSET, bootHigh);
        s.set(Bytes.U64, BOOT_OFFSET + Long.BYTES, bootLow);
        s.set(Bytes.U64, EPOCH_OFFSET, epoch);
        s.set(Bytes.U64, VERIFY_AFTER_OFFSET, verifyAfter);
        tip.write(s, TIP_OFFSET);
        base.write(s, BASE_OFFSET);
        s.set(Bytes.U64, IMAGE_PAGE_OFFSET, image.firstPage());
        s.set(Bytes.U64, IMAGE_PAGES_OFFSET, image.pages());
        s.set(Bytes.U64, IMAGE_BIRTH_OFFSET, image.birth());
        s.set(Bytes.U64, END_PAGE_OFFSET, endPage);
        Block.seal(s, 0);
    }

    /** {@return the slot in a block, or null where there is no intact one of this store} */
    static DurableSlot read(HeaderBlock header, MemorySegment block) {
        if (block == null
                || block.get(Bytes.U64, MAGIC_OFFSET) != MAGIC
                || block.get(Bytes.U64, STORE_ID_OFFSET) != header.storeHigh()
                || block.get(Bytes.U64, STORE_ID_OFFSET + Long.BYTES) != header.storeLow()
                || !Block.isIntact(block, 0)) {
            return null;
        }
        StoreRoot tip = new StoreRoot();
        tip.read(block, TIP_OFFSET);
        StoreRoot base = new StoreRoot();
        base.read(block, BASE_OFFSET);
        return new DurableSlot(
                block.get(Bytes.U64, SEQUENCE_OFFSET),
                block.get(Bytes.U64, EPOCH_OFFSET),
                block.get(Bytes.U64, BOOT_OFFSET),
                block.get(Bytes.U64, BOOT_OFFSET + Long.BYTES),
                block.get(Bytes.U64, VERIFY_AFTER_OFFSET),
                tip,
                base,
                new ImageExtent(
                        block.get(Bytes.U64, IMAGE_PAGE_OFFSET),
                        block.get(Bytes.U64, IMAGE_PAGES_OFFSET),
                        block.get(Bytes.U64, IMAGE_BIRTH_OFFSET)),
                block.get(Bytes.U64, END_PAGE_OFFSET));
    }
}
