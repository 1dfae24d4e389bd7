package dev.coppice.engine.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: docs/file-format.md and the constants of the layout classes say the same. */
class FileFormatDocTest {
    private static final String DOCUMENT = "docs/file-format.md";
    private static final String SUFFIX = "_OFFSET";
    private static final Pattern ROW =
            Pattern.compile("\\| ([0-9,]+) \\| [^|]* \\| ([A-Z0-9_]+) \\|.*");

    /** Every offset of the table is a constant, and every constant is in the table. */
    @ParameterizedTest
    @CsvSource({
        "page.PageHeader, '### Page header (32 bytes)'",
        "page.Reference, '### Reference (24 bytes)'",
        "page.SlottedPage, '### Leaf and branch'",
        "commit.StoreRoot, '### Store root (96 bytes)'",
        "commit.HeaderBlock, '### Header block'",
    })
    void tableAndConstantsAgree(String className, String heading) throws Exception {
        Map<String, Integer> constants =
                constants(Class.forName("dev.coppice.engine." + className));
        assertFalse(constants.isEmpty());
        assertEquals(table(heading), constants);
    }

    /** Every constant is in the table, which also has rows that are not written one by one. */
    @ParameterizedTest
    @CsvSource({"commit.DurableSlot, '### Durable slot'", "commit.LiveWords, '## Live file'"})
    void constantsAreInTheTable(String className, String heading) throws Exception {
        Map<String, Integer> table = table(heading);
        Map<String, Integer> constants =
                constants(Class.forName("dev.coppice.engine." + className));
        assertFalse(constants.isEmpty());
        table.keySet().retainAll(constants.keySet());
        assertEquals(table, constants);
    }

    @ParameterizedTest
    @CsvSource({
        "page.PageHeader, '### Page header ('",
        "page.Reference, '### Reference ('",
        "commit.StoreRoot, '### Store root ('",
    })
    void lengthInTheHeadingIsThatOfTheClass(String className, String start) throws Exception {
        Field bytes = Class.forName("dev.coppice.engine." + className).getDeclaredField("BYTES");
        String heading = start + bytes.getInt(null) + " bytes)";
        assertTrue(document().lines().anyMatch(heading::equals), heading);
    }

    @Test
    void everyLayoutClassIsCompared() throws Exception {
        Path classes =
                Path.of(
                        PageHeader.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        try (Stream<Path> files = Files.list(classes.resolve("dev/coppice/engine/page"))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                if (!name.equals("package-info")
                        && !constants(Class.forName("dev.coppice.engine.page." + name)).isEmpty()) {
                    assertTrue(
                            name.matches("PageHeader|Reference|SlottedPage"),
                            name + " has offsets that no test compares with " + DOCUMENT);
                }
            }
        }
    }

    private static Map<String, Integer> constants(Class<?> type) throws IllegalAccessException {
        Map<String, Integer> constants = new TreeMap<>();
        for (Field field : type.getDeclaredFields()) {
            String name = field.getName();
            if (name.endsWith(SUFFIX) && Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                constants.put(
                        name.substring(0, name.length() - SUFFIX.length()), field.getInt(null));
            }
        }
        return constants;
    }

    /** {@return the rows with a number and a name between a heading and the next} */
    private static Map<String, Integer> table(String heading) throws IOException {
        String text = document();
        int start = text.indexOf(heading + "\n");
        assertTrue(start >= 0, heading);
        int end = text.indexOf("\n#", start);
        Map<String, Integer> rows = new TreeMap<>();
        text.substring(start, end < 0 ? text.length() : end)
                .lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .forEach(row ->
                        rows.put(row.group(2), Integer.parseInt(row.group(1).replace(",", ""))));
        return rows;
    }

    private static String document() throws IOException {
        Path inModule = Path.of("..", DOCUMENT);
        return Files.readString(Files.exists(inModule) ? inModule : Path.of(DOCUMENT));
    }
}
