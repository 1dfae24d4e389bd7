package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
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
