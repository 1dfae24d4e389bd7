package dev.coppice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** Closes several things even if closing one of them fails. Thread safety: any thread. */
final class CloseAll {
    private CloseAll() {}

    /** Closes everything, then reports the first failure. */
    static void of(Path file, Closeable... all) {
        IOException failure = null;
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw Failures.of("closing " + file, failure);
        }
    }

    /** Closes what an opening got hold of before it failed; nulls are what it did not get to. */
    static void afterFailure(Throwable failure, Closeable... opened) {
        for (Closeable each : opened) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
