package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes and messages that all commands share. */
final class MainTest {
    @TempDir private Path directory;

    private String file() {
        return directory.resolve("s.coppice").toString();
    }

    @Test
    void helpListsCommandsAndExitCodes() {
        Run run = Run.of("--help");
        assertEquals(ExitCode.OK, run.code());
        assertTrue(run.out().contains("demo"), run.out());
        assertTrue(run.out().contains("Exit codes"), run.out());
        assertFalse(run.out().contains("demo-writer"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "stat", "check", "scrub", "get", "scan", "put", "del", "load"})
    void helpOfEachCommandHasExamples(String command) {
        Run run = Run.of(command, "--help");
        assertEquals(ExitCode.OK, run.code());
        assertTrue(run.out().contains("Examples:"), run.out());
        assertTrue(run.out().contains("coppice " + command), run.out());
    }

    @Test
    void badUsageIsOneLine() {
        for (String[] args :
                new String[][] {
                    {}, {"nonsense"}, {"get", "f"}, {"scan", "f", "--nonsense"}, {"demo", "-n"}
                }) {
            Run run = Run.of(args);
            assertEquals(ExitCode.USAGE, run.code(), run.err());
            assertTrue(run.err().startsWith("coppice: "), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
    }

    @Test
    void missingStoreIsRefusedAndNotCreated() {
        for (String command : new String[] {"stat", "scan"}) {
            Run run = Run.of(command, file());
            assertEquals(ExitCode.USAGE, run.code());
            assertTrue(run.err().startsWith("coppice: no store at "), run.err());
        }
        assertFalse(Files.exists(Path.of(file())));
    }

    @Test
    void directoryIsRefused() {
        assertEquals(ExitCode.USAGE, Run.of("stat", directory.toString()).code());
        assertEquals(ExitCode.USAGE, Run.of("put", directory.toString(), "k", "v").code());
    }

    @Test
    void openStoreIsBusy() {
        try (Store store = Store.open(Path.of(file()))) {
            assertFalse(store.config().readOnly());
            Run run = Run.of("stat", file());
            assertEquals(ExitCode.BUSY, run.code(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
    }

    @Test
    void otherFileIsAStoreError() throws IOException {
        Files.writeString(Path.of(file()), "no store".repeat(4000));
        Run run = Run.of("stat", file());
        assertEquals(ExitCode.STORE, run.code(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }

    @Test
    void closedOutputEndsQuietly() {
        assertEquals(ExitCode.OK, Run.of("put", file(), "k", "v").code());
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream none = InputStream.nullInputStream();
        for (String[] args : new String[][] {{"scan", file()}, {"stat", file()}, {"--help"}}) {
            Console console = Run.console(none, failing("Broken pipe"), err);
            assertEquals(ExitCode.OK, Main.run(console, args));
        }
        assertEquals(0, err.size());
    }

    @Test
    void outputThatCannotBeWrittenIsAnError() {
        assertEquals(ExitCode.OK, Run.of("put", file(), "k", "v").code());
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream none = InputStream.nullInputStream();
        Console console = Run.console(none, failing("No space left on device"), err);
        assertEquals(ExitCode.STORE, Main.run(console, "scan", file()));
        assertEquals(
                "coppice: cannot write the output: No space left on device\n",
                err.toString(StandardCharsets.UTF_8));
    }
}
