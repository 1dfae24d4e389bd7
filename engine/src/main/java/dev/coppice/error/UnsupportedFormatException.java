package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** The file is not a store, or a store of a format that this version does not read. */
public final class UnsupportedFormatException extends StoreException {
    private static final long serialVersionUID = 1L;

    public UnsupportedFormatException(String message) {
        super(message, null);
    }

    public UnsupportedFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
