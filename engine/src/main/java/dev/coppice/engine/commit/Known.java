package dev.coppice.engine.commit;

/**
 * The durable slot that a flush has confirmed.
 *
 * @param slot its content
 * @param index where it lies: 0 or 1
 */
public record Known(DurableSlot slot, int index) {

    /** {@return the newest root known to be on the medium} */
    public StoreRoot tip() {
        return slot.tip();
    }

    /** {@return the root of the last checkpoint} */
    public StoreRoot base() {
        return slot.base();
    }

    /** {@return the pages of the base's free-space image} */
    public ImageExtent image() {
        return slot.image();
    }

    /** {@return one past the highest page that the slot needs} */
    public long endPage() {
        return slot.endPage();
    }

    /** {@return raised by every slot write} */
    public long sequence() {
        return slot.sequence();
    }
}
