package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** load, from well-formed and malformed text. */
final class LoadCommandTest {
    @TempDir private Path directory;

    private String file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("s.coppice").toString();
    }

    private String content() {
        return Run.of("scan", file).out();
    }

    private void assertRefused(String text, String message, String... options) {
        String[] args = new String[options.length + 3];
        args[0] = "load";
        args[1] = file;
        args[2] = "-";
        System.arraycopy(options, 0, args, 3, options.length);
        Run run = Run.withInput(text, args);
        assertEquals(ExitCode.USAGE, run.code(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("coppice: " + message), run.err());
    }

    @Test
    void loadsFromFileAndFromStandardInput() throws IOException {
        Path input = directory.resolve("in.tsv");
        Files.writeString(input, "b\t2\na\t1\n");
        assertEquals(ExitCode.OK, Run.of("load", file, input.toString()).code());
        assertEquals(ExitCode.OK, Run.withInput("c\t3", "load", file).code());
        assertEquals("a\t1\nb\t2\nc\t3\n", content());
    }

    @Test
    void emptyInputLoadsNothing() {
        assertEquals(ExitCode.OK, Run.withInput("", "load", file, "-").code());
        assertEquals("", content());
    }

    @Test
    void lastOfEqualKeysCounts() {
        Run run = Run.withInput("a\t1\nb\t2\na\t3\n", "load", file, "-");
        assertTrue(run.out().startsWith("loaded 3 entries (2 new)"), run.out());
        Run one = Run.withInput("a\t3\n", "load", file);
        assertTrue(one.out().startsWith("loaded 1 entry (0 new)"), one.out());
        assertEquals("a\t3\nb\t2\n", content());
    }

    @Test
    void carriageReturnsBeforeLineEndsAreNoPartOfValues() {
        Run.withInput("a\t1\r\nb\t\r\nc\t\n", "load", file, "-");
        assertEquals("a\t1\nb\t\nc\t\n", content());
    }

    @Test
    void escapesStandForBytes() {
        Run.withInput("a\\tb\\\\\tc\\nd\\x00\n", "load", file, "-");
        assertEquals("630a6400\n", Run.of("get", file, "6109625c", "--hex").out());
        assertEquals("a\\tb\\\\\tc\\nd\\x00\n", content());
    }

    @Test
    void hexAndBase64AreLoaded() {
        Run.withInput("6162\t00ff\n", "load", file, "-", "--hex");
        Run.withInput("YWM=\tAP8=\n", "load", file, "-", "--base64");
        assertEquals("6162\t00ff\n6163\t00ff\n", Run.of("scan", file, "--hex").out());
    }

    @Test
    void malformedLinesAreNamedAndNothingIsStored() {
        assertRefused("a\t1\nb\n", "line 2: no tab between key and value; nothing was stored");
        assertRefused("a\t1\n\nb\t2\n", "line 2: no tab");
        assertRefused("a\t1\nb\t2\t3\n", "line 2: more than one tab");
        assertRefused("a\t1\nb\\q\t2\n", "line 2: unknown escape \\q");
        assertRefused("a\t1\nb\t2\\\n", "line 2: a backslash at the end");
        assertRefused("a\t1\n\t2\n", "line 2: key is empty");
        assertRefused("a\t1\n" + "k".repeat(70_000) + "\t2\n", "line 2: key too long");
        assertRefused("61\t31\n6\t2\n", "line 2: not hexadecimal", "--hex");
        assertRefused("YQ==\tMQ==\n!\t\n", "line 2: not base64", "--base64");
        assertEquals("", content());
    }

    @Test
    void malformedJsonIsNamed() {
        String good = "{\"key\":\"a\",\"value\":\"1\"}\n";
        for (String[] bad :
                new String[][] {
                    {"[]", "expected { to begin an object, found '['"},
                    {"{\"key\":\"a\"}", "no value in the object"},
                    {"{\"value\":\"a\"}", "no key in the object"},
                    {"{}", "no key in the object"},
                    {"{\"cf\":\"fx\",\"key\":\"a\"}", "no value in the object"},
                    {"{\"key\":\"a\",\"key\":\"b\",\"value\":\"\"}", "two fields key"},
                    {"{\"key\":\"a\",\"keyHex\":\"00\",\"value\":\"\"}", "two fields key"},
                    {"{\"key\":\"a\",\"value\":1}", "expected \" to begin value, found '1'"},
                    {"{\"key\":\"a\",\"valeu\":\"\"}", "unknown field 'valeu': there are cf, key"},
                    {"{\"key\":\"a\",\"value\":\"\"", "expected } or , behind a field"},
                    {"{\"key\":\"a\",\"value\":\"b", "the string of value does not end"},
                    {"{\"key\":\"a\",\"value\":\"b\\", "unknown escape"},
                    {"{\"key\":\"a\",\"value\":\"\\q\"}", "unknown escape \\q"},
                    {"{\"key\":\"a\",\"value\":\"\\u00g0\"}", "\\u needs four digits"},
                    {"{\"key\":\"a\",\"value\":\"\\ud83d\"}", "half a surrogate pair"},
                    {"{\"key\":\"a\",\"value\":\"\\ude00\"}", "half a surrogate pair"},
                    {"{\"key\":\"a\",\"value\":\"a\tb\"}", "a control character"},
                    {"{\"keyHex\":\"0\",\"value\":\"\"}", "not hexadecimal"},
                    {"{\"keyBase64\":\"*\",\"value\":\"\"}", "not base64"},
                    {"{\"key\":\"\",\"value\":\"\"}", "key is empty"},
                    {good.strip() + good.strip(), "there is more behind the object"},
                    {"{\"key\":\"a\",\"value\":\"\"},", "there is more behind the object"},
                    {"{\"cf\":\"" + "x".repeat(256) + "\"}", ""},
                }) {
            assertRefused(good + bad[0] + "\n" + good, "line 2: " + bad[1], "--json");
        }
        byte[] notUtf8 = {
            '{', '"', 'k', 'e', 'y', '"', ':', '"', (byte) 0xC0, (byte) 0x80, '"', '}'
        };
        Run run = Run.of(new ByteArrayInputStream(notUtf8), "load", file, "--json");
        assertTrue(run.err().contains("line 1: the string of key is not UTF-8"), run.err());
        assertEquals("", content());
    }

    @Test
    void jsonIsReadWithBlanksEscapesAndFieldsInAnyOrder() {
        String text =
                """
                 { "value" : "1\\u00e4\\ud83d\\ude00\\/\\b\\f" , "key" : "a" }\s

                {"cf":"fx","valueBase64":"AP8=","keyHex":"6162"}\r
                {"cf":"none"}
                {"keyHex":"","value":"","cf":"bad"}
                """
                        .replace("\\\\", "\\");
        Run run = Run.withInput(text, "load", file, "--json", "--skip-malformed");
        assertEquals(ExitCode.NEGATIVE, run.code());
        assertTrue(run.err().startsWith("coppice: left out line 5: key is empty"), run.err());
        assertEquals("a\t1ä\ud83d\ude00/\\x08\\x0c\n", content());
        assertEquals("6162\t00ff\n", Run.of("scan", file, "--hex", "--cf", "fx").out());
        assertEquals("default\t1\nbad\t0\nfx\t1\nnone\t0\n", Run.of("cf", "list", file).out());
    }

    @Test
    void malformedLinesAreLeftOutOnRequest() {
        String text = "a\t1\nb\nc\t\\q\n\t2\n" + "k".repeat(70_000) + "\t2\nd\t4";
        Run run = Run.withInput(text, "load", file, "--skip-malformed", "--batch", "1");
        assertEquals(ExitCode.NEGATIVE, run.code());
        assertEquals(4, run.err().lines().count(), run.err());
        assertTrue(run.err().contains("left out line 2: no tab"), run.err());
        assertTrue(run.out().contains("left out 4 malformed lines"), run.out());
        assertEquals("a\t1\nd\t4\n", content());
        Run many = Run.withInput("x\n".repeat(1000), "load", file, "--skip-malformed");
        assertEquals(20, many.err().lines().count());
    }

    @Test
    void linesMayNameTheirFamily() {
        String text = "fx\ta\t1\ndefault\tb\t2\nfx\tc\t3\n\\x66x\tb\t4\nempty\n";
        assertEquals(
                ExitCode.OK, Run.withInput(text, "load", file, "--all", "--batch", "2").code());
        assertEquals("b\t2\n", content());
        assertEquals("a\t1\nb\t4\nc\t3\n", Run.of("scan", file, "--cf", "fx").out());
        assertEquals("default\t1\nempty\t0\nfx\t3\n", Run.of("cf", "list", file).out());
        assertRefused("fx\ta\n", "line 1: no tab between key and value", "--all");
        assertRefused("fx\ta\tb\tc\n", "line 1: more than two tabs", "--all");
        assertRefused("{\"key\":\"a\"}\n", "line 1: no tab between key and value; JSON Lines");
    }

    @Test
    void batchesBeforeAMalformedLineStay() {
        assertRefused(
                "a\t1\nb\t2\nc\t3\nd\n",
                "line 4: no tab between key and value; the 2 entries up to line 2 are stored",
                "--batch",
                "2");
        assertEquals("a\t1\nb\t2\n", content());
        assertRefused("", "--batch -1", "--batch", "-1");
    }

    @Test
    void unsortedLongAndShortLinesComeBackAsTheyWere() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            int key = i * 7919 % 20_000;
            text.append("%05d".formatted(key)).append('\t');
            text.append("x".repeat(key % 300)).append('\n');
        }
        text.append("99999\t").append("y".repeat(3 << 20)).append('\n');
        InputStream trickle =
                new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)) {
                    @Override
                    public synchronized int read(byte[] target, int from, int length) {
                        return super.read(target, from, Math.min(length, 4999));
                    }
                };
        assertEquals(ExitCode.OK, Run.of(trickle, "load", file, "-", "--batch", "777").code());
        String expected = String.join("\n", text.toString().lines().sorted().toList()) + "\n";
        assertEquals(expected, content());
    }

    @Test
    void scanIsInputOfLoad() {
        Run.withInput("\\xff\t\\x00\nä\t\\\\\n", "load", file, "-");
        String copy = directory.resolve("copy.coppice").toString();
        Run.withInput(content(), "load", copy, "-");
        assertEquals(content(), Run.of("scan", copy).out());
        assertEquals(2, content().lines().count());
    }

    @Test
    void unreadableInputIsBadUsage() {
        assertEquals(ExitCode.USAGE, Run.of("load", file, directory + "/none").code());
        assertEquals(ExitCode.USAGE, Run.of("load", file, directory.toString()).code());
    }
}
