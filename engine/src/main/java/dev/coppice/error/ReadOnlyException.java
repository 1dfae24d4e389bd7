package dev.coppice.error;

/** A change was asked of a store that is open for reading only. */
public final class ReadOnlyException extends StoreException {
    private static final long serialVersionUID = 1L;

    public ReadOnlyException(String message) {
        super(message, null);
    }

    public ReadOnlyException(String message, Throwable cause) {
        super(message, cause);
    }
}
