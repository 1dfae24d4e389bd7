package dev.coppice.agrona;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a program sees that was started without the option that Agrona needs, and with it. */
class JvmOptionTest {
    /** A program that uses Agrona. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            try {
                new BufferAccess();
                System.out.print("works");
            } catch (IllegalStateException e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void withoutTheOptionTheErrorNamesIt() throws Exception {
        assertEquals(
                "Agrona's buffers need a JVM that was started with " + BufferAccess.JVM_OPTION,
                run(List.of()));
    }

    @Test
    void optionIsEnough() throws Exception {
        assertEquals("works", run(List.of(BufferAccess.JVM_OPTION.split(" "))));
    }

    private static String run(List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        return output;
    }
}
