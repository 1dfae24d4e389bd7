package dev.coppice.fuzz.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run has tried and what failed. Thread safety: one thread. */
public final class CrashFigures {
    private static final int MAX_REPORTED = 5;

    private final long startNanos = System.nanoTime();
    private final List<String> reported = new ArrayList<>();
    private long scripts;
    private long steps;
    private long images;
    private long distinct;
    private long doubles;
    private long doubled;
    private long lives;
    private long failures;
    private final LongSet seen;
    private final long maxFailures;

    CrashFigures() {
        this(new LongSet(), Long.MAX_VALUE);
    }

    /**
     * Starts at nothing.
     *
     * @param seen images of this and other runs
     * @param maxFailures after how many there is no sense in going on
     */
    CrashFigures(LongSet seen, long maxFailures) {
        this.seen = seen;
        this.maxFailures = maxFailures;
    }

    /** {@return whether enough has failed} */
    boolean isOver() {
        return failures >= maxFailures;
    }

    void script() {
        scripts++;
    }

    void step() {
        steps++;
    }

    void image(boolean isDouble) {
        images++;
        doubles += isDouble ? 1 : 0;
    }

    /** Counts an image unless another run has seen the same. */
    void distinctImage(long hash) {
        distinct += seen.add(hash) ? 1 : 0;
    }

    void doubled() {
        doubled++;
    }

    void life() {
        lives++;
    }

    void fail(String where, Throwable why) {
        failures++;
        if (reported.size() < MAX_REPORTED) {
            StringBuilder text = new StringBuilder(where + ": " + why);
            for (Throwable cause = why.getCause(); cause != null; cause = cause.getCause()) {
                text.append("\n    cause: ").append(cause);
            }
            StackTraceElement[] stack = why.getStackTrace();
            for (int i = 0; i < Math.min(8, stack.length); i++) {
                text.append("\n    at ").append(stack[i]);
            }
            reported.add(text.toString());
        }
    }

    public long images() {
        return images;
    }

    public long scripts() {
        return scripts;
    }

    public long distinct() {
        return distinct;
    }

    public long doubles() {
        return doubles;
    }

    public long failures() {
        return failures;
    }

    /** {@return the first failures in full} */
    public List<String> reported() {
        return List.copyOf(reported);
    }

    /** Adds what another run has tried. */
    void add(CrashFigures other) {
        scripts += other.scripts;
        steps += other.steps;
        images += other.images;
        distinct += other.distinct;
        doubles += other.doubles;
        doubled += other.doubled;
        lives += other.lives;
        failures += other.failures;
        for (String each : other.reported) {
            if (reported.size() < MAX_REPORTED) {
                reported.add(each);
            }
        }
    }

    @Override
    public String toString() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        return String.format(
                Locale.ROOT,
                "scripts=%d steps=%d images=%d distinct=%d double=%d (%.0f %%, of %d images)"
                        + " used-on=%d failures=%d seconds=%.1f images/s=%.0f",
                scripts,
                steps,
                images,
                distinct,
                doubles,
                100.0 * doubles / Math.max(1, images),
                doubled,
                lives,
                failures,
                seconds,
                images / seconds);
    }
}
