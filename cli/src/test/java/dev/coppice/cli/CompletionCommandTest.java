package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** completion and jshell, as far as they are text. */
final class CompletionCommandTest {
    @Test
    void scriptsNameCommandsAndOptions() {
        for (String shell : new String[] {"bash", "zsh"}) {
            Run run = Run.of("completion", shell);
            assertEquals(ExitCode.OK, run.code(), run.err());
            assertTrue(run.out().contains("complete -F _complete_coppice"), run.out());
            assertTrue(run.out().contains("--skip-malformed"), run.out());
            assertTrue(run.out().contains("_picocli_coppice_cf_drop"), run.out());
            assertFalse(run.out().contains("demo-writer"), run.out());
            assertTrue(run.out().contains("\"PASSIVE\" \"FULL\" \"RESTART\" \"TRUNCATE\""));
            assertTrue(run.out().contains("=(\"bash\" \"zsh\")"), run.out());
        }
        Run run = Run.of("completion", "fish");
        assertEquals(ExitCode.USAGE, run.code());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
