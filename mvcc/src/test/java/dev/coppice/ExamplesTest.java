package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every program of docs/examples.md compiles and prints what the document says. */
class ExamplesTest {
    private static final Pattern EXAMPLE =
            Pattern.compile(
                    "^## ([^\n]+)\n.*?^```java\n(.*?)^```\n\n^```text\n(.*?)^```",
                    Pattern.DOTALL | Pattern.MULTILINE);
    private static final int EXAMPLES = 8;

    @TempDir private Path directory;

    @TestFactory
    List<DynamicTest> examplePrintsWhatTheDocumentSays() throws IOException {
        Path project = Path.of("").toAbsolutePath().getParent();
        String document = Files.readString(project.resolve("docs").resolve("examples.md"));
        List<DynamicTest> tests = new ArrayList<>();
        for (MatchResult match : EXAMPLE.matcher(document).results().toList()) {
            Path place = Files.createDirectory(directory.resolve("example-" + tests.size()));
            tests.add(
                    DynamicTest.dynamicTest(
                            match.group(1),
                            () -> {
                                ExampleProgram program = new ExampleProgram(place, match.group(2));
                                assertEquals(match.group(3), program.run("example.coppice"));
                            }));
        }
        assertEquals(EXAMPLES, tests.size());
        return tests;
    }
}
