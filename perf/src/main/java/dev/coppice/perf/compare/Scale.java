package dev.coppice.perf.compare;

import dev.coppice.perf.figures.Arguments;

/**
 * How much is run.
 *
 * @param entries entries of a store with small values
 * @param rounds runs of each store
 * @param passes timed passes of a run, behind one for warming up
 * @param passMillis longest time of a pass
 * @param sharesJvms whether works of a group run in one JVM
 */
record Scale(int entries, int rounds, int passes, int passMillis, boolean sharesJvms) {
    static final String HELP =
            """
              --quick         200,000 entries, short passes, related works share a JVM
              --share         related works share a JVM, which saves time
              --entries N     entries of a store with small values; a fifth with large ones
              --rounds R      rounds (default 5, quick 4)
            """;
    private static final int MOST_ENTRIES = 100_000_000;

    static Scale of(Arguments arguments) {
        boolean isQuick = arguments.has("quick");
        return new Scale(
                arguments.count("entries", isQuick ? 200_000 : 1_000_000, MOST_ENTRIES),
                arguments.count("rounds", isQuick ? 4 : 5, 1000),
                isQuick ? 2 : 3,
                arguments.count("pass-millis", isQuick ? 100 : 3000, 1_000_000),
                isQuick || arguments.has("share"));
    }
}
