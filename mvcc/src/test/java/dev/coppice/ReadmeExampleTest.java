package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents show is what the software does. The Java example of README.md is taken from
 * the file, compiled, and run in a JVM of its own without any option.
 */
class ReadmeExampleTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern OUTPUT = Pattern.compile("It prints (`[^\n]*?`)\\. ");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");

    @TempDir private Path directory;

    @Test
    void exampleCompilesWithoutWarningsAndPrintsWhatReadmeSays() throws Exception {
        ExampleProgram example = new ExampleProgram(directory, onlyMatch(JAVA_BLOCK));

        assertEquals(promised(), example.run("prices.coppice").lines().toList());
    }

    @Test
    void exampleHasTwentyLinesAtMost() throws IOException {
        assertTrue(onlyMatch(JAVA_BLOCK).lines().count() <= 20);
    }

    /** {@return the lines that the README promises: code spans separated by commas} */
    private static List<String> promised() throws IOException {
        String spans = onlyMatch(OUTPUT);
        return List.of(spans.substring(1, spans.length() - 1).split("`, `"));
    }

    private static String onlyMatch(Pattern pattern) throws IOException {
        Matcher matcher = pattern.matcher(Files.readString(PROJECT.resolve("README.md")));
        assertTrue(matcher.find(), "README.md has no " + pattern);
        String found = matcher.group(1);
        assertTrue(!matcher.find(), "README.md has more than one " + pattern);
        return found;
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher links = LINK.matcher(Files.readString(document));
            while (links.find()) {
                if (!Files.exists(document.resolveSibling(links.group(1)))) {
                    broken.add(PROJECT.relativize(document) + ": " + links.group(1));
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        for (String name : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
            documents.add(PROJECT.resolve(name));
        }
        try (var files = Files.walk(PROJECT.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
        }
        return documents;
    }
}
