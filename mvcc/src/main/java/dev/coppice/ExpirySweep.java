package dev.coppice;

/**
 * Whether expired entries are removed in the background, and how much of that is done at a time;
 * see {@link Store#doWork}. Off by default: then they stay until somebody purges, deletes or
 * overwrites them.
 *
 * <p>A sweep goes through the leaves in which entries may expire, in small steps: it looks for
 * something to remove in a snapshot, and takes the role of the writer only where there is something
 * and nobody else has it. Between two steps it rests four times as long as the one took, and from
 * the end of a sweep to the next one for the interval.
 *
 * @param intervalMillis how long it rests after a sweep, 1 to 86,400,000
 * @param maxEntries most entries that one transaction removes, 1 to 1,048,576
 * @param maxMillis how long a step goes on, about, 1 to 1,000
 */
public record ExpirySweep(long intervalMillis, int maxEntries, int maxMillis) {
    private static final ExpirySweep OFF = new ExpirySweep(0, 0, 0);
    private static final long DAY_MILLIS = 86_400_000;
    private static final int MOST_ENTRIES = 1 << 20;
    private static final int MOST_MILLIS = 1_000;

    public ExpirySweep {
        if (intervalMillis != 0 || maxEntries != 0 || maxMillis != 0) {
            check("intervalMillis", intervalMillis, DAY_MILLIS);
            check("maxEntries", maxEntries, MOST_ENTRIES);
            check("maxMillis", maxMillis, MOST_MILLIS);
        }
    }

    private static void check(String name, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(
                    "expiry sweep: " + name + "=" + value + ", must be 1 to " + max);
        }
    }

    /** {@return that nothing is removed in the background; all numbers are 0} */
    public static ExpirySweep off() {
        return OFF;
    }

    /** {@return a sweep once in a while, by steps of 1,000 entries and 2 milliseconds} */
    public static ExpirySweep every(long intervalMillis) {
        return new ExpirySweep(intervalMillis, 1_000, 2);
    }

    /** {@return whether it removes anything} */
    public boolean isOn() {
        return maxEntries > 0;
    }
}
