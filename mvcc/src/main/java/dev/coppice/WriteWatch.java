package dev.coppice;

import dev.coppice.engine.WriteView;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Watches the open write transaction, and rolls it back when nobody can end it any more.
 *
 * <p>Thread safety: any thread.
 */
final class WriteWatch {
    private static final System.Logger LOG = System.getLogger("dev.coppice");
    private static final long TRACED_EACH = 64;
    private static final long TRACED_UP_TO = 4096;

    private final Consumer<WriteView> rollback;
    private final AtomicReference<OpenWrite> open = new AtomicReference<>();

    // Writer role
    private long begun;

    private volatile boolean isTracing;

    /**
     * Creates a watch.
     *
     * @param rollback what ends a transaction in place of its owner
     */
    WriteWatch(Consumer<WriteView> rollback) {
        this.rollback = rollback;
    }

    /** Called by the thread that has begun a transaction. Writer role. */
    void began(WriteHandle handle, WriteView view) {
        boolean isTraced = begun % TRACED_EACH == 0 && (isTracing || begun < TRACED_UP_TO);
        begun++;
        open.set(new OpenWrite(handle, view, isTraced ? new Throwable("begun here") : null));
    }

    /** Called by the thread that ends its transaction, before it does. */
    void ending() {
        open.set(null);
    }

    /** Rolls the open transaction back if it was forgotten; returns how many were. */
    int release() {
        OpenWrite found = open.get();
        if (found == null || !found.isForgotten() || !open.compareAndSet(found, null)) {
            return 0;
        }
        isTracing = true;
        LOG.log(System.Logger.Level.WARNING, found.text(), found.site());
        rollback.accept(found.view());
        return 1;
    }

    /** {@return whether a transaction is open, one that is being ended not counted} */
    boolean isOpen() {
        return open.get() != null;
    }
}
