package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Store;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What jshell is started with. */
final class JshellCommandTest {
    private static List<String> script(String... args) {
        JshellCommand command = new JshellCommand();
        new CommandLine(command).parseArgs(args);
        return command.script();
    }

    @Test
    void packageIsImported() {
        assertTrue(script().contains("import dev.coppice.*;"));
        assertTrue(script().stream().noneMatch(line -> line.contains("store")));
    }

    @Test
    void storeInUseStartsNoShell(@TempDir Path directory) {
        Path file = directory.resolve("s");
        try (Store store = Store.open(file)) {
            assertFalse(store.config().readOnly());
            Run run = Run.of("jshell", file.toString());
            assertEquals(ExitCode.BUSY, run.code(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
        assertEquals(ExitCode.OK, Run.of("check", file.toString()).code());
    }

    @Test
    void storeIsOpenedAndClosed() {
        List<String> lines = script("/data/a \"b\".coppice", "--", "--feedback", "concise");
        assertEquals(
                "var store = Store.open(Path.of(\"/data/a \\\"b\\\".coppice\"));",
                lines.get(lines.size() - 2));
        assertTrue(lines.getLast().contains("store::close"));
        assertTrue(
                script("/data/a", "--read-only").stream()
                        .anyMatch(line -> line.contains("withReadOnly(true)")));
    }
}
