package dev.coppice.fuzz.run;

import java.util.List;

/**
 * What a run may take and where it begins.
 *
 * @param seed of everything that is chosen at random
 * @param seconds when to stop, or 0: when the suite has done all it has to
 * @param scenarios how many to try at most, or 0
 * @param stopsAtFailure whether the first failure ends it
 * @param only the one scenario to try, or null for all
 * @param kept the steps to take of each scenario, or null for all
 */
public record Budget(
        long seed,
        long seconds,
        long scenarios,
        boolean stopsAtFailure,
        String only,
        List<Integer> kept) {
    /** {@return a budget of so many seconds} */
    public static Budget ofSeconds(long seed, long seconds) {
        return new Budget(seed, seconds, 0, false, null, null);
    }

    /** {@return a budget of so many scenarios} */
    public static Budget ofScenarios(long seed, long scenarios) {
        return new Budget(seed, 0, scenarios, false, null, null);
    }
}
