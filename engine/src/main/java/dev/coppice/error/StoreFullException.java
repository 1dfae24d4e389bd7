package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/**
 * No page is left, since the disk is full or the configured maximum size is reached, or no
 * transaction id. Nothing was changed.
 */
public final class StoreFullException extends StoreException {
    private static final long serialVersionUID = 1L;

    public StoreFullException(String message) {
        super(message, null);
    }

    public StoreFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
