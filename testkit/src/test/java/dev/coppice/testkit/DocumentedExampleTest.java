package dev.coppice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test class of docs/testing.md compiles without warnings, is green, and finds a bug. */
class DocumentedExampleTest {
    private static final Pattern EXAMPLE =
            Pattern.compile("```java\n(import static .*?)```", Pattern.DOTALL);
    private static final String SECOND_HALF = "add(txn, to, amount);";
    private static final String SECOND_TRANSACTION =
            "txn.commit(); } try (WriteTransaction txn = store.begin()) { " + SECOND_HALF;

    @TempDir private Path directory;

    private static String example() throws IOException {
        Path document = Path.of("").toAbsolutePath().resolveSibling("docs").resolve("testing.md");
        Matcher matcher = EXAMPLE.matcher(Files.readString(document));
        assertTrue(matcher.find(), "docs/testing.md has no example");
        return matcher.group(1);
    }

    private Launched run(String source) throws Exception {
        Path file = Files.writeString(directory.resolve("BankTest.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of(
                        "-Xlint:all,-processing",
                        "-proc:none",
                        "-Werror",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString());
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            var sources = files.getJavaFileObjects(file);
            boolean isCompiled =
                    compiler.getTask(messages, files, null, options, null, sources).call();
            assertTrue(isCompiled, messages.toString());
        }
        URL[] classes = {directory.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classes, getClass().getClassLoader())) {
            return Launched.run(loader.loadClass("BankTest"));
        }
    }

    @Test
    void exampleIsGreen() throws Exception {
        Launched launched = run(example());

        assertEquals(List.of(), launched.failures());
        assertEquals(3, launched.succeeded());
    }

    @Test
    void exampleFindsATransferInTwoTransactions() throws Exception {
        String wrong = example().replace(SECOND_HALF, SECOND_TRANSACTION);
        assertNotEquals(example(), wrong);

        Launched launched = run(wrong);

        assertEquals(2, launched.succeeded(), "only a crash shows it");
        String message = launched.failures().getFirst().getMessage();
        assertTrue(message.startsWith("after kill at step"), message);
        assertTrue(message.contains("expected: <500> but was: <499>"), message);
    }

    @Test
    void exampleFindsAReaderThatIsNotClosed() throws Exception {
        String wrong =
                example()
                        .replace(
                                "try (Snapshot snapshot = store.snapshot()) {",
                                "Snapshot snapshot = store.snapshot(); {");
        assertNotEquals(example(), wrong);

        String message = run(wrong).failures().getFirst().getMessage();

        assertTrue(message.contains("a snapshot or reader was left open"), message);
    }
}
