package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crashes each script at every step, by killing the process and by a power loss, and some of what
 * is left again while it recovers.
 */
final class CrashSuiteTest {
    private static final long SEED = 1;
    private static final long MAX_SECONDS = 30;
    private static final CrashFigures ALL = new CrashFigures();

    static List<Script> scripts() {
        return CrashSuite.scripts();
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void survivesCrashesEverywhere(Script script) {
        CrashFigures figures = CrashSuite.smoke().run(script, SEED, MAX_SECONDS);
        ALL.add(figures);
        assertEquals(0, figures.failures(), () -> String.join("\n", figures.reported()));
    }

    @AfterAll
    static void printFigures() {
        System.out.println("Crash suite: " + ALL);
    }
}
