package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** check and scrub, of sound and damaged stores. */
final class CheckCommandTest {
    @TempDir private Path directory;

    private String file;

    @BeforeEach
    void load() {
        file = directory.resolve("s.coppice").toString();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append("key%05d".formatted(i)).append("\tsome value\n");
        }
        assertEquals(ExitCode.OK, Run.withInput(text.toString(), "load", file).code());
    }

    @Test
    void soundStoreHasNoProblem() {
        Run check = Run.of("check", file);
        assertEquals(ExitCode.OK, check.code(), check.out() + check.err());
        assertTrue(check.out().contains(" 5,000 entries"), check.out());
        Run scrub = Run.of("scrub", file, "--rate", "100");
        assertEquals(ExitCode.OK, scrub.code(), scrub.out() + scrub.err());
        assertTrue(scrub.out().contains(" 5,000 entries"), scrub.out());
        Run json = Run.of("check", file, "--json");
        assertTrue(
                json.out().contains("\"entries\":5000,\"problemCount\":0,\"problems\":[]"),
                json.out());
    }

    @Test
    void damagedPagesAreNamed() throws IOException {
        int noticed = 0;
        Damage.zero(Path.of(file));
        for (String command : new String[] {"check", "scrub"}) {
            Run run = Run.of(command, file);
            assertEquals(ExitCode.NEGATIVE, run.code(), run.out() + run.err());
            assertEquals("", run.err());
            noticed += (int) run.out().lines().filter(line -> line.contains("page")).count();
        }
        assertTrue(noticed > 2, "noticed=" + noticed);
        for (String command : new String[] {"check", "scrub"}) {
            Run json = Run.of(command, file, "--json");
            assertEquals(ExitCode.NEGATIVE, json.code());
            assertEquals(1, json.out().lines().count());
            assertTrue(json.out().contains("\"problems\":[\""), json.out());
        }
        Run scan = Run.of("scan", file);
        assertEquals(ExitCode.STORE, scan.code());
        assertEquals(1, scan.err().lines().count(), scan.err());
    }

    @Test
    void rateIsBounded() {
        assertEquals(ExitCode.USAGE, Run.of("scrub", file, "--rate", "0").code());
        assertEquals(ExitCode.USAGE, Run.of("scrub", file, "--rate", "NaN").code());
    }
}
