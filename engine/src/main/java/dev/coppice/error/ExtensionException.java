package dev.coppice.error;

/** The branch of the family that modules beside the engine extend. */
public abstract non-sealed class ExtensionException extends StoreException {
    private static final long serialVersionUID = 1L;

    protected ExtensionException(String message, Throwable cause) {
        super(message, cause);
    }
}
