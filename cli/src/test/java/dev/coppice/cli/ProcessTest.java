package dev.coppice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as processes of a shell: pipes that end early, files that may not grow. */
final class ProcessTest {
    private static final int ENTRIES = 20_000;

    @TempDir private Path directory;

    private Path text;

    @BeforeEach
    void writeText() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: there is no bash");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            lines.add("key%05d\tsome value, and more of it %d".formatted(i, i));
        }
        text = Files.write(directory.resolve("in.tsv"), lines);
    }

    /** Runs a line of the shell, in which {@code coppice} is a command. */
    private Run shell(String line) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path err = directory.resolve("err");
        String function =
                "coppice() { \"" + java + "\" -XX:+UseSerialGC dev.coppice.cli.Main \"$@\"; }";
        ProcessBuilder builder =
                new ProcessBuilder("/bin/bash", "-c", function + "; set -o pipefail; " + line)
                        .directory(directory.toFile())
                        .redirectError(err.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Run(process.onExit().join().exitValue(), out, Files.readString(err));
    }

    @Test
    void readerOfAPipeMayHaveEnough() throws IOException {
        Run.of("load", directory + "/s", text.toString());
        Run run = shell("coppice dump s | head -n 1");
        assertEquals("key00000\tsome value, and more of it 0\n", run.out());
        assertEquals("", run.err());
    }

    @Test
    void dumpIsInputOfLoad() throws IOException {
        Run.of("load", directory + "/s", text.toString(), "--cf", "fx");
        Run run = shell("coppice dump s --all --json | coppice load t --json");
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertEquals(Files.readString(text), Run.of("scan", directory + "/t", "--cf", "fx").out());
    }

    @Test
    void storeInUseIsReadAndItsSnapshotsAreShown() throws IOException {
        Path file = directory.resolve("s");
        Run.of("load", file.toString(), text.toString());
        try (Store store = Store.open(file);
                Snapshot snapshot = store.snapshot()) {
            store.put("zzz".getBytes(UTF_8), "new".getBytes(UTF_8));
            assertReadable();
            assertEquals(new Run(ExitCode.OK, "", ""), shell("coppice put s a b"));
            assertArrayEquals("b".getBytes(UTF_8), store.get("a".getBytes(UTF_8)));
            assertWaits(store);
            String commit = "commit " + Numbers.txn(snapshot.txn()) + ", ";
            String self = ", process " + ProcessHandle.current().pid() + "\n";
            String shown = shell("coppice snapshots s").out();
            assertTrue(shown.startsWith(commit) && shown.endsWith(self), shown);
            Run json =
                    shell("coppice dump s | (read line; coppice snapshots s --json; cat > dump)");
            assertEquals(2, json.out().lines().count(), json.out() + json.err());
            assertTrue(json.out().startsWith("{\"txn\":" + snapshot.txn() + ","), json.out());
            assertTrue(json.out().contains("{\"txn\":" + store.latestTxn() + ","), json.out());
        }
        assertEquals(ExitCode.OK, Run.of("check", file.toString()).code());
    }

    private void assertWaits(Store store) throws IOException {
        try (WriteTransaction txn = store.begin()) {
            txn.delete("a".getBytes(UTF_8));
            Run refused = shell("coppice put s a c --busy-timeout 0");
            assertEquals(ExitCode.BUSY, refused.code(), refused.out());
            assertEquals(1, refused.err().lines().count(), refused.err());
            String self = "process " + ProcessHandle.current().pid();
            assertTrue(refused.err().contains(self), refused.err());
            assertTrue(refused.err().contains("waited 0 ms"), refused.err());
            txn.rollback();
        }
        assertArrayEquals("b".getBytes(UTF_8), store.get("a".getBytes(UTF_8)));
        Run immutable = shell("coppice get s a --immutable");
        assertEquals(ExitCode.BUSY, immutable.code(), immutable.out());
        assertEquals(ExitCode.USAGE, shell("coppice del s a --immutable").code());
    }

    private void assertReadable() throws IOException {
        Run run =
                shell(
                        "coppice get s zzz && coppice count s && coppice scan s --reverse --limit 1"
                                + " && coppice stat s > stat && coppice exists s key00000"
                                + " && coppice copy s t > copy && coppice get t zzz"
                                + " && coppice check s > check");
        assertEquals(new Run(ExitCode.OK, "new\n20001\nzzz\tnew\nyes\nnew\n", ""), run);
    }

    @Test
    void exampleOfJshellPrintsTheCount() throws IOException {
        Run.of("load", directory + "/s", text.toString());
        Run run =
                shell(
                        "echo 'try (var s = store.snapshot()) { IO.println(s.count()); }' |"
                                + " coppice jshell s --"
                                + " -J-Djava.util.prefs.userRoot=newcomer -s -;"
                                + " coppice check s > check");
        assertEquals(new Run(ExitCode.OK, ENTRIES + "\n", ""), run);
    }

    @Test
    void namesOfFilesAreCompleted() throws IOException {
        for (String command :
                new String[] {"get", "load s", "dump s", "jshell", "copy s", "check", "cf list"}) {
            Run run =
                    shell(
                            "shopt -s progcomp; source <(coppice completion bash);"
                                    + " COMP_WORDS=(coppice "
                                    + command
                                    + " in.); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                                    + " _complete_coppice; echo \"${COMPREPLY[*]}\"");
            assertEquals("in.tsv\n", run.out(), command + ": " + run.err());
        }
    }

    @Test
    void storeThatMayNotGrowIsFullAndKeepsWhatItHad() throws IOException {
        assertEquals(ExitCode.OK, Run.of("put", directory + "/s", "a", "1").code());
        Run load = shell("ulimit -f 512; coppice load s in.tsv");
        assertEquals(ExitCode.STORE, load.code(), load.out());
        assertEquals(1, load.err().lines().count(), load.err());
        assertTrue(load.err().startsWith("coppice: No space is left"), load.err());
        assertEquals("a\t1\n", Run.of("scan", directory + "/s").out());
        assertEquals(ExitCode.OK, Run.of("check", directory + "/s").code());
    }

    @Test
    void copyAndDumpThatFindNoRoomLeaveNothing() throws IOException {
        Run.of("load", directory + "/s", text.toString());
        for (String command : new String[] {"copy s t", "dump s t"}) {
            Run run = shell("ulimit -f 512; coppice " + command);
            assertEquals(ExitCode.STORE, run.code(), run.out());
            assertEquals(1, run.err().lines().count(), run.err());
            assertTrue(!Files.exists(directory.resolve("t")));
        }
        try (var files = Files.list(directory)) {
            assertEquals(
                    List.of("err", "in.tsv", "s", "s-live"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }
}
