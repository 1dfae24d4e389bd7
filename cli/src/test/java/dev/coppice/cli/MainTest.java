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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    @ValueSource(
            strings = {
                "demo",
                "get",
                "put",
                "set-if-absent",
                "list",
                "ttl",
                "purge",
                "txn",
                "clear",
                "sync",
                "checkpoint",
                "del",
                "exists",
                "scan",
                "count",
                "cf",
                "load",
                "dump",
                "copy",
                "stat",
                "check",
                "scrub",
                "snapshots",
                "snapshot",
                "diff",
                "restore",
                "jshell",
                "completion"
            })
    void helpOfEachCommandHasExamples(String command) {
        Run run = Run.of(command, "--help");
        assertEquals(ExitCode.OK, run.code());
        assertTrue(run.out().contains("Examples:"), run.out());
        assertTrue(run.out().contains("coppice " + command), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "create", "drop", "clear"})
    void helpOfFamilyCommandsHasExamples(String command) {
        Run run = Run.of("cf", command, "--help");
        assertEquals(ExitCode.OK, run.code());
        assertTrue(run.out().contains("coppice cf " + command), run.out());
    }

    @ParameterizedTest
    @CsvSource({
        "sacn, scan",
        "laod, load",
        "count?, count",
        "clist, list",
        "demo-writr, ''",
        "hlep, ''"
    })
    void mistypedCommandIsGuessed(String word, String meant) {
        Run run = Run.of(word);
        assertEquals(ExitCode.USAGE, run.code());
        String guess = meant.isEmpty() ? "" : "; did you mean " + meant + "?";
        assertEquals(
                "coppice: no such command: coppice " + word + guess + "; see: coppice --help\n",
                run.err());
    }

    @Test
    void mistypedOptionsAndTooManyWordsAreNamed() {
        Run option = Run.of("cf", "list", "f", "--jsn");
        assertEquals(
                "coppice: unknown option --jsn; did you mean --json?; see: coppice cf list --help\n",
                option.err());
        Run word = Run.of("get", "f", "k", "v");
        assertEquals("coppice: too much: v; see: coppice get --help\n", word.err());
        assertEquals(
                "coppice: no such command: coppice cf ls; did you mean list?; see: coppice cf"
                        + " --help\n",
                Run.of("cf", "ls", "f").err());
        assertEquals(
                "coppice: cf needs a command: list, create, drop or clear\n", Run.of("cf").err());
    }

    @Test
    void stackTracesComeWhenAskedFor() {
        assertEquals(1, Run.of("get", file(), "k").err().lines().count());
        for (String[] args :
                new String[][] {
                    {"get", file(), "k", "--verbose"},
                    {"--verbose", "get", file(), "k"},
                    {"cf", "list", file(), "--verbose"},
                    {"get", "--verbose"}
                }) {
            Run run = Run.of(args);
            assertEquals(ExitCode.USAGE, run.code());
            assertTrue(run.err().contains("\tat dev.coppice.cli."), run.err());
        }
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
    void missingStoreIsRefusedAndNotCreated() throws IOException {
        for (String[] args :
                new String[][] {
                    {"stat", file()},
                    {"scan", file()},
                    {"check", file()},
                    {"scrub", file()},
                    {"count", file()},
                    {"dump", file()},
                    {"snapshots", file()},
                    {"snapshot", "list", file()},
                    {"snapshot", "create", file(), "a"},
                    {"snapshot", "drop", file(), "a"},
                    {"diff", file(), "a"},
                    {"restore", file(), "a"},
                    {"cf", "list", file()},
                    {"cf", "drop", file(), "a"},
                    {"cf", "clear", file(), "a"},
                    {"get", file(), "k"},
                    {"list", file()},
                    {"clear", file()},
                    {"sync", file()},
                    {"del", file(), "k"},
                    {"exists", file(), "k"},
                    {"copy", file(), file() + "2"}
                }) {
            Run run = Run.of(args);
            assertEquals(ExitCode.USAGE, run.code());
            assertTrue(run.err().startsWith("coppice: no store at "), run.err());
        }
        try (var files = Files.list(directory)) {
            assertEquals(0, files.count());
        }
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
    void whatIsNoStoreIsBadUsageForEveryCommand() throws IOException {
        Path small = Files.writeString(directory.resolve("small"), "no store");
        Path large = Files.writeString(directory.resolve("large"), "no store".repeat(4000));
        for (Path path : List.of(small, large, directory, directory.resolve("no/s.coppice"))) {
            String name = path.toString();
            for (String[] args :
                    new String[][] {
                        {"get", name, "k"},
                        {"put", name, "k", "v"},
                        {"del", name, "k"},
                        {"load", name},
                        {"cf", "create", name, "fx"},
                        {"copy", name, file()},
                        {"check", name},
                        {"stat", name},
                        {"jshell", name},
                        {"jshell", name, "--read-only"}
                    }) {
                Run run = Run.of(args);
                assertEquals(ExitCode.USAGE, run.code(), args[0] + ": " + run.err());
                assertEquals(1, run.err().lines().count(), run.err());
            }
        }
    }

    @Test
    void helpIsACommandToo() {
        assertEquals(Run.of("--help"), Run.of("help"));
        assertEquals(Run.of("get", "--help"), Run.of("help", "get"));
        assertEquals(Run.of("cf", "list", "--help"), Run.of("help", "cf", "list"));
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
        for (String[] args :
                new String[][] {{"scan", file()}, {"stat", file()}, {"dump", file()}, {"--help"}}) {
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
