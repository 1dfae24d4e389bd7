package dev.coppice;

import dev.coppice.engine.WriteView;

/**
 * The one write transaction at a time: changes to any column families that become visible together
 * at {@link #commit}, or not at all.
 *
 * <p>{@link #close} rolls back what was not committed, so that {@code try (var txn =
 * store.begin())} is safe whatever happens inside. For a stream of small transactions see {@link
 * Writer}.
 *
 * <p>Thread safety: the thread that began it; others get {@link IllegalStateException}.
 */
public final class WriteTransaction extends WriteHandle implements AutoCloseable {
    WriteTransaction(Store store, WriteView view) {
        super(store, view);
        own();
    }

    /** Rolls back what was not committed. Idempotent. */
    @Override
    public void close() {
        if (isOwned()) {
            rollback();
        }
    }
}
