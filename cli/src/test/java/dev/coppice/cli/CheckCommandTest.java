package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** check and scrub, of sound and damaged stores. */
final class CheckCommandTest {
    private static final int PAGE_BYTES = 4096;

    @TempDir private Path directory;

    private String file;

    @BeforeEach
    void load() {
        file = directory.resolve("s.coppice").toString();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append("key%05d".formatted(i)).append("\tsome value\n");
        }
        assertEquals(ExitCode.OK, Run.withInput(text.toString(), "load", file).code());
    }

    @Test
    void soundStoreHasNoProblem() {
        Run check = Run.of("check", file);
        assertEquals(ExitCode.OK, check.code(), check.out() + check.err());
        assertTrue(check.out().contains(" 5,000 entries"), check.out());
        Run scrub = Run.of("scrub", file, "--rate", "100");
        assertEquals(ExitCode.OK, scrub.code(), scrub.out() + scrub.err());
        assertTrue(scrub.out().contains(" 5,000 entries"), scrub.out());
    }

    @Test
    void damagedPagesAreNamed() throws IOException {
        long pages = Files.size(Path.of(file)) / PAGE_BYTES;
        int noticed = 0;
        try (FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.WRITE)) {
            for (long page = pages / 4; page < pages; page += 3) {
                channel.write(ByteBuffer.wrap(new byte[64]), page * PAGE_BYTES + 1000);
            }
        }
        for (String command : new String[] {"check", "scrub"}) {
            Run run = Run.of(command, file);
            assertEquals(ExitCode.NEGATIVE, run.code(), run.out() + run.err());
            assertEquals("", run.err());
            noticed += (int) run.out().lines().filter(line -> line.contains("page")).count();
        }
        assertTrue(noticed > 2, "noticed=" + noticed);
    }

    @Test
    void rateIsBounded() {
        assertEquals(ExitCode.USAGE, Run.of("scrub", file, "--rate", "0").code());
        assertEquals(ExitCode.USAGE, Run.of("scrub", file, "--rate", "NaN").code());
    }
}
