package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** dump, and that load makes the same store of it. */
final class DumpCommandTest {
    private static final ColumnFamily LONG = ColumnFamily.of("long");
    private static final ColumnFamily ODD = ColumnFamily.of("tab\there, \"back\\slash\" and ä");

    @TempDir private Path directory;

    private Path file;
    private Path copy;

    @BeforeEach
    void fill() {
        file = directory.resolve("s.coppice");
        copy = directory.resolve("copy.coppice");
        try (Store store = Store.open(file);
                WriteTransaction txn = store.begin()) {
            txn.createFamily(ODD);
            txn.createFamily(LONG);
            txn.createFamily(ColumnFamily.of("empty"));
            fillWithAllBytes(txn, ColumnFamily.DEFAULT, 1);
            fillWithAllBytes(txn, ODD, 2);
            byte[] longKey = bytes(65_536, 3);
            txn.put(LONG, longKey, bytes(1 << 20, 4));
            longKey[65_535]++;
            txn.put(LONG, longKey, new byte[0]);
            txn.put(LONG, "x".repeat(65_536).getBytes(StandardCharsets.UTF_8), new byte[1]);
            txn.commit();
        }
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Keys and values of each byte alone, of all bytes, and of random ones, some empty. */
    private static void fillWithAllBytes(WriteTransaction txn, ColumnFamily family, long seed) {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
            txn.put(family, new byte[] {(byte) i}, new byte[] {(byte) (255 - i)});
        }
        txn.put(family, all, all);
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] key = bytes(1 + random.nextInt(20), random.nextLong());
            txn.put(family, key, bytes(random.nextInt(3) * random.nextInt(40), i));
        }
        for (int i = 0; i < 200; i++) {
            String text = Character.toString(random.nextInt(0xD800)) + "\u0000 \"\\\ud83d\ude00";
            txn.put(family, text.getBytes(StandardCharsets.UTF_8), new byte[] {'"', '\\'});
        }
    }

    private static void assertSame(Path expected, Path actual) {
        try (Store left = Store.open(expected);
                Store right = Store.open(actual);
                Snapshot leftNow = left.snapshot();
                Snapshot rightNow = right.snapshot()) {
            assertEquals(leftNow.families(), rightNow.families());
            for (ColumnFamily family : leftNow.families()) {
                assertSame(leftNow.cursor(family), rightNow.cursor(family));
            }
            assertEquals(List.of(), right.check(Progress.NONE).problems());
        }
    }

    private static void assertSame(Cursor left, Cursor right) {
        try (left;
                right) {
            while (left.next()) {
                assertTrue(right.next());
                assertArrayEquals(left.key(), right.key());
                assertArrayEquals(left.value(), right.value());
            }
            assertFalse(right.next());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--utf8, ''",
        "--hex, ''",
        "--base64, ''",
        "--utf8, --json",
        "--hex, --json",
        "--base64, --json"
    })
    void dumpOfAllFamiliesIsInputOfLoad(String encoding, String format) {
        String[] options = format.isEmpty() ? new String[0] : new String[] {format};
        String text = directory.resolve("dump.text").toString();
        Run dump = Run.of(args(options, "dump", file.toString(), text, "--all", encoding));
        assertEquals(ExitCode.OK, dump.code(), dump.err());
        Run load = Run.of(args(options, "load", copy.toString(), text, "--all", encoding));
        assertEquals(ExitCode.OK, load.code(), load.err());
        assertSame(file, copy);
        String again = Run.of(args(options, "dump", copy.toString(), "--all", encoding)).out();
        assertEquals(
                Run.of(args(options, "dump", file.toString(), "--all", encoding)).out(), again);
    }

    private static String[] args(String[] options, String... words) {
        String[] args = new String[words.length + options.length];
        System.arraycopy(words, 0, args, 0, words.length);
        System.arraycopy(options, 0, args, words.length, options.length);
        return args;
    }

    @Test
    void linesThatNameTheirFamilyNeedNoOptionInJson() {
        String text = Run.of("dump", file.toString(), "--all", "--json").out();
        assertTrue(text.contains("{\"cf\":\"empty\"}\n"));
        assertEquals(ExitCode.OK, Run.withInput(text, "load", copy.toString(), "--json").code());
        assertSame(file, copy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--utf8", "--hex", "--base64"})
    void rangeOfOneFamilyIsDumped(String encoding) {
        String text = Run.of("dump", file.toString(), "--cf", ODD.name(), "--json", encoding).out();
        assertEquals(
                Run.of("scan", file.toString(), "--cf", ODD.name(), "--json", encoding).out(),
                text);
        Run.withInput(text, "load", copy.toString(), "--json", "--cf", "other");
        assertEquals(
                text, Run.of("dump", copy.toString(), "--cf", "other", "--json", encoding).out());
        assertEquals(
                1, Run.of("dump", file.toString(), "--hex", "--to", "0000").out().lines().count());
    }

    @Test
    void fileIsNotReplacedUnlessForced() throws IOException {
        Path text = directory.resolve("dump.tsv");
        Files.writeString(text, "mine");
        Run refused = Run.of("dump", file.toString(), text.toString());
        assertEquals(ExitCode.USAGE, refused.code());
        assertEquals(1, refused.err().lines().count(), refused.err());
        assertEquals("mine", Files.readString(text));
        Run forced = Run.of("dump", file.toString(), text.toString(), "--force");
        assertEquals(ExitCode.OK, forced.code(), forced.err());
        assertTrue(forced.out().startsWith("dumped "), forced.out());
        assertEquals(Run.of("dump", file.toString()).out(), Files.readString(text));
    }

    @Test
    void fileOfAFailedDumpIsRemoved() throws IOException {
        Damage.zero(file);
        Path text = directory.resolve("dump.tsv");
        Run run = Run.of("dump", file.toString(), text.toString(), "--all");
        assertEquals(ExitCode.STORE, run.code());
        assertEquals(1, run.err().lines().count(), run.err());
        assertFalse(Files.exists(text));
    }

    @Test
    void optionsThatContradictAreRefused() {
        for (String option : new String[] {"--cf", "--prefix", "--from", "--to"}) {
            Run run = Run.of("dump", file.toString(), "--all", option, "a");
            assertEquals(ExitCode.USAGE, run.code(), option);
        }
        assertEquals(ExitCode.USAGE, Run.of("load", copy.toString(), "--all", "--cf", "a").code());
        assertFalse(Files.exists(copy));
    }
}
