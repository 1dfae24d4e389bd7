package dev.coppice.engine.commit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Who waits for a flush, and who flushes. */
class FlushLockTest {
    private final FlushLock lock = new FlushLock();

    /** What a thread of its own returns; {@code waiting} is completed with that thread. */
    private static <T> CompletableFuture<T> start(
            CompletableFuture<Thread> waiting, Supplier<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    waiting.complete(Thread.currentThread());
                    try {
                        result.complete(action.get());
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    private CompletableFuture<Boolean> commit(long txn) throws Exception {
        return startAndPark(() -> lock.lockUnlessFlushed(txn));
    }

    private static <T> CompletableFuture<T> startAndPark(Supplier<T> action) throws Exception {
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        CompletableFuture<T> result = start(waiting, action);
        parked(waiting);
        return result;
    }

    private static void parked(CompletableFuture<Thread> waiting) throws Exception {
        Thread thread = get(waiting);
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
    }

    private static <T> T get(CompletableFuture<T> result)
            throws ExecutionException, InterruptedException, TimeoutException {
        return result.get(1, TimeUnit.MINUTES);
    }

    @Test
    void whoIsFlushedByAnotherNeedsNoLock() throws Exception {
        lock.lock();
        CompletableFuture<Boolean> first = commit(1);
        CompletableFuture<Boolean> second = commit(2);
        lock.flushed(2);
        lock.unlock();
        lock.lock();
        assertFalse(get(first));
        assertFalse(get(second));
        lock.unlock();
        assertFalse(lock.lockUnlessFlushed(2));
        assertFalse(lock.isHeldByCurrentThread());
    }

    @Test
    void whoIsNotFlushedGetsTheLockAndWakesTheNext() throws Exception {
        lock.lock();
        CompletableFuture<Boolean> done = commit(1);
        CompletableFuture<Boolean> next =
                startAndPark(() -> {
                    boolean hasLock = lock.lockUnlessFlushed(2);
                    lock.flushed(3);
                    lock.unlock();
                    return hasLock;
                });
        CompletableFuture<Boolean> last = commit(3);
        lock.flushed(1);
        lock.unlock();
        assertFalse(get(done));
        assertTrue(get(next));
        assertFalse(get(last));
    }

    @Test
    void whoBlocksForTheLockComesBeforeThoseThatWaitForAFlush() throws Exception {
        lock.lock();
        CompletableFuture<Boolean> blocked =
                startAndPark(() -> {
                    lock.lock();
                    lock.flushed(5);
                    lock.unlock();
                    return true;
                });
        CompletableFuture<Boolean> waiting = commit(5);
        lock.unlock();
        assertTrue(get(blocked));
        assertFalse(get(waiting));
    }

    @Test
    void anInterruptIsKeptForLater() throws Exception {
        lock.lock();
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        CompletableFuture<Boolean> result =
                start(
                        waiting,
                        () -> !lock.lockUnlessFlushed(1) && Thread.currentThread().isInterrupted());
        parked(waiting);
        get(waiting).interrupt();
        parked(waiting);
        assertFalse(result.isDone());
        lock.flushed(1);
        lock.unlock();
        assertTrue(get(result));
    }
}
