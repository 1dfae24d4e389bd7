package dev.coppice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** put, get, del, scan and stat. */
final class EntryCommandsTest {
    @TempDir private Path directory;

    private String file;

    @BeforeEach
    void putSome() {
        file = directory.resolve("s.coppice").toString();
        for (String key : new String[] {"b1", "a1", "b3", "b2", "c1"}) {
            assertEquals(ExitCode.OK, Run.of("put", file, key, "v" + key).code());
        }
    }

    private String keys(String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "scan";
        args[1] = file;
        System.arraycopy(options, 0, args, 2, options.length);
        Run run = Run.of(args);
        assertEquals(ExitCode.OK, run.code(), run.err());
        return String.join(" ", run.out().lines().map(line -> line.split("\t", -1)[0]).toList());
    }

    @Test
    void getPrintsTheValue() {
        assertEquals(new Run(ExitCode.OK, "vb2\n", ""), Run.of("get", file, "b2"));
        assertEquals("vb2", Run.of("get", file, "b2", "--raw").out());
    }

    @Test
    void putTakesWhatAFileHolds() throws IOException {
        byte[] picture = new byte[300_000];
        new Random(1).nextBytes(picture);
        String source = Files.write(directory.resolve("picture"), picture).toString();
        assertEquals(new Run(ExitCode.OK, "", ""), Run.of("put", file, "p", "--file", source));
        assertStored(picture, "p");
        Run piped = Run.of(new ByteArrayInputStream(picture), "put", file, "q", "--file", "-");
        assertEquals(new Run(ExitCode.OK, "", ""), piped);
        assertStored(picture, "q");
        assertEquals(ExitCode.OK, Run.of("put", file, "c", "--file", source, "--cf", "new").code());
    }

    private void assertStored(byte[] value, String key) {
        try (Store store = Store.open(Path.of(file))) {
            assertArrayEquals(value, store.get(key.getBytes(UTF_8)));
        }
    }

    @Test
    void putWantsOneValue() {
        String absent = directory.resolve("absent").toString();
        for (Run refused :
                List.of(
                        Run.of("put", file, "k"),
                        Run.of("put", file, "k", "v", "--file", file),
                        Run.of("put", file, "k", "--file", absent),
                        Run.of("put", file, "k", "--file", directory.toString()))) {
            assertEquals(ExitCode.USAGE, refused.code());
            assertTrue(refused.err().contains("--file") || refused.err().contains("cannot read"));
        }
        assertEquals(ExitCode.NEGATIVE, Run.of("get", file, "k").code());
    }

    @Test
    void absentKeyIsNegative() {
        assertEquals(ExitCode.NEGATIVE, Run.of("get", file, "b").code());
        assertEquals(ExitCode.NEGATIVE, Run.of("del", file, "b").code());
    }

    @Test
    void delRemovesTheEntry() {
        assertEquals(ExitCode.OK, Run.of("del", file, "b2").code());
        assertEquals("a1 b1 b3 c1", keys());
    }

    @Test
    void scanHonoursItsBounds() {
        assertEquals("a1 b1 b2 b3 c1", keys());
        assertEquals("c1 b3 b2 b1 a1", keys("--reverse"));
        assertEquals("b1 b2 b3", keys("--prefix", "b"));
        assertEquals("b3 b2 b1", keys("--prefix", "b", "--reverse"));
        assertEquals("b2 b3", keys("--from", "b2", "--to", "c1"));
        assertEquals("b3 b2", keys("--from", "b2", "--to", "c1", "--reverse"));
        assertEquals("b2 b3", keys("--from", "b2", "--prefix", "b"));
        assertEquals("b1 b2", keys("--to", "b25", "--prefix", "b"));
        assertEquals("b3 b2", keys("--prefix", "b", "--reverse", "--limit", "2"));
        assertEquals("", keys("--prefix", "z"));
        assertEquals("", keys("--limit", "0"));
    }

