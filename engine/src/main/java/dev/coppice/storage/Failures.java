package dev.coppice.storage;

import dev.coppice.error.StoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Turns failures of the system into the store's own. Thread safety: any thread. */
final class Failures {
    /** Less than this is a full disk, whatever language the system's message is in. */
    private static final long FULL_BELOW_BYTES = 1 << 20;

    private Failures() {}

    /**
     * {@return the exception to throw for a failed operation that needs room}
     *
     * @param file an existing file on the disk concerned
     * @param what was tried, as a clause: "growing x from 1 to 2 bytes"
     */
    static StoreException ofWrite(Path file, String what, IOException cause) {
        if (isFull(file, cause)) {
            return new StoreFullException(
                    "No space is left on the disk for " + what + ": free some and try again.",
                    cause);
        }
        return of(what, cause);
    }

    /** {@return the exception to throw for a failed operation} */
    static StoreIoException of(String what, IOException cause) {
        return new StoreIoException("The system failed " + what + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        String message = cause.getMessage();
        return message == null
                ? cause.getClass().getSimpleName()
                : cause.getClass().getSimpleName() + ": " + message;
    }

    private static boolean isFull(Path file, IOException cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left")
                || message.contains("quota exceeded")
                || message.contains("file too large")
                || message.contains("not enough space")
                || isDiskFull(file);
    }

    /** Asks the disk itself, since the system's messages come in the user's language. */
    private static boolean isDiskFull(Path file) {
        try {
            return Files.getFileStore(file).getUsableSpace() < FULL_BELOW_BYTES;
        } catch (IOException e) {
            return false;
        }
    }
}
