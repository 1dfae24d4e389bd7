package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/**
 * The flush of a commit failed: the commit may or may not survive, which opening the store again
 * decides.
 */
public final class CommitInDoubtException extends StoreException {
    private static final long serialVersionUID = 1L;

    public CommitInDoubtException(String message) {
        super(message, null);
    }

    public CommitInDoubtException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
