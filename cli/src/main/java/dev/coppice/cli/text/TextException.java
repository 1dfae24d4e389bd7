package dev.coppice.cli.text;

/** Text that does not say what it should; the message tells what would. */
public final class TextException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TextException(String message) {
        super(message);
    }

    public TextException(String message, Throwable cause) {
        super(message, cause);
    }
}
