package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** Somebody else holds what was asked for: the writer role, or the store as a whole. */
public final class BusyException extends StoreException {
    private static final long serialVersionUID = 1L;

    public BusyException(String message) {
        super(message, null);
    }

    public BusyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
