package dev.coppice;

import java.time.InstantSource;
import java.util.Objects;

/**
 * How a store is opened. Immutable; start from {@link #defaults} and change what you need:
 *
 * {@snippet :
 * var config = StoreConfig.defaults().withSyncLevel(SyncLevel.FULL).withBusyTimeoutMillis(100);
 * }
 *
 * <p>Each value is checked when it is set: {@link IllegalArgumentException} names it and its range.
 *
 * @param syncLevel what a commit waits for, unless the transaction says otherwise
 * @param pageBytes page size of a store that is created: a power of two from 512 to 65,536; a store
 *     that exists keeps its own
 * @param maxBytes largest size of the data file, at least 1 MiB
 * @param busyTimeoutMillis how long {@link Store#begin} waits for another write transaction, 0 to
 *     86,400,000
 * @param checkpointBytes bytes written since the last checkpoint after which the next one starts,
 *     at least 64 KiB
 * @param checkpointIntervalMillis age of the last checkpoint after which changes get the next one,
 *     10 to 86,400,000
 * @param closeTimeoutMillis how long {@link Store#close} waits for open snapshots, 0 to 86,400,000
 * @param verify when checksums of pages are compared
 * @param readOnly whether the store is opened for reading only
 * @param createIfMissing whether a store that does not exist is created
 * @param allowUnsafeFileSystem whether a file system is accepted that cannot keep the store's
 *     promises
 * @param clock source of the wall clock in commit times and ages
 */
public record StoreConfig(
        SyncLevel syncLevel,
        int pageBytes,
        long maxBytes,
        long busyTimeoutMillis,
        long checkpointBytes,
        long checkpointIntervalMillis,
        long closeTimeoutMillis,
        Verify verify,
        boolean readOnly,
        boolean createIfMissing,
        boolean allowUnsafeFileSystem,
        InstantSource clock) {
    private static final long DAY_MILLIS = 86_400_000;
    private static final long MIN_MAX_BYTES = 1 << 20;
    private static final long MAX_MAX_BYTES = 1L << 50;
    private static final long MIN_CHECKPOINT_BYTES = 1 << 16;

    public StoreConfig {
        Objects.requireNonNull(syncLevel, "syncLevel");
        Objects.requireNonNull(verify, "verify");
        Objects.requireNonNull(clock, "clock");
        if (pageBytes < 512 || pageBytes > 65_536 || Integer.bitCount(pageBytes) != 1) {
            throw new IllegalArgumentException(
                    "page size: pageBytes="
                            + pageBytes
                            + ", must be a power of two from 512 to 65536");
        }
        checkRange("maximum size", "maxBytes", maxBytes, MIN_MAX_BYTES, MAX_MAX_BYTES);
        checkRange("busy timeout", "busyTimeoutMillis", busyTimeoutMillis, 0, DAY_MILLIS);
        checkRange(
                "checkpoint threshold",
                "checkpointBytes",
                checkpointBytes,
                MIN_CHECKPOINT_BYTES,
                MAX_MAX_BYTES);
        checkRange(
                "checkpoint interval",
                "checkpointIntervalMillis",
                checkpointIntervalMillis,
                10,
                DAY_MILLIS);
        checkRange("close timeout", "closeTimeoutMillis", closeTimeoutMillis, 0, DAY_MILLIS);
    }

    private static void checkRange(String what, String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + ": " + name + "=" + value + ", must be " + min + " to " + max);
        }
    }

    /** {@return what suits most stores} */
    public static StoreConfig defaults() {
        return new StoreConfig(
                SyncLevel.NORMAL,
                4096,
                1L << 42,
                5_000,
                64L << 20,
                5_000,
                5_000,
                Verify.FIRST_TOUCH,
                false,
                true,
                false,
                InstantSource.system());
    }

    /** {@return the same with another {@link #syncLevel}} */
    public StoreConfig withSyncLevel(SyncLevel syncLevel) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #pageBytes}} */
    public StoreConfig withPageBytes(int pageBytes) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #maxBytes}} */
    public StoreConfig withMaxBytes(long maxBytes) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #busyTimeoutMillis}} */
    public StoreConfig withBusyTimeoutMillis(long busyTimeoutMillis) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #checkpointBytes}} */
    public StoreConfig withCheckpointBytes(long checkpointBytes) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #checkpointIntervalMillis}} */
    public StoreConfig withCheckpointIntervalMillis(long checkpointIntervalMillis) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #closeTimeoutMillis}} */
    public StoreConfig withCloseTimeoutMillis(long closeTimeoutMillis) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #verify}} */
    public StoreConfig withVerify(Verify verify) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #readOnly}} */
    public StoreConfig withReadOnly(boolean readOnly) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #createIfMissing}} */
    public StoreConfig withCreateIfMissing(boolean createIfMissing) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #allowUnsafeFileSystem}} */
    public StoreConfig withAllowUnsafeFileSystem(boolean allowUnsafeFileSystem) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }

    /** {@return the same with another {@link #clock}} */
    public StoreConfig withClock(InstantSource clock) {
        return new StoreConfig(
                syncLevel,
                pageBytes,
                maxBytes,
                busyTimeoutMillis,
                checkpointBytes,
                checkpointIntervalMillis,
                closeTimeoutMillis,
                verify,
                readOnly,
                createIfMissing,
                allowUnsafeFileSystem,
                clock);
    }
}
