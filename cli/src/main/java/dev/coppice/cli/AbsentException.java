package dev.coppice.cli;

/** What the user named is not in the store; the message says what is. */
final class AbsentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbsentException(String message) {
        super(message);
    }
}
