package dev.coppice;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Threads that work until their time is over and they have done enough, or one of them fails.
 * Thread safety: the thread that made it, but for {@link #isWorking}.
 */
final class Crew {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final long end;
    private final BooleanSupplier isEnough;

    /** What a thread of it does. */
    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    Crew(long millis) {
        this(millis, () -> true);
    }

    /**
     * Work for so long, and on a slow machine for longer.
     *
     * @param isEnough whether the threads have done what the test is about; after {@link Await} has
     *     lost patience they end all the same
     */
    Crew(long millis, BooleanSupplier isEnough) {
        this.end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        this.isEnough = isEnough;
    }

    boolean isWorking() {
        long late = System.nanoTime() - end;
        return failure.get() == null
                && (late < 0 || (late < Await.LONGEST_NANOS && !isEnough.getAsBoolean()));
    }

    /** Starts a thread that does the job again and again. */
    Thread repeat(Thread.Builder builder, Job job) {
        return once(
                builder,
                () -> {
                    while (isWorking()) {
                        job.run();
                    }
                });
    }

    /** Starts a thread that does the job once. */
    Thread once(Thread.Builder builder, Job job) {
        Thread thread =
                builder.start(() -> {
                    try {
                        job.run();
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                });
        threads.add(thread);
        return thread;
    }

    /** Waits for all threads; fails if one has failed. */
    void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }
}
