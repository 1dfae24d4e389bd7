package dev.coppice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.CheckpointMode;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** checkpoint: after a writer that was killed, beside readers, and misunderstood. */
final class CheckpointCommandTest {
    @TempDir private Path directory;

    private Path file;

    @BeforeEach
    void load() {
        file = directory.resolve("s.coppice");
        assertEquals(ExitCode.OK, Run.of("put", file.toString(), "a", "1").code());
    }

    /** Runs a class of this module in a process of its own. */
    private static Run process(Class<?> main, String... words) throws IOException {
        String[] command = new String[words.length + 4];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        command[1] = "-cp";
        command[2] = System.getProperty("java.class.path");
        command[3] = main.getName();
        System.arraycopy(words, 0, command, 4, words.length);
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Run(process.onExit().join().exitValue(), out, "");
    }

    /** Commits and ends as a killed process does. */
    static final class Halting {
        public static void main(String[] arguments) {
            Store store = Store.open(Path.of(arguments[0]));
            for (int i = 0; i < 500; i++) {
                store.put("key " + i, "value " + i);
            }
            Runtime.getRuntime().halt(0);
        }
    }

    @ParameterizedTest
    @EnumSource(CheckpointMode.class)
    void pagesOfAKilledWriterAreTheLog(CheckpointMode mode) throws IOException {
        assertEquals(0, process(Halting.class, file.toString()).code());
        Run run = Run.of("checkpoint", file.toString(), "--mode", mode.name());
        assertEquals(ExitCode.OK, run.code(), run.err());
        boolean isCut = mode == CheckpointMode.TRUNCATE;
        String counts = isCut ? "0 of 0" : "[1-9]\\d* of [1-9]\\d*";
        assertTrue(
                run.out()
                        .matches(mode + " done: " + counts + " log frames checkpointed, file .*\n"),
                run.out());
        assertEquals("value 77\n", Run.of("get", file.toString(), "key 77").out());
        assertEquals(ExitCode.OK, Run.of("check", file.toString()).code());
    }

    @Test
    void closedStoreHasNoLogAndPassiveIsWhatIsMade() {
        Run run = Run.of("checkpoint", file.toString(), "--json");
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertTrue(
                run.out()
                        .startsWith(
                                "{\"mode\":\"PASSIVE\",\"busy\":false,\"logFrames\":0,"
                                        + "\"checkpointedFrames\":0,\"fileBytes\":"),
                run.out());
    }

    @Test
    void readerOfAnOlderCommitInAnotherProcessIsInTheWayOfAllButPassive() throws IOException {
        StoreConfig reading = StoreConfig.defaults().withReadOnly(true).withCreateIfMissing(false);
        try (Store reader = Store.open(file, reading);
                Snapshot older = reader.snapshot()) {
            assertEquals(0, process(Main.class, "put", file.toString(), "b", "2").code());
            for (CheckpointMode mode : CheckpointMode.values()) {
                Run run =
                        process(
                                Main.class,
                                "checkpoint",
                                file.toString(),
                                "--timeout",
                                "0",
                                "--mode",
                                mode.name().toLowerCase(Locale.ROOT));
                boolean isBusy = mode != CheckpointMode.PASSIVE;
                assertEquals(isBusy ? ExitCode.NEGATIVE : ExitCode.OK, run.code(), run.out());
                String words =
                        mode + (isBusy ? " busy, other processes are in the way: " : " done: ");
                assertTrue(run.out().startsWith(words + "0 of 0 log frames"), run.out());
            }
            assertEquals(1, older.count());
        }
        assertEquals(ExitCode.OK, Run.of("check", file.toString()).code());
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        for (String[] words :
                new String[][] {
                    {"--mode", "SLOW"}, {"--timeout", "-1"}, {"--timeout", "x"}, {"--timeout"}
                }) {
            String[] all = new String[words.length + 2];
            all[0] = "checkpoint";
            all[1] = file.toString();
            System.arraycopy(words, 0, all, 2, words.length);
            Run run = Run.of(all);
            assertEquals(ExitCode.USAGE, run.code(), run.out());
            assertEquals(1, run.err().lines().count(), run.err());
        }
        Run none = Run.of("checkpoint", directory.resolve("none").toString());
        assertEquals(ExitCode.USAGE, none.code());
        try (Store store = Store.open(file)) {
            Run run = Run.of("checkpoint", file.toString());
            assertEquals(ExitCode.BUSY, run.code(), run.err());
            assertEquals("1", store.get("a"));
        }
    }
}
