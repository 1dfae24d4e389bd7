package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** The branch of the family that modules beside the engine extend. */
public abstract non-sealed class ExtensionException extends StoreException {
    private static final long serialVersionUID = 1L;

    protected ExtensionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
