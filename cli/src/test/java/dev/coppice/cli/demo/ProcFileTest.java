package dev.coppice.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and numbers of files as under /proc. */
final class ProcFileTest {
    @TempDir private Path directory;

    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("file");
    }

    private ProcFile open(String text, boolean isBare, String... fields) throws IOException {
        Files.writeString(path, text);
        ProcFile file = new ProcFile(path, "f", isBare, List.of(fields));
        assertFalse(file.read());
        return file;
    }

    private static double[] values(ProcFile file) {
        double[] values = new double[file.count()];
        file.copyTo(values, 0);
        return values;
    }

    @Test
    void numbersAreNamedAfterTheirLines() throws IOException {
        try (ProcFile file = open("cpu 1 2 3\nMemFree:   44 kB\n", false, "user", "nice")) {
            assertEquals(
                    List.of("f.cpu.user", "f.cpu.nice", "f.cpu.2", "f.MemFree.user"), file.names());
            assertArrayEquals(new double[] {1, 2, 3, 44}, values(file));
        }
    }

    @Test
    void wordsInsideALineAreNames() throws IOException {
        try (ProcFile file = open("some avg10=0.25 total=-7\n", false)) {
            assertEquals(List.of("f.some.avg10", "f.some.total"), file.names());
            assertArrayEquals(new double[] {0.25, -7}, values(file));
        }
    }

    @Test
    void numbersBeforeTheFirstWordAreIdentifiersUnlessTheFileIsBare() throws IOException {
        try (ProcFile file = open("254 0 vda 9\n", false)) {
            assertEquals(List.of("f.vda"), file.names());
        }
        try (ProcFile file = open("0.50 1.5 2/30 4\n", true, "1min")) {
            assertEquals(List.of("f.1min", "f.1", "f.2", "f.3", "f.4"), file.names());
            assertArrayEquals(new double[] {0.5, 1.5, 2, 30, 4}, values(file));
        }
    }

    @Test
    void statesOfOneLetterAreNoNames() throws IOException {
        try (ProcFile file = open("1 (java) S 5 6\n", false)) {
            assertEquals(List.of("f.java", "f.java.1"), file.names());
            Files.writeString(path, "1 (java) R 7 8\n");
            assertTrue(file.read());
            assertArrayEquals(new double[] {7, 8}, values(file));
        }
    }

    @Test
    void newLinesAreNoticed() throws IOException {
        try (ProcFile file = open("lo: 1\n", false)) {
            assertTrue(file.read());
            Files.writeString(path, "lo: 1\neth0: 2\n");
            assertFalse(file.read());
            assertEquals(List.of("f.lo", "f.eth0"), file.names());
            assertTrue(file.read());
        }
    }

    @Test
    void equalNamesAreNumbered() throws IOException {
        try (ProcFile file = open("domain0 1\ndomain0 2\n", false)) {
            assertEquals(List.of("f.domain0", "f.domain0#2"), file.names());
        }
    }
}
