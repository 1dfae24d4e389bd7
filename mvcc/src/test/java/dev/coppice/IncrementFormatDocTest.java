package dev.coppice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Goal: docs/file-format.md and {@link Increment} say the same of an incremental backup. */
class IncrementFormatDocTest {
    private static final String HEADING = "## Incremental backup\n";
    private static final Pattern ROW =
            Pattern.compile("^\\| ([0-9]+) \\| [^|]* \\| ([A-Z_]+) \\|", Pattern.MULTILINE);

    private static String section() throws IOException {
        Path project = Path.of("").toAbsolutePath().getParent();
        String text = Files.readString(project.resolve("docs/file-format.md"));
        int start = text.indexOf(HEADING);
        assertTrue(start >= 0, HEADING);
        return text.substring(start, text.indexOf("\n## ", start));
    }

    /** The offsets of the head and the kinds of changes: all of them, and no others. */
    @Test
    void tablesAndConstantsAgree() throws Exception {
        Map<String, Integer> table = new TreeMap<>();
        for (MatchResult row : ROW.matcher(section()).results().toList()) {
            table.put(row.group(2), Integer.parseInt(row.group(1)));
        }
        Map<String, Integer> constants = new TreeMap<>();
        for (Field field : Increment.class.getDeclaredFields()) {
            boolean isNumber =
                    Modifier.isStatic(field.getModifiers()) && field.getType() == int.class;
            if (isNumber && !field.getName().equals("BYTES")) {
                field.setAccessible(true);
                constants.put(field.getName().replace("_OFFSET", ""), field.getInt(null));
            }
        }
        assertEquals(17, constants.size());
        assertEquals(table, constants);
    }

    @Test
    void changesBeginWhereTheTableSays() throws IOException {
        String row = "\n| " + Increment.BYTES + " | | | changes |\n";
        assertTrue(section().contains(row), row);
    }

    @Test
    void headBeginsWithWhatTheTableSays() throws IOException {
        String row = "| 0 | 8 | MAGIC | the bytes `COPINCR` and 0x01, the version |";
        assertTrue(section().contains(row), row);
        byte[] head = new Increment(1, 2, 3, 4, 5, 6, 7, 8, 9).toBytes();
        assertEquals(Increment.BYTES, head.length);
        assertArrayEquals("COPINCR\1".getBytes(US_ASCII), Arrays.copyOf(head, Long.BYTES));
        assertEquals(new Increment(1, 2, 3, 4, 5, 6, 7, 8, 9), Increment.of(Path.of("x"), head));
    }
}
