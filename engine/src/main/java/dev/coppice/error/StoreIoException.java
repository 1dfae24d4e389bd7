package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** The operating system failed an operation on one of the store's files. */
public final class StoreIoException extends StoreException {
    private static final long serialVersionUID = 1L;

    public StoreIoException(String message) {
        super(message, null);
    }

    public StoreIoException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
