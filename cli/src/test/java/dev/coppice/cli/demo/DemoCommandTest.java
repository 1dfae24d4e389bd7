package dev.coppice.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.cli.Console;
import dev.coppice.cli.ExitCode;
import dev.coppice.cli.Main;
import dev.coppice.cli.Output;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of the demo, killed writer included. */
final class DemoCommandTest {
    @TempDir private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int demo(String... options) {
        String[] args = new String[options.length + 3];
        args[0] = "demo";
        args[1] = "--dir";
        args[2] = directory.toString();
        System.arraycopy(options, 0, args, 3, options.length);
        Output output = new Output(out);
        return Main.run(new Console(InputStream.nullInputStream(), output, output, false), args);
    }

    @Test
    void nothingIsLost() {
        assertEquals(ExitCode.OK, demo("--seconds", "3"), () -> out.toString(UTF_8));
        String text = out.toString(UTF_8);
        assertTrue(text.contains("lost=0 inconsistencies=0"), text);
        assertTrue(text.contains("SIGKILL"), text);
        assertTrue(Files.exists(directory.resolve("demo.coppice")));
    }

    @Test
    void managementBeansAreASourceToo() {
        assertEquals(ExitCode.OK, demo("--seconds", "2", "--beans"), () -> out.toString(UTF_8));
    }

    @Test
    @Tag("slow")
    void anotherRunContinues() {
        assertEquals(ExitCode.OK, demo("--seconds", "12"), () -> out.toString(UTF_8));
        assertEquals(ExitCode.OK, demo("--seconds", "6"), () -> out.toString(UTF_8));
    }

    @Test
    void tooShortARunIsBadUsage() {
        assertEquals(ExitCode.USAGE, demo("--seconds", "1"));
    }
}
