package dev.coppice.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work that makes a file end in order when the user ends the process (Ctrl-C), so that it can
 * remove the file.
 *
 * <p>Thread safety: one thread. Lifetime: that of the work.
 */
final class Cancellation implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::askAndWait);
    private volatile boolean isAsked;

    Cancellation() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void askAndWait() {
        isAsked = true;
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Called often by the work.
     *
     * @throws UsageException when the process is to end
     */
    void check() {
        if (isAsked) {
            throw new UsageException("cancelled");
        }
    }

    @Override
    public void close() {
        finished.countDown();
        if (!isAsked) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException _) {
                // It has begun meanwhile, and does not wait any more.
                return;
            }
        }
    }
}
