package dev.coppice.fuzz.corrupt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Jazzer calls, with inputs made at random and without Jazzer. */
final class JazzerTargetsTest {
    @TempDir Path directory;

    private void requireAnswersOrErrors(String target, int inputs)
            throws IOException, InterruptedException {
        Path folder = directory.resolve("inputs");
        Path failures = directory.resolve("failures");
        Budget budget = new Budget(1, 0, 0, false, target + ":" + folder, null);
        Run run = new Run("jazzer", budget, failures, System.out);
        new JazzerRuns().run(run);
        assertEquals(inputs, run.scenarioCount());
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }

    @Test
    void bytesChooseWhatIsDamaged() throws IOException, InterruptedException {
        Random random = new Random(1);
        Path folder = Files.createDirectory(directory.resolve("inputs"));
        for (int i = 0; i < 100; i++) {
            byte[] input = new byte[1 + random.nextInt(64)];
            random.nextBytes(input);
            Files.write(folder.resolve("input" + i), input);
        }
        requireAnswersOrErrors("fields", 100);
    }

    @Test
    void bytesAreTheFile() throws IOException, InterruptedException {
        Random random = new Random(2);
        Path folder = Files.createDirectory(directory.resolve("inputs"));
        byte[] sound = FileTarget.sound();
        assertTrue(sound.length > 100_000);
        for (int i = 0; i < 30; i++) {
            byte[] input = sound.clone();
            for (int change = 0; change < i; change++) {
                input[random.nextInt(input.length)] = (byte) random.nextInt(256);
            }
            Files.write(folder.resolve("input" + i), input);
        }
        Files.write(folder.resolve("nothing"), new byte[0]);
        Files.write(folder.resolve("zeros"), new byte[1 << 16]);
        requireAnswersOrErrors("file", 32);
    }

    @Test
    void choicesEndInZeros() {
        Choices choices = new Choices(new byte[] {5, 1, 2});
        assertEquals(5, choices.nextInt(7));
        assertEquals(0x102, choices.nextInt(1 << 16));
        assertEquals(0, choices.nextLong());
        assertTrue(!choices.nextBoolean() && !choices.hasMore());
    }
}
