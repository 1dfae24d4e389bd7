package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** The snapshot, or the cursor over it, was closed before or during the operation. */
public final class SnapshotClosedException extends StoreException {
    private static final long serialVersionUID = 1L;

    public SnapshotClosedException(String message) {
        super(message, null);
    }

    public SnapshotClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
