package dev.coppice.fuzz.mutants;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Compiles the sources that a mutant changes, and runs a suite with them before all other classes.
 * The project itself is not touched.
 *
 * <p>Thread safety: immutable.
 */
final class Nursery {
    private static final long GRACE_SECONDS = 60;

    private final Path project;
    private final Path scratch;

    Nursery(Path project, Path scratch) {
        this.project = project;
        this.scratch = scratch;
    }

    /**
     * {@return the directory with the mutant's classes}
     *
     * @throws IllegalStateException when it cannot be planted or does not compile
     */
    Path plant(Mutant mutant) throws IOException {
        Path home = scratch.resolve(mutant.name());
        deleteAll(home);
        Path classes = Files.createDirectories(home.resolve("classes"));
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("-nowarn", "-proc:none", "-implicit:none", "-d"));
        arguments.add(classes.toString());
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
        for (Map.Entry<String, String> source : mutant.changed(project).entrySet()) {
            Path file = home.resolve("src").resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
            arguments.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int result = compiler.run(null, errors, errors, arguments.toArray(String[]::new));
        if (result != 0) {
            throw new IllegalStateException(
                    "mutant " + mutant.name() + " does not compile:\n" + errors);
        }
        return classes;
    }

    /**
     * What a suite said about a mutant.
     *
     * @param scenarios how many it tried, in digits, or empty where it did not come to its end
     */
    record Verdict(boolean isCaught, String how, String scenarios) {}

    /** Runs a mutant's suite until it fails, or for so long. */
    Verdict judge(Mutant mutant, Path classes, long seed, long seconds)
            throws IOException, InterruptedException {
        Path home = classes.getParent();
        Path output = home.resolve("output.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("-Dcoppice.fuzz.failures=" + home.resolve("failures"));
        command.add("-Dcoppice.fuzz.project=" + project);
        command.add("-cp");
        command.add(classes + ":" + System.getProperty("java.class.path"));
        command.add("dev.coppice.fuzz.run.Fuzz");
        command.addAll(List.of(mutant.suite(), "--stop", "--seed", Long.toString(seed)));
        command.addAll(List.of("--seconds", Long.toString(seconds)));
        if (mutant.only() != null) {
            command.addAll(List.of("--only", mutant.only()));
        }
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean hasEnded = process.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS);
        if (!hasEnded) {
            process.destroyForcibly().waitFor();
            return new Verdict(true, "hangs", "");
        }
        List<String> lines = Files.readAllLines(output);
        String scenarios = lines.isEmpty() ? "" : lines.getLast().replaceFirst(" scenarios.*", "");
        return switch (process.exitValue()) {
            case 0 -> new Verdict(false, lines.getLast(), scenarios);
            case 1 -> new Verdict(true, firstFailure(lines), scenarios);
            default ->
                    throw new IllegalStateException(
                            "mutant "
                                    + mutant.name()
                                    + ": the suite ended with "
                                    + process.exitValue()
                                    + ": "
                                    + String.join("\n", lines));
        };
    }

    private static String firstFailure(List<String> lines) {
        for (String line : lines) {
            int at = line.indexOf("FAILED ");
            if (at >= 0) {
                return line.substring(at + "FAILED ".length());
            }
        }
        return lines.getLast();
    }

    private static void deleteAll(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
