package dev.coppice;

import java.util.Objects;

/**
 * What happens to snapshots and readers that keep superseded pages for long, or many of them.
 * Applied in the background, see {@link Store#doWork}; the age goes by {@link StoreConfig#clock}.
 *
 * @param action what happens to those beyond a bound
 * @param maxAgeMillis how old one may get, 0 for any age
 * @param maxPinnedBytes how many bytes all of them may keep from being used again, 0 for any number
 */
public record SnapshotPolicy(Action action, long maxAgeMillis, long maxPinnedBytes) {

    /** What happens beyond a bound. In each case it is logged and the listener learns of it. */
    public enum Action {
        /** Nothing else. */
        WARN,
        /**
         * {@link Store#snapshot} and {@link Store#reader} throw {@link
         * dev.coppice.error.BusyException} until enough of them are closed. One-call reads and the
         * refreshing of readers go on.
         */
        REFUSE_NEW,
        /**
         * The oldest ones are closed. Their reads throw {@link
         * dev.coppice.error.SnapshotClosedException}; a reader may be refreshed and used again.
         */
        EVICT
    }

    private static final SnapshotPolicy UNBOUNDED = new SnapshotPolicy(Action.WARN, 0, 0);

    public SnapshotPolicy {
        Objects.requireNonNull(action, "action");
        if (maxAgeMillis < 0) {
            throw new IllegalArgumentException(
                    "age of snapshots: maxAgeMillis=" + maxAgeMillis + ", min=0");
        }
        if (maxPinnedBytes < 0) {
            throw new IllegalArgumentException(
                    "pinned bytes: maxPinnedBytes=" + maxPinnedBytes + ", min=0");
        }
    }

    /** {@return the policy without bounds} */
    public static SnapshotPolicy unbounded() {
        return UNBOUNDED;
    }

    /** {@return whether it has a bound} */
    public boolean isBounded() {
        return maxAgeMillis > 0 || maxPinnedBytes > 0;
    }
}
