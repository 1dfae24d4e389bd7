package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

/** Shows how far long work is, on a terminal, a few times a second. Thread safety: one thread. */
final class Meter {
    private static final long PERIOD_NANOS = 200_000_000;

    private final Console console;
    private final long started = System.nanoTime();
    private long shown = started;

    /** Starts the clock. */
    Meter(Console console) {
        this.console = console;
    }

    /**
     * Shows how far it is, where the last time is long enough ago.
     *
     * @param total entries or bytes to do, 0 where nobody knows
     * @param done how many of those are done
     * @param bytes bytes read or written, -1 where nobody counts them
     */
    void show(long done, long total, long entries, long bytes) {
        long now = System.nanoTime();
        if (now - shown < PERIOD_NANOS) {
            return;
        }
        shown = now;
        double seconds = (now - started) / 1e9;
        String share = total == 0 ? "" : format(ROOT, "%3d %%  ", (long) (100.0 * done / total));
        String volume =
                bytes < 0
                        ? ""
                        : "  "
                                + Numbers.bytes(bytes)
                                + "  "
                                + Numbers.bytes((long) (bytes / seconds))
                                + "/s";
        console.progress(
                format(
                        ROOT,
                        "%s%,d entries  %,.0f entries/s%s",
                        share,
                        entries,
                        entries / seconds,
                        volume));
    }

    /** Takes the line away. */
    void clear() {
        console.progress("");
    }

    /** {@return the time since the start} */
    double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }
}
