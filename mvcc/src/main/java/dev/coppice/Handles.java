package dev.coppice;

import dev.coppice.engine.Engine;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The snapshots and readers of a store: who is watched, who is too old, who was forgotten.
 *
 * <p>Thread safety: any thread.
 */
final class Handles {
    private static final long SHORTEST_ROUND_MILLIS = 10;
    private static final long LONGEST_ROUND_MILLIS = 100;

    private final OpenPins pins;
    private final SnapshotPolicy policy;
    private final Leaks leaks = new Leaks();
    private final OldHandles old;

    Handles(Engine engine, OpenPins pins, StoreConfig config, Events events, String store) {
        this.pins = pins;
        this.policy = config.snapshotPolicy();
        this.old = new OldHandles(engine, pins, config, events, store);
    }

    /** Throws where the policy refuses new handles. */
    void checkNotRefused() {
        old.checkNotRefused();
    }

    /** Watches a new handle. Requires: its pin is not open yet. */
    void watch(ReadHandle handle, Pin pin) {
        leaks.watch(handle, pin);
    }

    /** {@return all open handles, those with the oldest roots first} */
    List<SnapshotInfo> list() {
        return old.list();
    }

    /** {@return handles that were forgotten, as far as that is known} */
    long forgotten() {
        return leaks.count();
    }

    /** Lets go of forgotten handles; returns how many there were. */
    int releaseForgotten() {
        return leaks.release(pins);
    }

    /** Does what is due in the background; returns how many handles were let go or evicted. */
    int work() {
        return releaseForgotten() + old.apply();
    }

    /** {@return how often {@link #work} has to be done for the policy's sake} */
    long roundNanos() {
        if (!policy.isBounded()) {
            return Long.MAX_VALUE;
        }
        long age = policy.maxAgeMillis() == 0 ? Long.MAX_VALUE : policy.maxAgeMillis() / 4;
        long millis = Math.clamp(age, SHORTEST_ROUND_MILLIS, LONGEST_ROUND_MILLIS);
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
