package dev.coppice.engine.commit;

import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * The two durable slots. Whoever writes one holds {@link #lock}, and a lock that all processes
 * share, from before the write until after the flush returned, or has failed and everybody is told.
 *
 * <p>Thread safety: {@link #known} any thread, the rest the holder of the lock.
 */
final class DurableSlots {
    private static final int ATTEMPTS = 100;

    private final Storage storage;
    private final HeaderBlock header;
    private final LiveWords live;
    private final MemorySegment block = Arena.ofAuto().allocate(Block.BYTES, Long.BYTES);
    private final FlushLock lock = new FlushLock();
    private final LockWord shared;
    private final Runnable reap;
    private volatile Known known;
    private volatile boolean isEnded;

    /**
     * The slots as a process sees them.
     *
     * @param known the one that a flush has confirmed, or null where that is to be looked up
     * @param shared the lock that all processes share
     * @param reap finds out who is dead, and frees what they have
     */
    DurableSlots(
            Storage storage,
            HeaderBlock header,
            LiveWords live,
            Known known,
            LockWord shared,
            Runnable reap) {
        this.storage = storage;
        this.header = header;
        this.live = live;
        this.known = known;
        this.shared = shared;
        this.reap = reap;
    }

    /** Guards the slots inside this process. */
    FlushLock lock() {
        return lock;
    }

    /** Keeps other processes from flushing. Requires: the lock is held. */
    void keepOthersOut() {
        shared.take(reap);
    }

    /** Lets other processes flush. */
    void admitOthers() {
        shared.release();
    }

    /** Stays with what is known: the memory shared with other processes is about to go. */
    void end() {
        isEnded = true;
    }

    /** {@return the slot that a flush of some process has confirmed} */
    Known known() {
        Known seen = known;
        return isEnded || (seen != null && seen.sequence() == live.known())
                ? seen
                : seen(live::known);
    }

    /** {@return as {@link #known}, for processes that only read} */
    Known followed() {
        Known seen = known;
        return isEnded || (seen != null && seen.sequence() == live.followedSequence())
                ? seen
                : seen(live::followedSequence);
    }

    /** A slot that was confirmed meanwhile may be where the one was that is looked for. */
    private Known seen(LongSupplier newest) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long sequence = newest.getAsLong();
            Known found = find(sequence);
            if (found != null) {
                known = found;
                return found;
            }
        }
        return known;
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
        try {
            writeAndFlush(tip, base, image, verifyAfter, endPage, flushesAll);
        } catch (RuntimeException | Error e) {
            // Before others can flush, which would succeed without having written anything.
            live.poison(true);
            throw e;
        }
    }

    /**
     * Flushes parts of the file, or all of it where processes beside this one write: a flush of
     * parts may not be told what a flush of theirs has lost.
     *
     * @param ranges pairs of position and length
     */
    void flush(long[] ranges) {
        assert lock.isHeldByCurrentThread();
        try {
            sync(ranges);
        } catch (RuntimeException | Error e) {
            live.poison(true);
            throw e;
        }
    }

    private void sync(long... ranges) {
        if (live.hasOtherWriters()) {
            storage.sync();
        } else {
            storage.sync(ranges, ranges.length / 2);
        }
    }

    private void writeAndFlush(
            StoreRoot tip,
            StoreRoot base,
            ImageExtent image,
            long verifyAfter,
            long endPage,
            boolean flushesAll) {
        Known old = known();
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
            sync(position, Block.BYTES);
        }
        if (live.isPoisoned()) {
            throw new StoreIoException("another flush of the store failed meanwhile");
        }
        live.known(next.sequence());
        known = new Known(next, victim);
        live.base(base.txn());
        live.inFlight(0, 0);
    }
}
