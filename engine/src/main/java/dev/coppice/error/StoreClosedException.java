package dev.coppice.error;

/** The store was closed, or refuses work after a failed flush until it is opened again. */
public final class StoreClosedException extends StoreException {
    private static final long serialVersionUID = 1L;

    public StoreClosedException(String message) {
        super(message, null);
    }

    public StoreClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
