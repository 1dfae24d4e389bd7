package dev.coppice;

import org.jspecify.annotations.Nullable;

/**
 * The stream of a value did not give what was stated: it ended early, went on, or failed. Nothing
 * was stored, and the transaction is what it was before the call.
 */
public final class ValueStreamException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final long readBytes;
    private final long expectedBytes;

    ValueStreamException(
            String what, long readBytes, long expectedBytes, @Nullable Throwable cause) {
        super(
                "the stream of the value "
                        + what
                        + ": readBytes="
                        + readBytes
                        + ", expectedBytes="
                        + expectedBytes,
                cause);
        this.readBytes = readBytes;
        this.expectedBytes = expectedBytes;
    }

    /** {@return how many bytes the stream gave; one more than expected where it went on} */
    public long readBytes() {
        return readBytes;
    }

    /** {@return the length that was stated} */
    public long expectedBytes() {
        return expectedBytes;
    }
}