    @Test
    void prefixOfHighBytesHasAnEnd() {
        for (String key : new String[] {"fe01", "ff", "ff00", "ffff"}) {
            assertEquals(ExitCode.OK, Run.of("put", file, key, "00", "--hex").code());
        }
        assertEquals("fe01", keys("--hex", "--prefix", "fe"));
        assertEquals("ff ff00 ffff", keys("--hex", "--prefix", "ff"));
        assertEquals("ffff ff00 ff", keys("--hex", "--prefix", "ff", "--reverse"));
    }

    @Test
    void encodingsMeanTheSameBytes() {
        assertEquals("vb1\n", Run.of("get", file, "b1").out());
        assertEquals("766231\n", Run.of("get", file, "6231", "--hex").out());
        assertEquals("dmIx\n", Run.of("get", file, "YjE=", "--base64").out());
        assertEquals("vb1\n", Run.of("get", file, "\\x62\\x31").out());
        assertEquals(ExitCode.USAGE, Run.of("get", file, "621", "--hex").code());
        assertEquals(ExitCode.USAGE, Run.of("get", file, "***", "--base64").code());
        assertEquals(ExitCode.USAGE, Run.of("get", file, "\\q").code());
        assertEquals(ExitCode.USAGE, Run.of("get", file, "62", "--hex", "--base64").code());
    }

    @Test
    void bytesThatAreNoTextAreEscaped() {
        assertEquals(ExitCode.OK, Run.of("put", file, "--hex", "ff09", "0a5c00c3a4").code());
        Run run = Run.of("scan", file, "--from", "\\xff");
        assertEquals("\\xff\\t\t\\n\\\\\\x00ä\n", run.out());
    }

    @Test
    void emptyKeyIsBadUsage() {
        Run run = Run.of("put", file, "", "v");
        assertEquals(ExitCode.USAGE, run.code());
        assertTrue(run.err().contains("key is empty"), run.err());
    }

    @Test
    void jsonNamesTheEncoding() {
        assertEquals(
                "{\"key\":\"b1\",\"value\":\"vb1\"}\n", Run.of("get", file, "b1", "--json").out());
        assertEquals(
                "{\"keyHex\":\"6231\",\"valueHex\":\"766231\"}\n",
                Run.of("get", file, "6231", "--hex", "--json").out());
        assertEquals(
                "{\"keyBase64\":\"YjE=\",\"valueBase64\":\"dmIx\"}\n",
                Run.of("scan", file, "--base64", "--to", "YjI=", "--from", "YjE=", "--json").out());
        assertEquals(ExitCode.OK, Run.of("put", file, "--hex", "ff", "0a22").code());
        assertEquals(
                "{\"keyBase64\":\"/w==\",\"value\":\"\\n\\\"\"}\n",
                Run.of("scan", file, "--from", "\\xff", "--json").out());
    }

    @Test
    void existsAnswersAndEndsWithTheAnswer() {
        assertEquals(new Run(ExitCode.OK, "yes\n", ""), Run.of("exists", file, "b2"));
        assertEquals(new Run(ExitCode.NEGATIVE, "no\n", ""), Run.of("exists", file, "b"));
        assertEquals(
                new Run(ExitCode.NEGATIVE, "{\"key\":\"b\",\"exists\":false}\n", ""),
                Run.of("exists", file, "b", "--json"));
    }

    @Test
    void countHonoursItsBounds() {
        assertEquals("5\n", Run.of("count", file).out());
        assertEquals("3\n", Run.of("count", file, "--prefix", "b").out());
        assertEquals("2\n", Run.of("count", file, "--prefix", "b", "--from", "b2").out());
        assertEquals("1\n", Run.of("count", file, "--to", "b1").out());
        assertEquals("0\n", Run.of("count", file, "--from", "b", "--to", "b").out());
        assertEquals("0\n", Run.of("count", file, "--prefix", "b", "--to", "a").out());
        assertEquals("{\"cf\":\"default\",\"count\":5}\n", Run.of("count", file, "--json").out());
    }

    @Test
    void limitsAreChecked() {
        Run run = Run.of("scan", file, "--limit", "-1");
        assertEquals(new Run(ExitCode.USAGE, "", "coppice: --limit -1: at least 0\n"), run);
        Run text = Run.of("scan", file, "--limit", "many");
        assertEquals(ExitCode.USAGE, text.code());
        assertTrue(text.err().contains("'many' is not a whole number"), text.err());
    }

