package dev.coppice.perf.figures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A JVM started for one measurement. It reports in lines of words on its standard output.
 *
 * <p>Thread safety: one thread.
 */
public final class Fork implements AutoCloseable {
    private static final Path TASKSET = Path.of("/usr/bin/taskset");
    private static final String ALLOWED = "Cpus_allowed_list:";
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /**
     * One list for all stores; Agrona, lmdbjava and Chronicle need most of it. The heap is there
     * from the start, as in a process that has run for a while: otherwise whoever allocates pays
     * for the first touch of each of its pages.
     */
    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-Xms2g",
                    "-Xmx2g",
                    "-XX:+AlwaysPreTouch",
                    "-XX:+UseTransparentHugePages",
                    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
                    "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/java.util=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Dagrona.disable.bounds.checks=true",
                    "-Dlmdbjava.disable.checks=true",
                    "-Dchronicle.analytics.disable=true",
                    "-Dslf4j.internal.verbosity=ERROR");

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

    /** {@return the options of every measured JVM; those in PERF_JVM come last} */
    public static List<String> jvmOptions() {
        List<String> options = new ArrayList<>(JVM_OPTIONS);
        String more = System.getenv("PERF_JVM");
        if (more != null && !more.isBlank()) {
            options.addAll(List.of(BLANKS.split(more.strip())));
        }
        options.add(Installation.homeOption());
        return options;
    }

    /** Starts a main class. {@code PERF_JVM} in the environment holds more JVM options. */
    public static Fork start(Class<?> main, Object... arguments) throws IOException {
        return start(false, main, arguments);
    }

    /** As {@link #start}; where {@code isBound}, the JVM keeps to the last processor it may use. */
    public static Fork start(boolean isBound, Class<?> main, Object... arguments)
            throws IOException {
        return start(isBound ? binding() : List.of(), Installation.classPath(), main, arguments);
    }

    /**
     * {@return the words before a command that bind it to a processor; none where that is not
     * possible}
     */
    private static List<String> binding() throws IOException {
        if (Files.isExecutable(TASKSET)) {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(ALLOWED)) {
                    String[] numbers = line.substring(ALLOWED.length()).strip().split("[,-]", -1);
                    return List.of(TASKSET.toString(), "-c", numbers[numbers.length - 1]);
                }
            }
        }
        return List.of();
    }

    private static Fork start(
            List<String> binding, String classPath, Class<?> main, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(binding);
        command.add(Installation.java());
        command.addAll(jvmOptions());
        command.add("-cp");
        command.add(classPath);
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
    public static String[] run(Class<?> main, Object... arguments) throws IOException {
        return run(Installation.classPath(), main, arguments);
    }

    /** As {@link #run(Class, Object...)} with another class path. */
    static String[] run(String classPath, Class<?> main, Object... arguments) throws IOException {
        try (Fork fork = start(List.of(), classPath, main, arguments)) {
            String[] result = fork.await("result");
            fork.end();
            return result;
        }
    }

    /** Waits for a line that starts with a word. {@return the words behind it} */
    public String[] await(String word) throws IOException {
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
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Waits until it ends by itself; refuses any exit code but 0. */
    public void end() throws IOException {
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
    public static void result(Object... words) {
        line("result", words);
    }

    /** In the started JVM: reports that it has come to a point. */
    public static void line(String first, Object... words) {
        var text = new StringBuilder(first);
        for (Object word : words) {
            text.append(' ').append(word);
        }
        System.out.println(text);
        System.out.flush();
    }
}
