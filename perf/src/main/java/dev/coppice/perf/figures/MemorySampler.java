package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches the anonymous memory of a process: heap, stacks and buffers, without the pages of mapped
 * files. Finds nothing where there is no /proc.
 *
 * <p>Thread safety: any thread.
 */
final class MemorySampler implements AutoCloseable {
    private static final long PERIOD_NANOS = 20_000_000;

    private final Path status;
    private final Thread thread;
    private volatile long peakBytes;
    private volatile boolean isStopped;

    private MemorySampler(long processId) {
        this.status = Path.of("/proc", Long.toString(processId), "status");
        this.thread = Thread.ofPlatform().daemon().name("memory-sampler").unstarted(this::run);
    }

    static MemorySampler start(long processId) {
        var sampler = new MemorySampler(processId);
        sampler.thread.start();
        return sampler;
    }

    private void run() {
        while (!isStopped && sample()) {
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private boolean sample() {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("RssAnon:")) {
                    String number = line.replaceAll("\\D", "");
                    peakBytes = Math.max(peakBytes, Long.parseLong(number) << 10);
                }
            }
            return true;
        } catch (IOException e) {
            // The process is gone, or this is no Linux.
            return false;
        }
    }

    long peakBytes() {
        return peakBytes;
    }

    @Override
    public void close() {
        isStopped = true;
        LockSupport.unpark(thread);
    }
}
