package dev.coppice;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a store is opened. Start from {@link #defaults} and change what you need:
 *
 * {@snippet :
 * var config = StoreConfig.defaults().withSyncLevel(SyncLevel.FULL).withBusyTimeoutMillis(100);
 * }
 *
 * <p>Each value is checked when it is set: {@link IllegalArgumentException} names it and its range.
 * Two configurations are equal when all their values are.
 *
 * <p>Thread safety: immutable.
 */
public final class StoreConfig {
    private static final long DAY_MILLIS = 86_400_000;
    private static final long MIN_MAX_BYTES = 1 << 20;
    private static final long MAX_MAX_BYTES = 1L << 50;
    private static final long MIN_CHECKPOINT_BYTES = 1 << 16;
    private static final int MAX_BATCHES = 1 << 20;

    /** Changed only between a copy and its publication through this final field. */
    private final Settings settings;

    private StoreConfig(Settings settings) {
        this.settings = settings;
    }

    /** The values; what they are initialised with are the defaults. */
    private static final class Settings implements Cloneable {
        private SyncLevel syncLevel = SyncLevel.NORMAL;
        private int pageBytes = 4096;
        private long maxBytes = 1L << 42;
        private long busyTimeoutMillis = 5_000;
        private long checkpointBytes = 64L << 20;
        private long checkpointIntervalMillis = 5_000;
        private boolean backgroundCheckpoints = true;
        private long walSizeLimit;
        private JournalMode journalMode = JournalMode.WAL;
        private long closeTimeoutMillis = 5_000;
        private long maxUndurableBytes;
        private long maxUndurableMillis;
        private int batchQueueCapacity = 1_024;
        private Verify verify = Verify.FIRST_TOUCH;
        private boolean paranoid;
        private boolean readOnly;
        private boolean immutable;
        private boolean createIfMissing = true;
        private boolean allowUnsafeFileSystem;
        private MaintenanceMode maintenance = MaintenanceMode.THREAD;
        private StoreListener listener = StoreListener.NONE;
        private SnapshotPolicy snapshotPolicy = SnapshotPolicy.unbounded();
        private ExpirySweep expirySweep = ExpirySweep.off();
        private Path countersFile = Path.of("");
        private InstantSource clock = InstantSource.system();

        /** {@return a copy, to be changed} */
        Settings copy() {
            try {
                return (Settings) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        /** {@return all values by name: what equality and text go by} */
        Map<String, Object> named() {
            Map<String, Object> named = new LinkedHashMap<>();
            named.put("syncLevel", syncLevel);
            named.put("pageBytes", pageBytes);
            named.put("maxBytes", maxBytes);
            named.put("busyTimeoutMillis", busyTimeoutMillis);
            named.put("checkpointBytes", checkpointBytes);
            named.put("checkpointIntervalMillis", checkpointIntervalMillis);
            named.put("backgroundCheckpoints", backgroundCheckpoints);
            named.put("walSizeLimit", walSizeLimit);
            named.put("journalMode", journalMode);
            named.put("closeTimeoutMillis", closeTimeoutMillis);
            named.put("maxUndurableBytes", maxUndurableBytes);
            named.put("maxUndurableMillis", maxUndurableMillis);
            named.put("batchQueueCapacity", batchQueueCapacity);
            named.put("verify", verify);
            named.put("paranoid", paranoid);
            named.put("readOnly", readOnly);
            named.put("immutable", immutable);
            named.put("createIfMissing", createIfMissing);
            named.put("allowUnsafeFileSystem", allowUnsafeFileSystem);
            named.put("maintenance", maintenance);
            named.put("listener", listener);
            named.put("snapshotPolicy", snapshotPolicy);
            named.put("expirySweep", expirySweep);
            named.put("countersFile", countersFile);
            named.put("clock", clock);
            return named;
        }
    }

    private StoreConfig with(Consumer<Settings> change) {
        Settings changed = settings.copy();
        change.accept(changed);
        return new StoreConfig(changed);
    }

    private static void checkRange(String what, String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + ": " + name + "=" + value + ", must be " + min + " to " + max);
        }
    }

    /** {@return what suits most stores} */
    public static StoreConfig defaults() {
        return new StoreConfig(new Settings());
    }

    /**
     * {@return what a commit waits for, unless the transaction says otherwise; NORMAL by default}
     */
    public SyncLevel syncLevel() {
        return settings.syncLevel;
    }

    /** {@return the same with another {@link #syncLevel}} */
    public StoreConfig withSyncLevel(SyncLevel syncLevel) {
        Objects.requireNonNull(syncLevel, "syncLevel");
        return with(changed -> changed.syncLevel = syncLevel);
    }

    /**
     * {@return page size of a store that is created: a power of two from 512 to 65,536, 4,096 by
     * default; a store that exists keeps its own}
     */
    public int pageBytes() {
        return settings.pageBytes;
    }

    /** {@return the same with another {@link #pageBytes}} */
    public StoreConfig withPageBytes(int pageBytes) {
        if (pageBytes < 512 || pageBytes > 65_536 || Integer.bitCount(pageBytes) != 1) {
            throw new IllegalArgumentException(
                    "page size: pageBytes="
                            + pageBytes
                            + ", must be a power of two from 512 to 65536");
        }
        return with(changed -> changed.pageBytes = pageBytes);
    }

    /** {@return largest size of the data file, at least 1 MiB; 4 TiB by default} */
    public long maxBytes() {
        return settings.maxBytes;
    }

    /** {@return the same with another {@link #maxBytes}} */
    public StoreConfig withMaxBytes(long maxBytes) {
        checkRange("maximum size", "maxBytes", maxBytes, MIN_MAX_BYTES, MAX_MAX_BYTES);
        return with(changed -> changed.maxBytes = maxBytes);
    }

    /**
     * {@return how long {@link Store#begin} waits for another write transaction, and {@link
     * Store#checkpoint(CheckpointMode)} for transactions and readers, 0 to 86,400,000; 5,000 by
     * default; 0 fails at once}
     */
    public long busyTimeoutMillis() {
        return settings.busyTimeoutMillis;
    }

    /** {@return the same with another {@link #busyTimeoutMillis}} */
    public StoreConfig withBusyTimeoutMillis(long busyTimeoutMillis) {
        checkRange("busy timeout", "busyTimeoutMillis", busyTimeoutMillis, 0, DAY_MILLIS);
        return with(changed -> changed.busyTimeoutMillis = busyTimeoutMillis);
    }

    /**
     * {@return bytes written since the last checkpoint after which the next one starts, at least 64
     * KiB; 64 MiB by default}
     */
    public long checkpointBytes() {
        return settings.checkpointBytes;
    }

    /** {@return the same with another {@link #checkpointBytes}} */
    public StoreConfig withCheckpointBytes(long checkpointBytes) {
        checkRange(
                "checkpoint threshold",
                "checkpointBytes",
                checkpointBytes,
                MIN_CHECKPOINT_BYTES,
                MAX_MAX_BYTES);
        return with(changed -> changed.checkpointBytes = checkpointBytes);
    }

    /**
     * {@return age of the last checkpoint after which changes get the next one, 10 to 86,400,000;
     * 5,000 by default}
     */
    public long checkpointIntervalMillis() {
        return settings.checkpointIntervalMillis;
    }

    /** {@return the same with another {@link #checkpointIntervalMillis}} */
    public StoreConfig withCheckpointIntervalMillis(long checkpointIntervalMillis) {
        checkRange(
                "checkpoint interval",
                "checkpointIntervalMillis",
                checkpointIntervalMillis,
                10,
                DAY_MILLIS);
        return with(changed -> changed.checkpointIntervalMillis = checkpointIntervalMillis);
    }

    /**
     * {@return whether the store makes checkpoints by itself, by {@link #checkpointBytes} and
     * {@link #checkpointIntervalMillis}, unless its level is OFF; true by default}
     *
     * <p>Without, the log grows until somebody calls {@link Store#checkpoint(CheckpointMode)},
     * closes the store, waits for the medium, or a full disk needs the room; so does what recovery
     * has to do after a kill.
     */
    public boolean backgroundCheckpoints() {
        return settings.backgroundCheckpoints;
    }

    /** {@return the same with another {@link #backgroundCheckpoints}} */
    public StoreConfig withBackgroundCheckpoints(boolean backgroundCheckpoints) {
        return with(changed -> changed.backgroundCheckpoints = backgroundCheckpoints);
    }

    /**
     * {@return after how many commits of this process the next one makes a PASSIVE checkpoint
     * before it returns, 1 to 2^50, or 0 for never, the default}
     *
     * <p>Counts commits, not bytes; where a transaction of another thread is open just then, the
     * checkpoint leaves the log as it is. It comes beside those of the background.
     */
    public long walSizeLimit() {
        return settings.walSizeLimit;
    }

    /** {@return the same with another {@link #walSizeLimit}} */
    public StoreConfig withWalSizeLimit(long walSizeLimit) {
        checkRange("commits per checkpoint", "walSizeLimit", walSizeLimit, 0, MAX_MAX_BYTES);
        return with(changed -> changed.walSizeLimit = walSizeLimit);
    }

    /** {@return what commits wait for and checkpoints report; WAL by default} */
    public JournalMode journalMode() {
        return settings.journalMode;
    }

    /** {@return the same with another {@link #journalMode}} */
    public StoreConfig withJournalMode(JournalMode journalMode) {
        Objects.requireNonNull(journalMode, "journalMode");
        return with(changed -> changed.journalMode = journalMode);
    }

    /**
     * {@return how long {@link Store#close} waits for open snapshots, 0 to 86,400,000; 5,000 by
     * default}
     */
    public long closeTimeoutMillis() {
        return settings.closeTimeoutMillis;
    }

    /** {@return the same with another {@link #closeTimeoutMillis}} */
    public StoreConfig withCloseTimeoutMillis(long closeTimeoutMillis) {
        checkRange("close timeout", "closeTimeoutMillis", closeTimeoutMillis, 0, DAY_MILLIS);
        return with(changed -> changed.closeTimeoutMillis = closeTimeoutMillis);
    }

    /**
     * {@return how many bytes of pages may be committed and not durable when a transaction begins
     * that does not wait for the medium, about; 65,536 to 2^50, or 0 for no bound, the default}
     *
     * <p>At the bound {@link Store#begin()} asks for a checkpoint and waits up to the busy timeout.
     * Bytes are counted from the last checkpoint on.
     */
    public long maxUndurableBytes() {
        return settings.maxUndurableBytes;
    }

    /** {@return the same with another {@link #maxUndurableBytes}} */
    public StoreConfig withMaxUndurableBytes(long maxUndurableBytes) {
        if (maxUndurableBytes != 0) {
            checkRange(
                    "undurable bytes (0: no bound)",
                    "maxUndurableBytes",
                    maxUndurableBytes,
                    MIN_CHECKPOINT_BYTES,
                    MAX_MAX_BYTES);
        }
        return with(changed -> changed.maxUndurableBytes = maxUndurableBytes);
    }

    /**
     * {@return how old, in milliseconds, the oldest commit that is not durable may be when a
     * transaction begins that does not wait for the medium; up to 86,400,000, or 0 for no bound,
     * the default}
     *
     * <p>At the bound {@link Store#begin()} asks for a checkpoint and waits up to the busy timeout.
     */
    public long maxUndurableMillis() {
        return settings.maxUndurableMillis;
    }

    /** {@return the same with another {@link #maxUndurableMillis}} */
    public StoreConfig withMaxUndurableMillis(long maxUndurableMillis) {
        checkRange("undurable age", "maxUndurableMillis", maxUndurableMillis, 0, DAY_MILLIS);
        return with(changed -> changed.maxUndurableMillis = maxUndurableMillis);
    }

    /**
     * {@return how many batches may wait when {@link Store#trySubmit} takes one more, 1 to
     * 1,048,576; 1,024 by default}
     */
    public int batchQueueCapacity() {
        return settings.batchQueueCapacity;
    }

    /** {@return the same with another {@link #batchQueueCapacity}} */
    public StoreConfig withBatchQueueCapacity(int batchQueueCapacity) {
        checkRange("batch queue", "batchQueueCapacity", batchQueueCapacity, 1, MAX_BATCHES);
        return with(changed -> changed.batchQueueCapacity = batchQueueCapacity);
    }

    /** {@return when checksums of pages are compared; FIRST_TOUCH by default} */
    public Verify verify() {
        return settings.verify;
    }

    /** {@return the same with another {@link #verify}} */
    public StoreConfig withVerify(Verify verify) {
        Objects.requireNonNull(verify, "verify");
        return with(changed -> changed.verify = verify);
    }

    /**
     * {@return whether {@link LargeValue#unsafeSegment} gives each handle memory of its own, which
     * goes with the handle: a raw segment that is used later throws, where it would otherwise show
     * other bytes; false by default}
     *
     * <p>For tests and for finding such uses: mapping a value costs some 10 microseconds, letting
     * it go up to milliseconds.
     */
    public boolean paranoid() {
        return settings.paranoid;
    }

    /** {@return the same with another {@link #paranoid}} */
    public StoreConfig withParanoid(boolean paranoid) {
        return with(changed -> changed.paranoid = paranoid);
    }

    /**
     * {@return whether the store is opened for reading only, beside processes that read or write;
     * false by default, and true where it is {@link #immutable}}
     */
    public boolean readOnly() {
        return settings.readOnly || settings.immutable;
    }

    /** {@return the same with another {@link #readOnly}} */
    public StoreConfig withReadOnly(boolean readOnly) {
        return with(changed -> changed.readOnly = readOnly);
    }

    /**
     * {@return whether the store is opened for reading only and nobody else changes it meanwhile,
     * so that no live file is made or written; false by default}
     *
     * <p>For a medium or a directory that cannot be written. Opening it is refused while another
     * process is seen to have it open, and keeps out those who would write where there is a live
     * file that can be read. Where there is none, nobody must open the store for writing meanwhile.
     */
    public boolean immutable() {
        return settings.immutable;
    }

    /** {@return the same with another {@link #immutable}} */
    public StoreConfig withImmutable(boolean immutable) {
        return with(changed -> changed.immutable = immutable);
    }

    /** {@return whether a store that does not exist is created; true by default} */
    public boolean createIfMissing() {
        return settings.createIfMissing;
    }

    /** {@return the same with another {@link #createIfMissing}} */
    public StoreConfig withCreateIfMissing(boolean createIfMissing) {
        return with(changed -> changed.createIfMissing = createIfMissing);
    }

    /**
     * {@return whether a file system is accepted that cannot keep the store's promises; false by
     * default}
     */
    public boolean allowUnsafeFileSystem() {
        return settings.allowUnsafeFileSystem;
    }

    /** {@return the same with another {@link #allowUnsafeFileSystem}} */
    public StoreConfig withAllowUnsafeFileSystem(boolean allowUnsafeFileSystem) {
        return with(changed -> changed.allowUnsafeFileSystem = allowUnsafeFileSystem);
    }

    /** {@return who does the work in the background; THREAD by default} */
    public MaintenanceMode maintenance() {
        return settings.maintenance;
    }

    /** {@return the same with another {@link #maintenance}} */
    public StoreConfig withMaintenance(MaintenanceMode maintenance) {
        Objects.requireNonNull(maintenance, "maintenance");
        return with(changed -> changed.maintenance = maintenance);
    }

    /** {@return who is told what happens in the background; nobody by default} */
    public StoreListener listener() {
        return settings.listener;
    }

    /** {@return the same with another {@link #listener}} */
    public StoreConfig withListener(StoreListener listener) {
        Objects.requireNonNull(listener, "listener");
        return with(changed -> changed.listener = listener);
    }

    /** {@return what happens to snapshots that keep much for long; nothing by default} */
    public SnapshotPolicy snapshotPolicy() {
        return settings.snapshotPolicy;
    }

    /** {@return the same with another {@link #snapshotPolicy}} */
    public StoreConfig withSnapshotPolicy(SnapshotPolicy snapshotPolicy) {
        Objects.requireNonNull(snapshotPolicy, "snapshotPolicy");
        return with(changed -> changed.snapshotPolicy = snapshotPolicy);
    }

    /** {@return whether expired entries are removed in the background; off by default} */
    public ExpirySweep expirySweep() {
        return settings.expirySweep;
    }

    /** {@return the same with another {@link #expirySweep}} */
    public StoreConfig withExpirySweep(ExpirySweep expirySweep) {
        Objects.requireNonNull(expirySweep, "expirySweep");
        return with(changed -> changed.expirySweep = expirySweep);
    }

    /**
     * {@return a file in which the store shows its figures to other processes, brought up to date
     * every second, or the empty path for none, the default}
     *
     * <p>{@code coppice stat --live STORE} finds it where it is named as the store, with {@code
     * -counters} behind. An older one of that name is replaced. The file stays when the store is
     * closed.
     */
    public Path countersFile() {
        return settings.countersFile;
    }

    /** {@return the same with another {@link #countersFile}} */
    public StoreConfig withCountersFile(Path countersFile) {
        Objects.requireNonNull(countersFile, "countersFile");
        return with(changed -> changed.countersFile = countersFile);
    }

    /**
     * {@return source of the wall clock, for commit times, ages and what expires; the system's by
     * default}
     */
    public InstantSource clock() {
        return settings.clock;
    }

    /** {@return the same with another {@link #clock}} */
    public StoreConfig withClock(InstantSource clock) {
        Objects.requireNonNull(clock, "clock");
        return with(changed -> changed.clock = clock);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoreConfig config
                && settings.named().equals(config.settings.named());
    }

    @Override
    public int hashCode() {
        return settings.named().hashCode();
    }

    /** {@return all values by name} */
    @Override
    public String toString() {
        return "StoreConfig" + settings.named();
    }
}
