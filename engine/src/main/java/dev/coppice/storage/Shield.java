package dev.coppice.storage;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Runs what an interrupt of the calling thread would break: mapping a file goes through an
 * interruptible channel, which an interrupt closes. The interrupt flag is kept.
 *
 * <p>Thread safety: any thread.
 */
final class Shield {
    /**
     * Something that reads or maps a file.
     *
     * @param <T> what it yields
     */
    interface Call<T> {
        T run() throws IOException;
    }

    private Shield() {}

    /**
     * Runs the call with the flag put aside, and again on a thread of our own if an interrupt came
     * in between. For calls that open the channel they use.
     */
    static <T> T repeatable(Call<T> call) throws IOException {
        boolean wasInterrupted = Thread.interrupted();
        try {
            return call.run();
        } catch (ClosedByInterruptException e) {
            return onOwnThread(call);
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs the call on a thread that nobody can interrupt. For channels that must never close. */
    static <T> T onOwnThread(Call<T> call) throws IOException {
        FutureTask<T> task = new FutureTask<>(call::run);
        Thread.ofPlatform()
                .daemon()
                .name("coppice-map")
                .inheritInheritableThreadLocals(false)
                .start(task);
        return result(task);
    }

    /** {@return what a task gives, waited for whatever interrupts come} */
    static <T> T result(Future<T> task) throws IOException {
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                } catch (ExecutionException e) {
                    throw failure(e.getCause());
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException failure(Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case IOException e -> new IOException(e.getMessage(), e);
            default -> new IOException(cause);
        };
    }
}
