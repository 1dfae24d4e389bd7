package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that a step offers, for as long as {@code -Dcoppice.crash.minutes} says, and every
 * operation's failure. The first seed is that of the day, and printed.
 */
@Tag("slow")
final class NightlyCrashTest {
    private static final long MINUTES = Long.getLong("coppice.crash.minutes", 30);
    private static final long SEED =
            Long.getLong("coppice.crash.seed", System.currentTimeMillis() / 86_400_000);
    private static final CrashFigures ALL = new CrashFigures();

    static List<Script> scripts() {
        return CrashSuite.scripts();
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void survivesCrashesEverywhere(Script script) {
        long seconds = Math.max(1, MINUTES * 60 / scripts().size());
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        for (long seed = SEED; System.nanoTime() - end < 0; seed++) {
            long left = (end - System.nanoTime()) / 1_000_000_000L + 1;
            requireNone(CrashSuite.thorough().run(script, seed, left));
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void survivesEveryFault(Script script) {
        for (FaultSweep.Mode mode : FaultSweep.modes(script)) {
            requireNone(FaultSweep.smoke(script).run(mode, 1, 1));
        }
    }

    private static void requireNone(CrashFigures figures) {
        ALL.add(figures);
        assertEquals(0, figures.failures(), () -> String.join("\n", figures.reported()));
    }

    @AfterAll
    static void printFigures() {
        System.out.println("Nightly crash suite, seed " + SEED + ": " + ALL);
    }
}
