package dev.coppice.testkit;

import dev.coppice.Store;

/** Says whether a program may find its store like this after a crash. */
@FunctionalInterface
public interface CrashOracle {
    /**
     * Looks at a recovered store, and may use it.
     *
     * @param recovered is open, with everything in it that the crash left; closed by the caller
     * @param crash what happened
     * @throws Exception fails the test, as does an {@link AssertionError}
     */
    void check(Store recovered, Crash crash) throws Exception;
}
