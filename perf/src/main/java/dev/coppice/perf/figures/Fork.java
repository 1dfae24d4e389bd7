package dev.coppice.perf.figures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A JVM started for one measurement. It reports in lines of words on its standard output.
 *
 * <p>Thread safety: one thread.
 */
final class Fork implements AutoCloseable {
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-Xms1g",
                    "-Xmx1g",
                    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final Process process;
    private final BufferedReader output;
    private final String command;

    private Fork(Process process, String command) {
        this.process = process;
        this.output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.command = command;
    }

    /** Starts a main class. {@code PERF_JVM} in the environment holds more JVM options. */
    static Fork start(Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Installation.java());
        command.addAll(JVM_OPTIONS);
        String more = System.getenv("PERF_JVM");
        if (more != null && !more.isBlank()) {
            command.addAll(List.of(BLANKS.split(more.strip())));
        }
        command.add(Installation.homeOption());
        command.add("-cp");
        command.add(Installation.classPath());
        command.add(main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        return new Fork(process, main.getSimpleName() + " " + List.of(arguments));
    }

    /** Runs a main class to its end. {@return the words behind {@code result} in its last line} */
    static String[] run(Class<?> main, Object... arguments) throws IOException {
        try (Fork fork = start(main, arguments)) {
            String[] result = fork.await("result");
            fork.end();
            return result;
        }
    }

    /** Waits for a line that starts with a word. {@return the words behind it} */
    String[] await(String word) throws IOException {
        String line = output.readLine();
        while (line != null) {
            String[] words = BLANKS.split(line);
            if (words[0].equals(word)) {
                String[] rest = new String[words.length - 1];
                System.arraycopy(words, 1, rest, 0, rest.length);
                return rest;
            }
            line = output.readLine();
        }
        throw new IOException("ended without '" + word + "': " + command);
    }

    /** Kills it as kill -9 does, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    private void end() throws IOException {
        int code = awaitExit();
        if (code != 0) {
            throw new IOException("exit code " + code + ": " + command);
        }
    }

    private int awaitExit() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            kill();
        }
        output.close();
    }

    /** In the started JVM: reports a result. */
    static void result(Object... words) {
        line("result", words);
    }

    /** In the started JVM: reports that it has come to a point. */
    static void line(String first, Object... words) {
        var text = new StringBuilder(first);
        for (Object word : words) {
            text.append(' ').append(word);
        }
        System.out.println(text);
        System.out.flush();
    }
}
