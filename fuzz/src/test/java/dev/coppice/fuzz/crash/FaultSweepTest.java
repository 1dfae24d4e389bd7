package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fuzz.memory.MemoryFaults;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lets operations of each script's disk fail; the nightly run does so with every single one. */
final class FaultSweepTest {
    private static final int STRIDE = 7;
    private static final int FILE_STRIDE = 61;
    private static final CrashFigures ALL = new CrashFigures();

    static List<Script> scripts() {
        return CrashSuite.scripts();
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void survivesFaults(Script script) {
        int first = 1;
        for (FaultSweep.Mode mode : FaultSweep.modes(script)) {
            CrashFigures figures = FaultSweep.smoke(script).run(mode, first, STRIDE);
            first = first % STRIDE + 3;
            ALL.add(figures);
            assertEquals(0, figures.failures(), () -> String.join("\n", figures.reported()));
        }
    }

    /** Every script that can be on a file, in one page size, and some of its operations. */
    @ParameterizedTest
    @EnumSource
    void survivesInterruptsOnFiles(InterruptSweep.Mode mode) {
        int swept = 0;
        for (Script script : scripts()) {
            if (script.pageBytes() == 512 && InterruptSweep.modes(script).contains(mode)) {
                int first = 1 + swept++ % FILE_STRIDE;
                CrashFigures figures = InterruptSweep.of(script).run(mode, first, FILE_STRIDE);
                assertEquals(0, figures.failures(), () -> String.join("\n", figures.reported()));
            }
        }
        assertTrue(swept > 25, () -> "too few scripts can be on a file");
    }

    /**
     * A script at one level after the other, one with all that a checkpoint does, and those in
     * which another thread commits inside a checkpoint and inside a flush.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "normalThenFull/512",
                "besideATransaction/1024",
                "durableDuringCheckpoint/512",
                "writerDuringFlush/1024"
            })
    void survivesLackOfMemory(String script) {
        long[] counts = new long[3];
        List<String> failed = MemoryFaults.sweep(script, 1, STRIDE, counts);
        assertEquals(List.of(), failed);
        assertTrue(counts[0] > 10, "only " + counts[0] + " of " + counts[1] + " places");
    }

    @AfterAll
    static void printFigures() {
        System.out.println("Fault sweep: " + ALL);
    }
}
