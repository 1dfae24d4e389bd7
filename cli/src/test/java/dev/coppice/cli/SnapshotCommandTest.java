package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** snapshot, diff, restore, and --snapshot and --since of other commands. */
final class SnapshotCommandTest {
    @TempDir private Path directory;

    private String file;

    @BeforeEach
    void fill() {
        file = directory.resolve("s.coppice").toString();
        run("put", file, "a", "1");
        run("put", file, "b", "2");
        run("snapshot", "create", file, "monday");
        run("put", file, "a", "1a");
        run("del", file, "b");
        run("put", file, "c", "3", "--expires-at", "2126-11-20T18:30:00Z");
        run("put", file, "x", "y", "--cf", "fx");
    }

    /** {@return what a command prints that succeeds} */
    private static String run(String... args) {
        Run run = Run.of(args);
        assertEquals(ExitCode.OK, run.code(), run.err());
        return run.out();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void listCreateAndDrop() {
        String list = run("snapshot", "list", file);
        assertTrue(list.matches("monday\t2\\.\\d+\t\\d{4}-\\d\\d-\\d\\dT\\S+Z\t2\n"), list);
        String json = run("snapshot", "list", file, "--json");
        assertTrue(json.startsWith("{\"name\":\"monday\",\"txn\":"), json);
        assertTrue(json.endsWith(",\"entries\":2}\n"), json);
        assertTrue(run("snapshots", file).contains(", named 'monday', "));
        Run twice = Run.of("snapshot", "create", file, "monday");
        assertEquals(ExitCode.NEGATIVE, twice.code());
        assertEquals("coppice: there is a snapshot named 'monday' already\n", twice.err());
        run("snapshot", "drop", file, "monday");
        assertEquals("", run("snapshot", "list", file));
        Run none = Run.of("snapshot", "drop", file, "monday");
        assertEquals(ExitCode.NEGATIVE, none.code());
        assertEquals("coppice: no snapshot named 'monday'\n", none.err());
        assertEquals(ExitCode.USAGE, Run.of("snapshot", "create", file, "").code());
        assertEquals(ExitCode.USAGE, Run.of("snapshot").code());
        assertEquals(ExitCode.OK, Run.of("check", file).code());
    }

    @Test
    void commandsReadIt() {
        String[] monday = {"--snapshot", "monday"};
        assertEquals("1\n", run("get", file, "a", monday[0], monday[1]));
        assertEquals("yes\n", run("exists", file, "b", monday[0], monday[1]));
        assertEquals("a\t1\nb\t2\n", run("scan", file, monday[0], monday[1]));
        assertEquals("2\n", run("count", file, monday[0], monday[1]));
        assertEquals(
                "default\ta\t1\ndefault\tb\t2\n", run("dump", file, "--all", monday[0], monday[1]));
        run("copy", file, path("copy"), monday[0], monday[1]);
        assertEquals("a\t1\nb\t2\n", run("scan", path("copy")));
        assertEquals("", run("snapshot", "list", path("copy")));
        Run none = Run.of("get", file, "a", "--snapshot", "sunday");
        assertEquals(ExitCode.NEGATIVE, none.code());
        assertEquals("coppice: no snapshot named 'sunday'; the store has monday\n", none.err());
    }

    @Test
    void diffPrintsChanges() {
        assertEquals(
                """
                update\tdefault\ta\t1a
                delete\tdefault\tb
                insert\tdefault\tc\t3\texpires=4950873000000
                create\tfx
                insert\tfx\tx\ty
                """,
                run("diff", file, "monday"));
        run("snapshot", "create", file, "tuesday");
        run("cf", "drop", file, "fx");
        assertEquals(
                """
                {"change":"update","cf":"default","key":"a","before":"1a","value":"1"}
                {"change":"insert","cf":"default","key":"b","value":"2"}
                {"change":"delete","cf":"default","key":"c","before":"3"}
                {"change":"drop","cf":"fx"}
                """,
                run("diff", file, "tuesday", "monday", "--json"));
        assertEquals("drop\tfx\n", run("diff", file, "tuesday"));
        assertEquals(ExitCode.NEGATIVE, Run.of("diff", file, "sunday").code());
    }

    @Test
    void incrementsAreRestored() {
        run("copy", file, path("base"), "--snapshot", "monday");
        run("snapshot", "create", file, "tuesday");
        String said = run("copy", file, path("1"), "--since", "monday", "--snapshot", "tuesday");
        assertTrue(said.startsWith("5 changes from commit 2."), said);
        run("put", file, "z", "9");
        String json = run("copy", file, path("2"), "--since", "tuesday", "--json");
        assertTrue(json.contains("\"changes\":1,\"pageVisits\":"), json);
        Run wrong = Run.of("restore", path("base"), path("2"), path("1"));
        assertEquals(ExitCode.USAGE, wrong.code());
        assertTrue(wrong.err().contains("one is missing, or the order is wrong"), wrong.err());
        assertEquals("a\t1\nb\t2\n", run("scan", path("base")));
        String restored = run("restore", path("base"), path("1"), path("2"));
        assertTrue(restored.contains(": 6 changes of 2 increments, in "), restored);
        assertEquals(run("dump", file, "--all"), run("dump", path("base"), "--all"));
        assertEquals(ExitCode.OK, Run.of("check", path("base")).code());
        Run damaged = Run.of("restore", path("base"), file);
        assertEquals(ExitCode.USAGE, damaged.code(), damaged.err());
        Run both = Run.of("copy", file, path("3"), "--since", "monday", "--compact");
        assertEquals(ExitCode.USAGE, both.code());
    }
}
