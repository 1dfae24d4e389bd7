package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
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
        compile(onlyMatch(JAVA_BLOCK));

        Process process = run("Example", directory.resolve("prices.coppice").toString());

        String output = read(process);
        assertEquals("", Files.readString(directory.resolve("stderr")), "written to stderr");
        assertEquals(0, process.exitValue());
        assertEquals(promised(), output.lines().toList());
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

    private void compile(String source) throws IOException {
        Path file = Files.writeString(directory.resolve("Example.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-Xlint:all", "-Werror", "-cp", classPath(), "-d", directory.toString());
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean isCompiled =
                    compiler.getTask(
                                    messages,
                                    files,
                                    null,
                                    options,
                                    null,
                                    files.getJavaFileObjects(file))
                            .call();
            assertTrue(isCompiled, messages.toString());
        }
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private Process run(String mainClass, String argument) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = directory + System.getProperty("path.separator") + classPath();
        return new ProcessBuilder(java, "-cp", classes, mainClass, argument)
                .redirectError(directory.resolve("stderr").toFile())
                .start();
    }

    private static String read(Process process) throws IOException, InterruptedException {
        try {
            byte[] output = process.getInputStream().readAllBytes();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
            return new String(output, StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
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
