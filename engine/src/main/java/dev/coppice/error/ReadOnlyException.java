package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** A change was asked of a store that is open for reading only. */
public final class ReadOnlyException extends StoreException {
    private static final long serialVersionUID = 1L;

    public ReadOnlyException(String message) {
        super(message, null);
    }

    public ReadOnlyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
