package dev.coppice.engine.check;

/**
 * Counts what was read for {@link Progress}.
 *
 * <p>Thread safety: one thread.
 */
final class Steps {
    private final Progress progress;
    private final long total;
    private long done;

    Steps(Progress progress, long total) {
        this.progress = progress;
        this.total = total;
    }

    void pages(long count) {
        done += count;
        progress.pages(done, Math.max(done, total));
    }
}
