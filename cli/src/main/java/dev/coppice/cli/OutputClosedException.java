package dev.coppice.cli;

import java.io.IOException;

/** Whoever reads the output, such as {@code head}, has enough of it: no error. */
public final class OutputClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputClosedException(IOException cause) {
        super("the output is closed", cause);
    }
}
