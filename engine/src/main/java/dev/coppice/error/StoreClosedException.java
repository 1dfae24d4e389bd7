package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** The store was closed, or refuses work after a failed flush until it is opened again. */
public final class StoreClosedException extends StoreException {
    private static final long serialVersionUID = 1L;

    public StoreClosedException(String message) {
        super(message, null);
    }

    public StoreClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
