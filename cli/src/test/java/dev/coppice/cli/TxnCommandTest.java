package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** txn: a script of commands in one transaction. */
final class TxnCommandTest {
    @TempDir private Path directory;
    private String file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("s.coppice").toString();
    }

    private Run script(String text, String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "txn";
        args[1] = file;
        System.arraycopy(options, 0, args, 2, options.length);
        return Run.withInput(text, args);
    }

    private static String run(String... args) {
        Run run = Run.of(args);
        assertEquals(ExitCode.OK, run.code(), run.err());
        return run.out();
    }

    @Test
    void everyCommandIsDoneAndAnswers() {
        Run run =
                script(
                        """
                        # accounts
                        put a 1
                        put "a b" 1
                        put a 2
                        set-if-absent a 3
                        set-if-absent c 3 --ttl 1h

                        increment n 5
                        increment n -7
                        get a
                        get nobody
                        exists c
                        count
                        del nobody
                        del --prefix a
                        put k v --cf other
                        clear --cf other
                        """);
        assertEquals(ExitCode.OK, run.code(), run.err());
        String end = run.out().substring(run.out().indexOf("committed"));
        assertEquals(
                """
                2: new
                3: new
                4: replaced
                5: no
                6: yes
                8: 5
                9: -2
                10: 2
                11: no such key
                12: yes
                13: 4
                14: removed 0 entries
                15: removed 2 entries
                16: new
                17: removed 1 entry
                """
                        + end,
                run.out());
        assertTrue(end.matches("committed 15 commands as transaction \\d+\\.\\d+\n"), end);
        assertEquals("c\nn\n", run("list", file));
        assertEquals("0\n", run("count", file, "--cf", "other"));
        assertFalse(run("ttl", file, "c").contains("never"));
    }

    @Test
    void quotedWordsHaveBlanksQuotesAndEscapes() {
        assertEquals(ExitCode.OK, script("put \"a b\" \"x \\\"y\\\"\\ttab\"\n").code());
        assertEquals("a b\tx \"y\"\\ttab\n", run("scan", file));
        assertEquals(ExitCode.OK, script("put e \"\"").code());
        assertEquals("\n", run("get", file, "e"));
    }

    @Test
    void answersAreJsonOnRequest() {
        Run run = script("put a 1\nget a\nget b\nincrement n 2\n", "--json");
        assertEquals(ExitCode.OK, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals("{\"line\":1,\"new\":true}", lines.get(0));
        assertEquals("{\"line\":2,\"value\":\"1\"}", lines.get(1));
        assertEquals("{\"line\":3,\"exists\":false}", lines.get(2));
        assertEquals("{\"line\":4,\"value\":2}", lines.get(3));
        assertTrue(
                lines.get(4).startsWith("{\"committed\":true,\"steps\":4,\"txn\":"), lines.get(4));
    }

    @Test
    void dryRunStoresNothing() {
        assertEquals(ExitCode.USAGE, script("put a 1\n", "--dry-run").code());
        run("put", file, "a", "1");
        Run run = script("put a 2\ndel a\nput b 1\ncount\n", "--dry-run");
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertEquals(
                """
                1: replaced
                2: removed 1 entry
                3: new
                4: 1
                dry run of 4 commands: nothing was stored
                """,
                run.out());
        assertEquals("a\t1\n", run("scan", file));
        Run json = script("count\n", "--dry-run", "--json");
        assertEquals("{\"line\":1,\"count\":1}\n{\"committed\":false,\"steps\":1}\n", json.out());
    }

    @Test
    void scriptIsReadFromAFile() throws IOException {
        Path script = Files.writeString(directory.resolve("script"), "put 00ff 0a");
        assertTrue(run("txn", file, script.toString(), "--hex").startsWith("1: new\n"));
        assertEquals("00ff\t0a\n", run("scan", file, "--hex"));
        assertEquals(ExitCode.OK, script("put -- -5 below\n", "-", "--long").code());
        assertEquals("below\n", run("get", file, "--long", "--", "-5"));
        Run missing = Run.of("txn", file, directory.resolve("none").toString());
        assertEquals(ExitCode.USAGE, missing.code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "putt a 1",
                "put a",
                "put a 1 2",
                "put a 1 --ttl soon",
                "put \"a 1",
                "put \"a\"b 1",
                "put a \\q",
                "del",
                "del a --prefix b",
                "increment first 1",
                "increment n x",
                "put \"\" 1",
            })
    void lineThatCannotBeDoneIsNamedAndNothingIsStored(String line) {
        run("put", file, "first", "1");
        Run run = script("put a 1\n\n" + line + "\nput b 1\n");
        assertEquals(ExitCode.USAGE, run.code(), run.err());
        assertTrue(run.err().startsWith("coppice: line 3: "), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertEquals("first\t1\n", run("scan", file));
    }

    @Test
    void familyThatIsNotThereIsNamed() {
        run("put", file, "first", "1");
        Run run = script("put a 1\ncount --cf nobody\n");
        assertEquals(ExitCode.NEGATIVE, run.code());
        assertTrue(run.err().startsWith("coppice: line 2: no column family"), run.err());
        assertEquals("first\t1\n", run("scan", file));
    }
}
