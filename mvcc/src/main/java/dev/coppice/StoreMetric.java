package dev.coppice;

/**
 * The figures of a {@link StoreStats} one by one, as a monitoring system wants them: with a name,
 * and a number that never changes its meaning.
 */
public enum StoreMetric {
    PUTS(1, "puts", true, "entries"),
    GETS(2, "gets", true, "values"),
    DELETES(3, "deletes", true, "entries"),
    ITERATIONS(4, "iterations", true, "cursors"),
    ERRORS(5, "errors", true, "operations"),
    BYTES_READ(6, "bytes.read", true, "bytes"),
    BYTES_WRITTEN(7, "bytes.written", true, "bytes"),
    COMMITS(8, "commits", true, "transactions"),
    CHECKPOINTS(9, "checkpoints", true, "checkpoints"),
    EXPIRED(10, "ttl.expired", true, "reads"),
    PURGED(11, "ttl.purged", true, "entries"),
    PAGES(12, "pages", false, "pages"),
    FREE_PAGES(13, "pages.free", false, "pages"),
    PENDING_PAGES(14, "pages.pending", false, "pages"),
    PINNED_PAGES(15, "pages.pinned", false, "pages"),
    LOG_FRAMES(16, "log.frames", false, "pages"),
    SNAPSHOTS(17, "snapshots", false, "handles"),
    OLDEST_SNAPSHOT(18, "snapshots.oldest", false, "milliseconds"),
    FORGOTTEN(19, "snapshots.forgotten", false, "handles"),
    LATEST_TXN(20, "txn.latest", false, "id"),
    DURABLE_TXN(21, "txn.durable", false, "id"),
    CHECKPOINT_TXN(22, "txn.checkpoint", false, "id"),
    COMMIT_P50(23, "commit.p50", false, "nanoseconds"),
    COMMIT_P99(24, "commit.p99", false, "nanoseconds"),
    COMMIT_MAX(25, "commit.max", false, "nanoseconds"),
    CHECKPOINT_P50(26, "checkpoint.p50", false, "nanoseconds"),
    CHECKPOINT_P99(27, "checkpoint.p99", false, "nanoseconds"),
    CHECKPOINT_MAX(28, "checkpoint.max", false, "nanoseconds");

    private final int id;
    private final String label;
    private final boolean isCounter;
    private final String unit;

    StoreMetric(int id, String label, boolean isCounter, String unit) {
        this.id = id;
        this.label = label;
        this.isCounter = isCounter;
        this.unit = unit;
    }

    /** {@return its number, which stays: the type id in a file of counters} */
    public int id() {
        return id;
    }

    /** {@return its name, words between dots} */
    public String label() {
        return label;
    }

    /** {@return whether it only rises, but for {@link Store#resetStats}} */
    public boolean isCounter() {
        return isCounter;
    }

    /** {@return what it is a number of} */
    public String unit() {
        return unit;
    }

    /** {@return its value} */
    public long of(StoreStats stats) {
        return switch (this) {
            case PUTS -> stats.counts().puts();
            case GETS -> stats.counts().gets();
            case DELETES -> stats.counts().deletes();
            case ITERATIONS -> stats.counts().iterations();
            case ERRORS -> stats.counts().errors();
            case BYTES_READ -> stats.counts().bytesRead();
            case BYTES_WRITTEN -> stats.counts().bytesWritten();
            case COMMITS -> stats.counts().commits();
            case CHECKPOINTS -> stats.counts().checkpoints();
            case EXPIRED -> stats.counts().expired();
            case PURGED -> stats.counts().purged();
            case PAGES -> stats.pages();
            case FREE_PAGES -> stats.freePages();
            case PENDING_PAGES -> stats.pendingPages();
            case PINNED_PAGES -> stats.pinnedPages();
            case LOG_FRAMES -> stats.logFrames();
            case SNAPSHOTS -> stats.openSnapshots();
            case OLDEST_SNAPSHOT -> stats.oldestSnapshotMillis();
            case FORGOTTEN -> stats.forgottenHandles();
            case LATEST_TXN -> stats.latestTxn();
            case DURABLE_TXN -> stats.durableTxn();
            case CHECKPOINT_TXN -> stats.checkpointTxn();
            case COMMIT_P50 -> stats.commitLatency().percentileNanos(50);
            case COMMIT_P99 -> stats.commitLatency().percentileNanos(99);
            case COMMIT_MAX -> stats.commitLatency().maxNanos();
            case CHECKPOINT_P50 -> stats.checkpointLatency().percentileNanos(50);
            case CHECKPOINT_P99 -> stats.checkpointLatency().percentileNanos(99);
            case CHECKPOINT_MAX -> stats.checkpointLatency().maxNanos();
        };
    }
}
