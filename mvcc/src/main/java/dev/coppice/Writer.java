package dev.coppice;

import dev.coppice.engine.WriteView;

/**
 * A handle that begins and commits one write transaction after the other, and allocates nothing for
 * them:
 *
 * {@snippet :
 * try (Writer writer = store.writer()) {
 *     writer.begin();
 *     writer.putReserve(TICKS, nanos, 16).putLong(0, price).putLong(8, quantity);
 *     writer.commit();
 * }
 * }
 *
 * <p>It keeps nothing of the store between transactions: there may be any number of writers, and
 * {@link WriteTransaction}s beside them, one transaction at a time among all of them.
 *
 * <p>Thread safety: one owner at a time. A transaction belongs to the thread that began it; between
 * transactions the writer may be handed to another thread, as any object that is not thread-safe.
 */
public final class Writer extends WriteHandle implements AutoCloseable {
    private boolean isClosed;

    Writer(Store store, WriteView view) {
        super(store, view);
    }

    /** Starts a transaction at the store's {@link SyncLevel}. As {@link #begin(SyncLevel)}. */
    public void begin() {
        begin(store.config().syncLevel());
    }

    /**
     * Starts a transaction, waiting for the one that is open.
     *
     * @throws dev.coppice.error.BusyException as {@link Store#begin(SyncLevel)} does
     * @throws IllegalStateException when this thread, or this writer, has a transaction open, or
     *     the writer is closed
     */
    public void begin(SyncLevel syncLevel) {
        begin(syncLevel, store.transactions().timeoutNanos());
    }

    /** As {@link #begin()} with another timeout. */
    void begin(long timeoutNanos) {
        begin(store.config().syncLevel(), timeoutNanos);
    }

    private void begin(SyncLevel syncLevel, long timeoutNanos) {
        if (isClosed) {
            throw new IllegalStateException("the writer is closed");
        }
        if (isOwned()) {
            throw new IllegalStateException(
                    "the writer has a transaction open: commit it or roll it back first");
        }
        store.requireOpen();
        store.transactions().begin(syncLevel, timeoutNanos);
        own();
    }

    /** Rolls back the transaction that is open, if any, and ends the use of the writer. */
    @Override
    public void close() {
        if (isOwned()) {
            rollback();
        }
        isClosed = true;
    }
}
