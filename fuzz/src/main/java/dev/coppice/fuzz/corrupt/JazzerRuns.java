package dev.coppice.fuzz.corrupt;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The suite {@code jazzer}: damage that is steered by which branches of the engine it reaches. Each
 * target runs in a process of its own, with what it has found so far in {@code fuzz/target/jazzer};
 * a scenario is one input. Jazzer's own hooks are off, and only the engine is instrumented.
 */
public final class JazzerRuns implements Suite {
    private static final long DEFAULT_SECONDS = 600;
    private static final int MAX_FINDINGS = 10;
    private static final Pattern PROGRESS =
            Pattern.compile("#(\\d+)\\s+\\w+ +cov: (\\d+) ft: (\\d+) corp: (\\d+)/.*");
    private static final Pattern UNITS = Pattern.compile("stat::number_of_executed_units: +(\\d+)");
    private static final Pattern ARTIFACT = Pattern.compile(".*Test unit written to (\\S+)");
    private static final List<Target> TARGETS =
            List.of(
                    new Target("fields", FieldsTarget.class, 64, FieldsTarget::fuzzerTestOneInput),
                    new Target("file", FileTarget.class, 1 << 20, FileTarget::fuzzerTestOneInput));

    /**
     * Something that Jazzer calls.
     *
     * @param maxBytes how long its inputs get
     * @param call the same without Jazzer
     */
    private record Target(String name, Class<?> type, int maxBytes, Call call) {}

    /** What a target does with an input. */
    private interface Call {
        void on(byte[] input);
    }

    @Override
    public String name() {
        return "jazzer";
    }

    @Override
    public String purpose() {
        return "damaged files, steered by the branches of the engine that they reach";
    }

    @Override
    public void run(Run run) throws IOException, InterruptedException {
        String only = run.budget().only();
        for (Target target : TARGETS) {
            if (only != null && only.startsWith(target.name() + ":")) {
                replay(run, target, Path.of(only.substring(target.name().length() + 1)));
            } else if (run.wants(target.name())) {
                fuzz(run, target);
            }
        }
    }

    /** Gives an input, or all in a folder, to a target once more, without Jazzer. */
    private static void replay(Run run, Target target, Path inputs) throws IOException {
        try (Stream<Path> files = Files.walk(inputs)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try {
                    target.call().on(Files.readAllBytes(file));
                } catch (RuntimeException | Error e) {
                    run.fail(failure(target, file, e));
                }
                run.scenarios(1, file.toString());
            }
        }
    }

    private static Failure failure(Target target, Path input, Throwable error) {
        String scenario = target.name() + ":" + input;
        return new Failure(scenario, "jazzer --only " + scenario, List.of(), error);
    }

    private static void fuzz(Run run, Target target) throws IOException, InterruptedException {
        Path failures = failures();
        Path home = failures.resolveSibling("jazzer").resolve(target.name());
        Path corpus = home.resolve("corpus");
        Files.createDirectories(corpus);
        Files.createDirectories(failures);
        if (target.type() == FileTarget.class) {
            Files.write(corpus.resolve("sound"), FileTarget.sound());
        }
        Process process =
                new ProcessBuilder(command(run, target, corpus, failures))
                        .directory(home.toFile())
                        .redirectErrorStream(true)
                        .start();
        List<Path> findings = new ArrayList<>();
        String[] lasts = new String[20];
        int lines = 0;
        long done = 0;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lasts[lines++ % lasts.length] = line;
                Matcher progress = PROGRESS.matcher(line);
                Matcher units = UNITS.matcher(line);
                Matcher artifact = ARTIFACT.matcher(line);
                if (progress.matches()) {
                    run.set(target.name() + " branches", Long.parseLong(progress.group(2)));
                    run.set(target.name() + " corpus", Long.parseLong(progress.group(4)));
                }
                if (progress.matches() || units.matches()) {
                    Matcher count = progress.matches() ? progress : units;
                    long now = Math.max(done, Long.parseLong(count.group(1)));
                    run.add(target.name() + " inputs", now - done);
                    run.scenarios(now - done, target.name());
                    done = now;
                } else if (artifact.matches()) {
                    findings.add(Path.of(artifact.group(1)));
                }
            }
        }
        int exit = process.waitFor();
        for (Path each : findings) {
            run.fail(failure(target, each, errorOf(target, each)));
        }
        if ((exit != 0 && findings.isEmpty()) || done == 0) {
            List<String> end = new ArrayList<>();
            for (int i = 0; i < lasts.length; i++) {
                String line = lasts[(lines + i) % lasts.length];
                if (line != null) {
                    end.add(line);
                }
            }
            AssertionError error = new AssertionError("Jazzer ended with " + exit);
            String repeat = "jazzer --only " + target.name() + " --seed " + run.seed();
            run.fail(new Failure(target.name(), repeat, end, error));
        }
    }

    private static Path failures() {
        return Path.of(System.getProperty("coppice.fuzz.failures", "target/failures"))
                .toAbsolutePath();
    }

    private static Throwable errorOf(Target target, Path input) throws IOException {
        if (input.getFileName().toString().contains("timeout")) {
            return new AssertionError("it hangs");
        }
        try {
            target.call().on(Files.readAllBytes(input));
        } catch (RuntimeException | Error e) {
            return e;
        }
        return new AssertionError("it failed under Jazzer, and not again without");
    }

    private static List<String> command(Run run, Target target, Path corpus, Path failures) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-Xmx1g", "-XX:+EnableDynamicAgentLoading"));
        command.add("-XX:ErrorFile=" + failures.resolve("jazzer-%p-jvm.log"));
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("com.code_intelligence.jazzer.Jazzer");
        command.add("--target_class=" + target.type().getName());
        command.add("--instrumentation_includes=dev.coppice.**");
        command.add("--instrumentation_excludes=dev.coppice.fuzz.**:dev.coppice.testkit.**");
        command.add("--custom_hook_includes=none.**");
        command.add("--reproducer_path=" + corpus.getParent());
        command.add("--keep_going=" + (run.budget().stopsAtFailure() ? 1 : MAX_FINDINGS));
        command.add("-artifact_prefix=" + failures.resolve("jazzer-" + target.name() + "-"));
        command.add("-seed=" + Math.max(1, run.seed()));
        command.add("-max_len=" + target.maxBytes());
        command.addAll(List.of("-timeout=60", "-rss_limit_mb=3000", "-print_final_stats=1"));
        long share = run.budget().seconds() / (run.budget().only() == null ? TARGETS.size() : 1);
        if (run.budget().scenarios() > 0) {
            command.add("-runs=" + run.budget().scenarios());
        } else {
            long seconds = run.budget().seconds() > 0 ? Math.max(1, share) : DEFAULT_SECONDS;
            command.add("-max_total_time=" + seconds);
        }
        command.add(corpus.toString());
        return command;
    }
}
