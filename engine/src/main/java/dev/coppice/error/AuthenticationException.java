package dev.coppice.error;

/** A key is wrong or encrypted data was tampered with. */
public final class AuthenticationException extends StoreException {
    private static final long serialVersionUID = 1L;

    public AuthenticationException(String message) {
        super(message, null);
    }

    public AuthenticationException(String message, Throwable cause) {
        super(message, cause);
    }
}
