package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** copy, with full and with roomy leaves. */
final class CopyCommandTest {
    @TempDir private Path directory;

    private String file;
    private String target;

    @BeforeEach
    void load() {
        file = directory.resolve("s.coppice").toString();
        target = directory.resolve("t.coppice").toString();
        StringBuilder text = new StringBuilder("empty\n");
        for (int i = 0; i < 5_000; i++) {
            text.append(i % 2 == 0 ? "default\t" : "fx\t");
            text.append("key%05d".formatted(i)).append("\tsome value\n");
        }
        assertEquals(ExitCode.OK, Run.withInput(text.toString(), "load", file, "--all").code());
    }

    private static String dump(String store) {
        return Run.of("dump", store, "--all").out();
    }

    @Test
    void copyHoldsTheSame() throws IOException {
        Run copy = Run.of("copy", file, target, "--compact");
        assertEquals(ExitCode.OK, copy.code(), copy.err());
        assertTrue(
                copy.out().startsWith("copied 5,000 entries of 3 column families as of commit 2."),
                copy.out());
        assertEquals(dump(file), dump(target));
        Path roomy = directory.resolve("roomy.coppice");
        Run json = Run.of("copy", file, roomy.toString(), "--json");
        assertTrue(json.out().contains("\"families\":3,\"entries\":5000,\"bytes\":"), json.out());
        assertEquals(dump(file), dump(roomy.toString()));
        assertTrue(Files.size(roomy) > Files.size(Path.of(target)));
        for (String store : new String[] {file, target, roomy.toString()}) {
            assertEquals(ExitCode.OK, Run.of("check", store).code());
        }
    }

    @Test
    void existingTargetIsRefused() throws IOException {
        Files.writeString(Path.of(target), "mine");
        Run run = Run.of("copy", file, target);
        assertEquals(ExitCode.USAGE, run.code());
        assertEquals(
                "coppice: " + target + " exists already: name a file that does not\n", run.err());
        assertEquals("mine", Files.readString(Path.of(target)));
        assertEquals(ExitCode.USAGE, Run.of("copy", file, directory + "/no/copy").code());
    }

    @Test
    void damagedStoreGivesNoCopy() throws IOException {
        Damage.zero(Path.of(file));
        Run run = Run.of("copy", file, target);
        assertEquals(ExitCode.STORE, run.code(), run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        try (var files = Files.list(directory)) {
            assertEquals(2, files.count());
        }
    }
}
