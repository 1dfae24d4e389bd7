package dev.coppice;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreClosedException;

/**
 * Turns what reading damaged or vanished pages throws into errors of the store. Stateless.
 *
 * <p>The engine's readers are safe on arbitrary bytes: the worst they do is to throw one of these.
 */
final class Faults {
    private Faults() {}

    static RuntimeException translate(Throwable fault) {
        if (fault instanceof IllegalStateException && "Already closed".equals(fault.getMessage())) {
            return new StoreClosedException("the store was closed", fault);
        }
        if (fault instanceof IndexOutOfBoundsException
                || fault instanceof NegativeArraySizeException) {
            return new CorruptStoreException(
                    -1, "a page points outside itself: run a check", fault);
        }
        if (fault instanceof InternalError) {
            return new CorruptStoreException(
                    -1,
                    "a mapped page could not be read: the file was cut or the disk failed",
                    fault);
        }
        if (fault instanceof RuntimeException exception) {
            return exception;
        }
        throw (Error) fault;
    }
}
