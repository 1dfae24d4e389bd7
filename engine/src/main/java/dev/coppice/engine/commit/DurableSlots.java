package dev.coppice.engine.commit;

import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The two durable slots. Whoever writes one holds {@link #lock} from before the write until after
 * the flush returned.
 *
 * <p>Thread safety: {@link #known} any thread, the rest the holder of the lock.
 */
final class DurableSlots {
    private final Storage storage;
    private final HeaderBlock header;
    private final LiveWords live;
    private final MemorySegment block = Arena.ofAuto().allocate(Block.BYTES, Long.BYTES);
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Known known;

    DurableSlots(Storage storage, HeaderBlock header, LiveWords live, Known known) {
        this.storage = storage;
        this.header = header;
        this.live = live;
        this.known = known;
    }

    ReentrantLock lock() {
        return lock;
    }

    Known known() {
        return known;
    }

    /**
     * {@return the slot that the process which writes has confirmed, as far as this one can see}
     * For processes that only read.
     */
    Known followed() {
        long sequence = live.followedSequence();
        Known seen = known;
        if (seen != null && seen.sequence() == sequence) {
            return seen;
        }
        Known found = find(sequence);
        if (found != null) {
            known = found;
            return found;
        }
        return seen;
    }

    /**
     * {@return the intact slot of that sequence, else the older one, which a flush confirmed before
     * the other was written; null where none is intact}
     */
    private Known find(long sequence) {
        Known older = null;
        for (int index = 0; index < 2; index++) {
            MemorySegment copy = Block.copy(storage.chunks()[0], DurableSlot.position(index));
            DurableSlot slot = DurableSlot.read(header, copy);
            if (slot != null && slot.sequence() == sequence) {
                return new Known(slot, index);
            }
            if (slot != null && (older == null || slot.sequence() < older.sequence())) {
                older = new Known(slot, index);
            }
        }
        return known == null ? older : null;
    }

    /**
     * Makes a tip and a base durable: writes the slot that is not the known one and waits for the
     * medium.
     *
     * @param flushesAll whether pages of the tip go to the medium with the slot, or are there
     *     already
     * @param verifyAfter pages of the tip with a later birth reach the medium with this flush only
     */
    void write(
            StoreRoot tip,
            StoreRoot base,
            ImageExtent image,
            long verifyAfter,
            long endPage,
            boolean flushesAll) {
        assert lock.isHeldByCurrentThread();
        Known old = known;
        DurableSlot next =
                new DurableSlot(
                        old.sequence() + 1,
                        old.slot().epoch(),
                        old.slot().bootHigh(),
                        old.slot().bootLow(),
                        verifyAfter,
                        tip,
                        base,
                        image,
                        endPage);
        live.inFlight(tip.txn(), base.txn());
        int victim = 1 - old.index();
        next.write(header, block);
        long position = DurableSlot.position(victim);
        storage.write(position, block, 0, Block.BYTES);
        if (flushesAll) {
            storage.sync();
        } else {
            storage.sync(new long[] {position, Block.BYTES}, 1);
        }
        if (live.isPoisoned()) {
            throw new StoreIoException("another flush of the store failed meanwhile");
        }
        known = new Known(next, victim);
        live.known(next.sequence());
        live.base(base.txn());
        live.inFlight(0, 0);
    }
}
