package dev.coppice.perf.figures;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;

/** The {@code ./coppice} of the checkout, with a heap of 256 MB. Stateless. */
final class CoppiceCommand {
    private CoppiceCommand() {}

    /** {@return a command; COPPICE_OPTS in the environment takes the place of -Xmx256m} */
    static ProcessBuilder of(String... words) {
        var builder = new ProcessBuilder();
        builder.command().add(Installation.home().resolve("coppice").toString());
        builder.command().addAll(List.of(words));
        builder.environment().putIfAbsent("COPPICE_OPTS", "-Xmx256m");
        builder.redirectError(Redirect.INHERIT);
        return builder;
    }

    /** Builds it where need be, so that no measurement does. */
    static void build() throws IOException {
        run("--version");
    }

    /** Runs a command to its end, its output on ours. */
    static void run(String... words) throws IOException {
        requireSuccess(words[0], of(words).redirectOutput(Redirect.INHERIT).start());
    }

    /** Waits for a command. */
    static void requireSuccess(String what, Process process) throws IOException {
        int code = process.onExit().join().exitValue();
        if (code != 0) {
            throw new IOException("./coppice " + what + " ended with exit code " + code);
        }
    }
}
