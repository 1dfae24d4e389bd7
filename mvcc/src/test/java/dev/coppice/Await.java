package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do, for as long as a hung test may take. Stateless. */
final class Await {
    static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private Await() {}

    static void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - start < LONGEST_NANOS, "it never happened");
            LockSupport.parkNanos(100_000);
        }
    }

    /** Waits until a thread waits, for a time or for good. */
    static void waiting(Thread thread) {
        until(() -> {
            Thread.State state = thread.getState();
            return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        });
    }
}
