package dev.coppice;

import dev.coppice.engine.Engine;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All pins of a store, by the numbers of their reader slots. A pin stays with its slot, so that who
 * claims a slot has a pin without allocating one.
 *
 * <p>Thread safety: any thread.
 */
final class OpenPins {
    private final Engine engine;
    private final Statistics statistics;
    private volatile Pin[] pins = new Pin[16];

    OpenPins(Engine engine, Statistics statistics) {
        this.engine = engine;
        this.statistics = statistics;
    }

    /**
     * {@return a pin of the newest root, which nobody else knows before it is opened}
     *
     * @param nowMillis wall clock, or 0 for a single read
     */
    Pin claim(long nowMillis) {
        Pin pin = claimSlot();
        try {
            engine.pin(pin.view(), nowMillis);
            return pin;
        } catch (RuntimeException | Error e) {
            engine.release(pin.view());
            throw e;
        }
    }

    /** {@return as {@link #claim}, a pin of the root that a name keeps, or null without that} */
    @Nullable Pin claimNamed(String name, long nowMillis) {
        Pin pin = claimSlot();
        boolean isThere = false;
        try {
            isThere = engine.pinNamed(pin.view(), name, nowMillis);
            return isThere ? pin : null;
        } finally {
            if (!isThere) {
                engine.release(pin.view());
            }
        }
    }

    private Pin claimSlot() {
        int slot = engine.claimSlot();
        Pin[] all = pins;
        Pin pin = slot < all.length ? all[slot] : null;
        return pin == null ? create(slot) : pin;
    }

    private synchronized Pin create(int slot) {
        Pin[] all = pins;
        Pin[] longer = Arrays.copyOf(all, Math.max(all.length, Integer.highestOneBit(slot) << 1));
        longer[slot] = new Pin(engine.viewOf(slot), statistics.create());
        pins = longer;
        return longer[slot];
    }

    /** {@return the pins that there are, some of them null or not open; not to be changed} */
    Pin[] all() {
        return pins;
    }

    /** Lets go of the root and the slot; returns whether the pin had this generation still. */
    boolean close(Pin pin, long generation) {
        if (!pin.change(generation, Pin.FREE)) {
            return false;
        }
        // The next one may be a single read, which nobody watches.
        pin.owner(null);
        pin.closeOwn();
        engine.release(pin.view());
        return true;
    }

    /**
     * Moves an open or parked pin to the newest root.
     *
     * @return its generation, or -1 where it did not have the given one any more
     */
    long refresh(Pin pin, long generation, long nowMillis) {
        if (!pin.change(generation, Pin.BUSY)) {
            return -1;
        }
        pin.closeOwn();
        long busy = Pin.next(generation, Pin.BUSY);
        try {
            engine.pinAgain(pin.view(), nowMillis);
        } catch (RuntimeException | Error e) {
            pin.settle(busy, Pin.FREE, 0);
            pin.owner(null);
            engine.release(pin.view());
            throw e;
        }
        return pin.settle(busy, Pin.OPEN, nowMillis);
    }

    /**
     * Lets go of the root and keeps the slot.
     *
     * @return the generation, or -1 where it did not have the given one any more
     */
    long park(Pin pin, long generation) {
        if (!pin.change(generation, Pin.BUSY)) {
            return -1;
        }
        pin.closeOwn();
        long busy = Pin.next(generation, Pin.BUSY);
        try {
            engine.park(pin.view());
        } catch (RuntimeException | Error e) {
            pin.settle(busy, Pin.FREE, 0);
            throw e;
        }
        return pin.settle(busy, Pin.PARKED, 0);
    }

    /**
     * Takes a pin from its handle, which learns why: a snapshot is closed, a reader is parked.
     *
     * @return false where the pin did not have the given generation any more
     */
    boolean evict(Pin pin, long generation) {
        pin.evicting(generation);
        return pin.isReader() ? park(pin, generation) >= 0 : close(pin, generation);
    }

    /** Takes a pin from its handle, which is garbage; returns whether it had it still. */
    boolean releaseOwnedBy(HandleRef handle) {
        Pin pin = handle.pin();
        long generation = pin.generation();
        boolean isIdle = Pin.state(generation) == Pin.OPEN || Pin.state(generation) == Pin.PARKED;
        // A pin that was closed before has another owner or none, one that is closed meanwhile has
        // another generation.
        return isIdle && pin.isOwnedBy(handle) && close(pin, generation);
    }

    /** {@return how many pins keep a root} */
    int count() {
        VarHandle.fullFence();
        int count = 0;
        for (Pin pin : pins) {
            if (pin != null && isPinning(pin.generation())) {
                count++;
            }
        }
        return count;
    }

    static boolean isPinning(long generation) {
        int state = Pin.state(generation);
        return state == Pin.OPEN || state == Pin.BUSY;
    }

    /** Takes all pins from their handles, parked ones too. */
    void closeAll() {
        for (Pin pin : pins) {
            if (pin != null) {
                takeAway(pin);
            }
        }
    }

    private void takeAway(Pin pin) {
        long generation = pin.generation();
        while (Pin.state(generation) != Pin.FREE) {
            boolean isBusy = Pin.state(generation) == Pin.BUSY;
            if (!isBusy && close(pin, generation)) {
                return;
            }
            Thread.onSpinWait();
            generation = pin.generation();
        }
    }
}
