package dev.coppice.perf.compare.work;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Time, processor time and allocation of the calling thread. Thread safety: one thread.
 *
 * <p>One started meter at a time; it allocates nothing between start and stop.
 */
final class Meter {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long wall;
    private long processor;
    private long allocated;

    /**
     * What an operation took.
     *
     * @param wall nanoseconds by the clock
     * @param processor nanoseconds of the thread's processor time
     * @param allocated bytes
     */
    record Cost(double wall, double processor, double allocated) {}

    void start() {
        allocated = THREADS.getCurrentThreadAllocatedBytes();
        processor = THREADS.getCurrentThreadCpuTime();
        wall = System.nanoTime();
    }

    /** Ends the measurement of so many operations; {@code counted} nanoseconds, -1 for all. */
    Cost stop(long operations, long counted) {
        long nanos = counted < 0 ? System.nanoTime() - wall : counted;
        long processorNanos = THREADS.getCurrentThreadCpuTime() - processor;
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        double each = operations;
        return new Cost(nanos / each, processorNanos / each, bytes / each);
    }
}
