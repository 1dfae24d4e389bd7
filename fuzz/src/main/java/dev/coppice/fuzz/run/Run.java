package dev.coppice.fuzz.run;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One run of a suite: its budget, its figures, and its failures, each of which becomes a file.
 *
 * <p>Thread safety: any thread.
 */
public final class Run {
    private static final long PROGRESS_NANOS = 5_000_000_000L;
    private static final int MAX_KEPT_FAILURES = 20;

    private final String suite;
    private final Budget budget;
    private final Path failureDirectory;
    private final PrintStream out;
    private final long startNanos = System.nanoTime();

    // Guarded by this
    private final Map<String, Long> kinds = new TreeMap<>();
    private final List<Failure> kept = new ArrayList<>();
    private long nextProgressNanos = startNanos + PROGRESS_NANOS;
    private long scenarios;
    private long failures;

    /**
     * Begins a run.
     *
     * @param failureDirectory where failures are written
     * @param out where progress is shown
     */
    public Run(String suite, Budget budget, Path failureDirectory, PrintStream out) {
        this.suite = suite;
        this.budget = budget;
        this.failureDirectory = failureDirectory;
        this.out = out;
    }

    public Budget budget() {
        return budget;
    }

    public long seed() {
        return budget.seed();
    }

    /** {@return the seconds that are left, at least 1; very many where there is no limit} */
    public long secondsLeft() {
        if (budget.seconds() == 0) {
            return 1_000_000;
        }
        long elapsed = (System.nanoTime() - startNanos) / 1_000_000_000L;
        return Math.max(1, budget.seconds() - elapsed);
    }

    /** {@return whether no further scenario may begin} */
    public synchronized boolean isOver() {
        boolean isLate =
                budget.seconds() > 0
                        && System.nanoTime() - startNanos >= budget.seconds() * 1_000_000_000L;
        boolean isFull = budget.scenarios() > 0 && scenarios >= budget.scenarios();
        return isLate || isFull || (failures > 0 && budget.stopsAtFailure());
    }

    /** {@return whether a scenario of this name is to be tried} */
    public boolean wants(String scenario) {
        return budget.only() == null || budget.only().equals(scenario);
    }

    /** Counts a scenario that was tried. */
    public void scenario() {
        scenarios(1, "");
    }

    /** Counts scenarios that were tried, and shows progress now and then. */
    public synchronized void scenarios(long count, String latest) {
        scenarios += count;
        if (System.nanoTime() - nextProgressNanos >= 0) {
            nextProgressNanos = System.nanoTime() + PROGRESS_NANOS;
            out.println(suite + ": " + figures() + (latest.isEmpty() ? "" : ", at " + latest));
        }
    }

    /** Adds to a figure that is shown at the end. */
    public synchronized void add(String kind, long count) {
        kinds.merge(kind, count, Long::sum);
    }

    /** Sets a figure that is shown at the end. */
    public synchronized void set(String kind, long value) {
        kinds.put(kind, value);
    }

    /** Records a failure: shows it and writes its file. */
    public synchronized void fail(Failure failure) {
        failures++;
        if (kept.size() >= MAX_KEPT_FAILURES) {
            return;
        }
        kept.add(failure);
        Path file = failureDirectory.resolve(suite + "-" + seed() + "-" + kept.size() + ".txt");
        out.println(suite + ": FAILED " + failure.scenario() + ": " + failure.error());
        out.println("    repeat: fuzz/run " + failure.repeat());
        failure.script().forEach(line -> out.println("    " + line));
        try {
            Files.createDirectories(failureDirectory);
            Files.writeString(file, failure.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println("    all of it: " + file);
    }

    /** {@return the failures, the first of them only where there are very many} */
    public synchronized List<Failure> failures() {
        return List.copyOf(kept);
    }

    /** {@return how many scenarios were tried} */
    public synchronized long scenarioCount() {
        return scenarios;
    }

    /** {@return how many scenarios failed} */
    public synchronized long failureCount() {
        return failures;
    }

    /** {@return the time it has taken, in milliseconds} */
    public long elapsedMillis() {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    private String figures() {
        return scenarios
                + " scenarios, "
                + failures
                + " failures, "
                + elapsedMillis() / 1000
                + " s";
    }

    /** {@return all figures, in one line} */
    public synchronized String summary() {
        StringBuilder text = new StringBuilder(suite + ": " + figures());
        kinds.forEach((kind, count) -> text.append(", ").append(kind).append('=').append(count));
        return text.toString();
    }
}
