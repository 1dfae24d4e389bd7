package dev.coppice.error;

/** The snapshot, or the cursor over it, was closed before or during the operation. */
public final class SnapshotClosedException extends StoreException {
    private static final long serialVersionUID = 1L;

    public SnapshotClosedException(String message) {
        super(message, null);
    }

    public SnapshotClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
