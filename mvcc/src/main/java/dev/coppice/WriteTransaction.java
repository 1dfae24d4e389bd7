package dev.coppice;

import dev.coppice.engine.WriteView;

/**
 * The one write transaction at a time: changes to any column families that become visible together
 * at {@link #commit}, or not at all.
 *
 * <p>{@link #close} rolls back what was not committed, so that {@code try (var txn =
 * store.begin())} is safe whatever happens inside.
 *
 * <p>Thread safety: the thread that began it; others get {@link IllegalStateException}.
 */
public final class WriteTransaction extends WriteHandle implements AutoCloseable {
    private final Thread owner = Thread.currentThread();
    private boolean isOpen = true;

    WriteTransaction(Store store, WriteView view) {
        super(store, view);
    }

    /**
     * Makes the changes visible, and durable as far as the transaction's {@link SyncLevel} says.
     * Ends the transaction, also when it throws: then nothing was changed, unless it throws {@link
     * dev.coppice.error.CommitInDoubtException}.
     *
     * @return the transaction's id
     */
    public long commit() {
        requireUsable();
        isOpen = false;
        return store.commit(view);
    }

    /** Undoes everything and ends the transaction. */
    public void rollback() {
        requireUsable();
        isOpen = false;
        store.rollback(view);
    }

    /** Rolls back what was not committed. Idempotent. */
    @Override
    public void close() {
        if (isOpen) {
            rollback();
        }
    }

    @Override
    void requireUsable() {
        if (!owner.equals(Thread.currentThread())) {
            throw new IllegalStateException(
                    "a write transaction belongs to the thread that began it: " + owner.getName());
        }
        if (!isOpen) {
            throw new IllegalStateException("the transaction was committed or rolled back");
        }
    }
}