    @Test
    void familiesAreCreatedByPutAndNamedWhenMissing() {
        assertEquals(ExitCode.OK, Run.of("put", file, "k", "v", "--cf", "other").code());
        assertEquals("v\n", Run.of("get", file, "k", "--cf", "other").out());
        for (String[] args :
                new String[][] {
                    {"get", file, "k", "--cf", "third"},
                    {"del", file, "k", "--cf", "third"},
                    {"exists", file, "k", "--cf", "third"},
                    {"scan", file, "--cf", "third"},
                    {"count", file, "--cf", "third"},
                    {"dump", file, "--cf", "third"}
                }) {
            String message =
                    "coppice: no column family named 'third'; the store has: default, other\n";
            assertEquals(new Run(ExitCode.NEGATIVE, "", message), Run.of(args));
        }
    }

    @Test
    void boundsTheWrongWayRoundAreRefused() {
        for (String command : new String[] {"scan", "count", "dump"}) {
            Run run = Run.of(command, file, "--from", "z", "--to", "a");
            assertEquals(new Run(ExitCode.USAGE, "", "coppice: --from z is above --to a\n"), run);
        }
    }

    @Test
    void longKeysAreThoseOfTheApi() {
        String numbers = directory.resolve("n.coppice").toString();
        for (String key : new String[] {"1234", "-5", "0", "9223372036854775807"}) {
            assertEquals(ExitCode.OK, Run.of("put", numbers, "--long", key, "v" + key).code());
        }
        try (Store store = Store.open(Path.of(numbers));
                Snapshot snapshot = store.snapshot()) {
            assertArrayEquals("v1234".getBytes(UTF_8), snapshot.get(ColumnFamily.DEFAULT, 1234L));
        }
        assertEquals("v-5\n", Run.of("get", numbers, "--long", "-5").out());
        assertEquals("yes\n", Run.of("exists", numbers, "0", "--long").out());
        assertEquals("763132\n", hexValueOfTwelve(numbers));
        assertEquals("3\n", Run.of("count", numbers, "--long", "--to", "1234").out());
        assertEquals(
                "-5\tv-5\n0\tv0\n",
                Run.of("scan", numbers, "--long", "--from", "-5", "--to", "12").out());
        assertEquals(
                "{\"keyLong\":\"-5\",\"value\":\"v-5\"}\n",
                Run.of("scan", numbers, "--long", "--limit", "1", "--json").out());
        assertEquals(ExitCode.OK, Run.of("del", numbers, "--long", "-5").code());
        assertEquals(ExitCode.NEGATIVE, Run.of("get", numbers, "--long", "-5").code());
        assertEquals(ExitCode.OK, Run.of("check", numbers).code());
    }

    private static String hexValueOfTwelve(String numbers) {
        assertEquals(ExitCode.OK, Run.of("put", numbers, "--long", "--hex", "12", "763132").code());
        return Run.of("get", numbers, "--long", "--hex", "12").out();
    }

    @Test
    void keysThatAreNoNumbersAreNamed() {
        assertEquals(
                "coppice: not a whole number of 64 bits: 'b1'\n",
                Run.of("get", file, "b1", "--long").err());
        Run scan = Run.of("scan", file, "--long");
        assertEquals(ExitCode.USAGE, scan.code());
        assertTrue(scan.err().startsWith("coppice: not a long key"), scan.err());
        Run prefix = Run.of("count", file, "--long", "--prefix", "1");
        assertEquals(ExitCode.USAGE, prefix.code());
    }

    @Test
    void statCountsEntries() {
        Run.of("put", file, "k", "v", "--cf", "other");
        Run text = Run.of("stat", file);
        assertEquals(ExitCode.OK, text.code(), text.err());
        assertTrue(text.out().contains("default: 5 entries"), text.out());
        assertTrue(text.out().contains("other: 1 entry"), text.out());
        Run json = Run.of("stat", file, "--json");
        assertTrue(json.out().contains("\"families\":{\"default\":5,\"other\":1}"), json.out());
        assertTrue(json.out().contains("\"pageBytes\":4096"), json.out());
    }
}
