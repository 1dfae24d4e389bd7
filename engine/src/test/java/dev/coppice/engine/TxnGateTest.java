package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Nobody sleeps through the move that he waits for. */
class TxnGateTest {
    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final AtomicLong position = new AtomicLong();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final TxnGate gate = new TxnGate(position::get, isOver::get, () -> false);

    @Test
    void positionReachedAlreadyNeedsNoWait() throws InterruptedException {
        position.set(5);
        assertTrue(gate.await(5, 0));
        assertTrue(gate.await(4, 0));
        assertFalse(gate.await(6, 0));
    }

    @Test
    void waitEndsWithItsTimeout() throws InterruptedException {
        assertFalse(gate.await(1, 1_000_000));
    }

    @Test
    void moveByAnotherProcessIsNoticedThoughNobodyCalls() throws Exception {
        TxnGate shared = new TxnGate(position::get, isOver::get, () -> true);
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<Boolean> waits = threads.submit(() -> shared.await(7, LONG_NANOS));
            position.set(7);
            assertTrue(waits.get());
        }
        assertFalse(shared.await(8, 2_000_000));
    }

    @Test
    void waitEndsWhenNothingWillMoveAnyMore() throws InterruptedException {
        isOver.set(true);
        assertFalse(gate.await(1, LONG_NANOS));
    }

    @Test
    void interruptEndsTheWaitAndOnlyAWait() throws InterruptedException {
        Thread.currentThread().interrupt();
        assertTrue(gate.await(0, LONG_NANOS));
        assertThrows(InterruptedException.class, () -> gate.await(1, LONG_NANOS));
        assertFalse(Thread.interrupted());
        position.set(1);
        gate.moved();
        assertTrue(gate.await(1, 0));
    }

    @Test
    void eachMoveWakesThoseWhoWaitForItOnPlatformThreads() throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            followersSeeEveryStep(threads);
        }
    }

    @Test
    void eachMoveWakesThoseWhoWaitForItOnVirtualThreads() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            followersSeeEveryStep(threads);
        }
    }

    /** Two sides wait for each other's step in turn: a lost wake-up would stop both. */
    private void followersSeeEveryStep(ExecutorService threads) throws Exception {
        int steps = 20_000;
        List<Future<?>> sides = new ArrayList<>();
        for (int side = 0; side < 2; side++) {
            int mine = side;
            sides.add(
                    threads.submit(() -> {
                        for (int step = 0; step < steps; step++) {
                            assertTrue(gate.await(2L * step + mine, LONG_NANOS));
                            position.set(2L * step + mine + 1);
                            gate.moved();
                        }
                        return null;
                    }));
        }
        for (Future<?> each : sides) {
            each.get(2, TimeUnit.MINUTES);
        }
        assertEquals(2L * steps, position.get());
    }
}
