package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.error.BusyException;
import dev.coppice.stats.FlightRecording;
import dev.coppice.stats.SnapshotStallEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Applies the {@link SnapshotPolicy}: finds snapshots and readers that are too old or keep too
 * much, and does with them what it says.
 *
 * <p>Thread safety: any thread.
 */
final class OldHandles {
    private static final System.Logger LOG = System.getLogger("dev.coppice");

    private final Engine engine;
    private final OpenPins pins;
    private final StoreConfig config;
    private final SnapshotPolicy policy;
    private final Events events;
    private final String store;
    private volatile boolean isRefusing;

    /** A handle, as long as its pin has that generation. */
    private record Open(Pin pin, long generation, SnapshotInfo info) {}

    /**
     * Creates what applies the policy.
     *
     * @param store name of the store
     */
    OldHandles(Engine engine, OpenPins pins, StoreConfig config, Events events, String store) {
        this.store = store;
        this.engine = engine;
        this.pins = pins;
        this.config = config;
        this.policy = config.snapshotPolicy();
        this.events = events;
    }

    /** {@return all open handles, those with the oldest roots first} */
    List<SnapshotInfo> list() {
        return open().stream().map(Open::info).toList();
    }

    private List<Open> open() {
        // The figures are those of the last look: have one now, if nobody is writing.
        engine.reclaim();
        long now = config.clock().millis();
        List<Open> open = new ArrayList<>();
        for (Pin pin : pins.all()) {
            if (pin != null) {
                addIfOpen(open, pin, now);
            }
        }
        open.sort(
                Comparator.comparingLong((Open handle) -> handle.info().txn())
                        .thenComparingLong(handle -> handle.info().openedMillis()));
        return open;
    }

    private void addIfOpen(List<Open> open, Pin pin, long now) {
        long generation = pin.generation();
        long opened = pin.openedMillis();
        if (Pin.state(generation) != Pin.OPEN || opened == 0) {
            return;
        }
        long txn = pin.view().root().txn();
        String openedBy = pin.openedBy();
        long pinned = engine.pinnedBytes(txn);
        if (pin.isStillAt(generation)) {
            long age = Math.max(0, now - opened);
            SnapshotInfo info = new SnapshotInfo(txn, opened, age, pinned, openedBy);
            open.add(new Open(pin, generation, info));
        }
    }

    /**
     * {@return handles that are too old, and those whose closing would bring what all of them keep
     * below the bound}
     */
    private List<Open> tooOld(List<Open> open) {
        long rest = 0;
        for (int i = 0; i < open.size(); i++) {
            rest += isLastOfItsRoot(open, i) ? open.get(i).info().pinnedBytes() : 0;
        }
        List<Open> found = new ArrayList<>();
        for (int i = 0; i < open.size(); i++) {
            SnapshotInfo info = open.get(i).info();
            boolean keepsTooMuch = policy.maxPinnedBytes() > 0 && rest > policy.maxPinnedBytes();
            boolean isOver = policy.maxAgeMillis() > 0 && info.ageMillis() > policy.maxAgeMillis();
            if (isOver || (keepsTooMuch && info.pinnedBytes() > 0)) {
                found.add(open.get(i));
            }
            rest -= isLastOfItsRoot(open, i) ? info.pinnedBytes() : 0;
        }
        return found;
    }

    /** Handles of the same root share what they pin. */
    private static boolean isLastOfItsRoot(List<Open> open, int index) {
        return index == open.size() - 1
                || open.get(index + 1).info().txn() != open.get(index).info().txn();
    }

    /** Applies the policy; returns how many handles were evicted. */
    int apply() {
        if (!policy.isBounded()) {
            return 0;
        }
        int evicted = 0;
        int before;
        do {
            before = evicted;
            List<Open> found = tooOld(open());
            for (Open handle : found) {
                evicted += apply(handle);
            }
            isRefusing = policy.action() == SnapshotPolicy.Action.REFUSE_NEW && !found.isEmpty();
            // What one kept may now be kept by the next one.
        } while (evicted > before);
        return evicted;
    }

    private void tell(SnapshotInfo info, boolean isEvicted) {
        if (!FlightRecording.isSetUp()) {
            return;
        }
        SnapshotStallEvent.tell(
                store,
                info.txn(),
                info.ageMillis(),
                info.pinnedBytes(),
                info.openedBy(),
                isEvicted);
    }

    private int apply(Open handle) {
        SnapshotInfo info = handle.info();
        if (policy.action() != SnapshotPolicy.Action.EVICT) {
            if (handle.pin().isFirstStall(handle.generation())) {
                LOG.log(System.Logger.Level.WARNING, "a snapshot is beyond the bounds: {0}", info);
                events.add(listener -> listener.stalled(info));
                tell(info, false);
            }
            return 0;
        }
        if (!pins.evict(handle.pin(), handle.generation())) {
            return 0;
        }
        LOG.log(System.Logger.Level.WARNING, "a snapshot was evicted: {0}", info);
        events.add(listener -> listener.evicted(info));
        tell(info, true);
        return 1;
    }

    /** Throws where new handles are refused, unless those that were too old are gone meanwhile. */
    void checkNotRefused() {
        if (isRefusing) {
            List<Open> found = tooOld(open());
            if (!found.isEmpty()) {
                throw refusal(found.getFirst().info());
            }
            isRefusing = false;
        }
    }

    private BusyException refusal(SnapshotInfo oldest) {
        return new BusyException(
                "no more snapshots until old ones are closed: the oldest has been open for "
                        + oldest.ageMillis()
                        + " ms (max "
                        + bound(policy.maxAgeMillis())
                        + ") and keeps "
                        + oldest.pinnedBytes()
                        + " bytes (max "
                        + bound(policy.maxPinnedBytes())
                        + " for all of them)"
                        + (oldest.openedBy().isEmpty()
                                ? ""
                                : "; opened by thread " + oldest.openedBy()));
    }

    private static String bound(long value) {
        return value == 0 ? "any" : Long.toString(value);
    }
}
