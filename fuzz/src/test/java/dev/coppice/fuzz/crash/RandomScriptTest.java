package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Crashes scripts that are made at random; {@code fuzz/run crash} makes as many as are wanted. */
final class RandomScriptTest {
    private static final int IMAGES = 20_000;

    @TempDir Path directory;

    @Test
    void survivesCrashesOfRandomScripts() {
        Budget budget = new Budget(1, 0, IMAGES, false, "random", null);
        Run run = new Run("crash", budget, directory, System.out);
        new CrashRuns().run(run);
        System.out.println(run.summary());
        assertEquals(0, run.failureCount());
    }
}
