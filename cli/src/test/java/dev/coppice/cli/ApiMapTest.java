package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * docs/api-map.md says how each of 84 capabilities is served and what shows it. This reads the
 * sources: a test that is renamed, or a method or command that goes, has to go there as well.
 */
final class ApiMapTest {
    private static final int ROWS = 84;
    private static final List<String> HOW = List.of("kept", "fixed", "different", "open");

    /** What may be open: encryption, compression. */
    private static final Set<Integer> MAY_BE_OPEN = Set.of(68, 69, 70, 71, 72, 73);

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Path PROJECT = project();

    private static Path project() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("docs/api-map.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /**
     * A line of one of the tables.
     *
     * @param here what serves it
     * @param shownBy tests
     */
    private record Row(String number, String how, List<String> here, List<String> shownBy) {}

    private static List<String> lines() throws IOException {
        return Files.readAllLines(PROJECT.resolve("docs/api-map.md"));
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : lines()) {
            List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            if (cells.size() == 8 && cells.get(1).matches("\\d+")) {
                rows.add(
                        new Row(
                                cells.get(1),
                                cells.get(4),
                                codes(cells.get(3)),
                                codes(cells.get(6))));
            } else if (cells.size() == 5 && cells.get(3).matches("`\\w+Test\\..*")) {
                List<String> here =
                        cells.get(2).startsWith("`coppice ") ? codes(cells.get(2)) : List.of();
                rows.add(new Row("", "kept", here, codes(cells.get(3))));
            }
        }
        return rows;
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    @Test
    void everyRowIsThereOnceAndNamesWhatServesItAndWhatShowsIt() throws IOException {
        List<Row> numbered = rows().stream().filter(row -> !row.number().isEmpty()).toList();
        assertEquals(ROWS, numbered.size());
        for (int i = 0; i < ROWS; i++) {
            Row row = numbered.get(i);
            int number = i + 1;
            assertEquals(Integer.toString(number), row.number());
            assertTrue(HOW.contains(row.how()), () -> "row " + number + ": " + row.how());
            assertFalse(row.here().isEmpty(), () -> "row " + number + " names nothing");
            boolean isOpen = row.how().equals("open");
            assertTrue(!isOpen || MAY_BE_OPEN.contains(number), () -> "row " + number);
            assertTrue(isOpen || !row.shownBy().isEmpty(), () -> "row " + number + ": no test");
        }
    }

    @Test
    void countsAreThoseOfTheRows() throws IOException {
        Map<String, Integer> counts = new LinkedHashMap<>();
        HOW.forEach(how -> counts.put(how, 0));
        rows().stream()
                .filter(row -> !row.number().isEmpty())
                .forEach(row -> counts.merge(row.how(), 1, Integer::sum));
        String expected =
                "Rows 1 to 84: "
                        + counts.get("kept")
                        + " kept, "
                        + counts.get("fixed")
                        + " fixed, "
                        + counts.get("different")
                        + " different, "
                        + counts.get("open")
                        + " open.";
        assertTrue(lines().contains(expected), expected);
    }

    @Test
    void everyTestIsThere() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (Row row : rows()) {
            for (String test : row.shownBy()) {
                int dot = test.indexOf('.');
                String type = test.substring(0, Math.max(0, dot));
                if (!sources.containsKey(type)) {
                    sources.put(type, source(type));
                }
                if (!isTest(sources.get(type), test.substring(dot + 1))) {
                    problems.add(test);
                }
            }
        }
        assertEquals(List.of(), problems);
        assertTrue(sources.size() > 20);
    }

    /** {@return the text of a test class of any module, empty where there is none} */
    private static String source(String type) throws IOException {
        try (Stream<Path> modules = Files.list(PROJECT)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java")).toList()) {
                if (!Files.isDirectory(tests)) {
                    continue;
                }
                try (Stream<Path> files = Files.walk(tests)) {
                    var found = files.filter(file -> file.endsWith(type + ".java")).findFirst();
                    if (found.isPresent()) {
                        return Files.readString(found.get());
                    }
                }
            }
        }
        return "";
    }

    /** {@return whether there is such a method behind an annotation that makes it a test} */
    private static boolean isTest(String source, String method) {
        Matcher found = Pattern.compile("void " + method + "\\(").matcher(source);
        if (!found.find()) {
            return false;
        }
        String before = source.substring(0, found.start());
        String own = before.substring(Math.max(0, before.lastIndexOf("\n    }")));
        return own.contains("@Test")
                || own.contains("@ParameterizedTest")
                || own.contains("@Property");
    }

    @Test
    void everyMethodAndCommandIsThere() throws IOException {
        CommandLine commands = new CommandLine(new Main(console()));
        Subcommands.of().forEach(commands::addSubcommand);
        List<String> problems = new ArrayList<>();
        for (Row row : rows()) {
            for (String name : row.here()) {
                boolean isThere =
                        name.startsWith("coppice ")
                                ? hasCommand(commands, name.split(" ", -1))
                                : hasMember(name);
                if (!isThere) {
                    problems.add(name);
                }
            }
        }
        assertEquals(List.of(), problems);
    }

    private static Console console() {
        return Run.console(
                InputStream.nullInputStream(),
                new ByteArrayOutputStream(),
                new ByteArrayOutputStream());
    }

    private static boolean hasCommand(CommandLine all, String... words) {
        CommandLine command = all;
        for (int i = 1; i < words.length; i++) {
            if (words[i].startsWith("-")) {
                if (!command.getCommandSpec().optionsMap().containsKey(words[i])) {
                    return false;
                }
            } else {
                command = command.getSubcommands().get(words[i]);
                if (command == null) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean hasMember(String name) {
        int dot = name.indexOf('.');
        String typeName = dot < 0 ? name : name.substring(0, dot);
        for (String folder : List.of("dev.coppice.", "dev.coppice.error.")) {
            try {
                Class<?> type = Class.forName(folder + typeName);
                return dot < 0 || hasMember(type, name.substring(dot + 1));
            } catch (ClassNotFoundException _) {
                // It may lie in the other package.
            }
        }
        return false;
    }

    private static boolean hasMember(Class<?> type, String name) {
        return Arrays.stream(type.getMethods()).map(Method::getName).anyMatch(name::equals)
                || Arrays.stream(type.getFields()).anyMatch(field -> field.getName().equals(name));
    }
}
