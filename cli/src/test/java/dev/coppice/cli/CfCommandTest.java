package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** cf list, create, drop and clear. */
final class CfCommandTest {
    @TempDir private Path directory;

    private String file;

    @BeforeEach
    void create() {
        file = directory.resolve("s.coppice").toString();
        assertEquals(new Run(ExitCode.OK, "", ""), Run.of("cf", "create", file, "fx"));
        assertEquals(ExitCode.OK, Run.of("put", file, "a", "1", "--cf", "fx").code());
    }

    @Test
    void listCountsEntries() {
        assertEquals("default\t0\nfx\t1\n", Run.of("cf", "list", file).out());
        assertEquals(
                "{\"cf\":\"default\",\"count\":0}\n{\"cf\":\"fx\",\"count\":1}\n",
                Run.of("cf", "list", file, "--json").out());
    }

    @Test
    void familyThatIsThereIsNotCreated() {
        Run run = Run.of("cf", "create", file, "fx");
        assertEquals(ExitCode.NEGATIVE, run.code());
        assertEquals("coppice: there is a column family named 'fx' already\n", run.err());
        assertEquals("default\t0\nfx\t1\n", Run.of("cf", "list", file).out());
    }

    @Test
    void clearKeepsTheFamily() {
        assertEquals("removed 1 entry\n", Run.of("cf", "clear", file, "fx").out());
        assertEquals(
                "{\"cf\":\"fx\",\"removed\":0}\n",
                Run.of("cf", "clear", file, "fx", "--json").out());
        assertEquals("default\t0\nfx\t0\n", Run.of("cf", "list", file).out());
        assertEquals(ExitCode.OK, Run.of("cf", "clear", file, "default").code());
    }

    @Test
    void dropRemovesTheFamily() {
        assertEquals(new Run(ExitCode.OK, "", ""), Run.of("cf", "drop", file, "fx"));
        assertEquals("default\t0\n", Run.of("cf", "list", file).out());
        for (String command : new String[] {"drop", "clear"}) {
            Run again = Run.of("cf", command, file, "fx");
            assertEquals(ExitCode.NEGATIVE, again.code());
            assertEquals("coppice: no column family named 'fx'\n", again.err());
        }
    }

    @Test
    void namesAreChecked() {
        Run dropped = Run.of("cf", "drop", file, "default");
        assertEquals(ExitCode.USAGE, dropped.code());
        assertTrue(dropped.err().contains("cannot be dropped"), dropped.err());
        assertEquals(ExitCode.USAGE, Run.of("cf", "create", file, "").code());
        assertEquals(ExitCode.USAGE, Run.of("cf", "create", file, "x".repeat(256)).code());
    }
}
