package dev.coppice;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What the listener has yet to be told. One thread at a time tells it; another one that comes
 * meanwhile, or the listener itself by what it calls, leaves its events to that thread.
 *
 * <p>Thread safety: any thread.
 */
final class Events {
    private static final System.Logger LOG = System.getLogger("dev.coppice");

    private final StoreListener listener;
    private final boolean isWanted;
    private final Queue<Consumer<StoreListener>> events = new ConcurrentLinkedQueue<>();

    /** Held by who tells; nobody waits for it but {@link #close}. */
    private final ReentrantLock telling = new ReentrantLock();

    Events(StoreListener listener) {
        this.listener = listener;
        this.isWanted = !StoreListener.NONE.equals(listener);
    }

    /** {@return whether anybody listens} */
    boolean isWanted() {
        return isWanted;
    }

    void add(Consumer<StoreListener> event) {
        if (isWanted()) {
            events.add(event);
        }
    }

    /** {@return whether this thread is inside a call of the listener} */
    boolean isTelling() {
        return telling.isHeldByCurrentThread();
    }

    /** Tells the listener everything, unless that is being done. Requires: no lock, no role. */
    void deliver() {
        while (!isTelling() && !events.isEmpty() && telling.tryLock()) {
            try {
                tellAll();
            } finally {
                telling.unlock();
            }
        }
    }

    /** Tells the listener what is left, after a call that another thread is in has ended. */
    void close() {
        telling.lock();
        try {
            tellAll();
        } finally {
            telling.unlock();
        }
    }

    private void tellAll() {
        Consumer<StoreListener> event = events.poll();
        while (event != null) {
            try {
                event.accept(listener);
            } catch (Exception | Error e) {
                // Whatever a listener throws is its own affair.
                LOG.log(System.Logger.Level.WARNING, "a listener failed", e);
            }
            event = events.poll();
        }
    }
}
