package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** A key is wrong or encrypted data was tampered with. */
public final class AuthenticationException extends StoreException {
    private static final long serialVersionUID = 1L;

    public AuthenticationException(String message) {
        super(message, null);
    }

    public AuthenticationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
