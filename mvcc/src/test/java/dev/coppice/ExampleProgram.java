package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A program of the documents: compiled without warnings, run in a JVM without any option. */
final class ExampleProgram {
    private final Path directory;

    ExampleProgram(Path directory, String source) throws IOException {
        this.directory = directory;
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

    /** {@return what it prints} It must end well and write nothing to standard error. */
    String run(String storeName) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = directory + File.pathSeparator + classPath();
        Path errors = directory.resolve("stderr");
        Process process =
                new ProcessBuilder(
                                java,
                                "-cp",
                                classes,
                                "Example",
                                directory.resolve(storeName).toString())
                        .redirectError(errors.toFile())
                        .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
            assertEquals("", Files.readString(errors), "written to stderr");
            assertEquals(0, process.exitValue());
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
