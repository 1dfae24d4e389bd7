package dev.coppice.fuzz.corrupt;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.testkit.SimulatedDisk;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The suite {@code corrupt}: a scenario is a store with one thing damaged that is opened, read,
 * checked and written to, within bounds of time and memory. What is damaged was closed in order
 * ({@code memory}), killed ({@code killed}), or killed beside a process that reads ({@code beside};
 * then another one comes to read, or to write); or it is a file ({@code file}), in a process that
 * compiles with C1 only.
 */
public final class CorruptRuns implements Suite {
    private static final long ENOUGH = 50_000;
    private static final long MAX_SECONDS = 60;
    private static final int[] PAGE_SIZES = {512, 1024, 4096};
    private static final String FILE = "file";

    private final Map<Scene, List<Specimen>> specimens = new EnumMap<>(Scene.class);
    private Path directory;

    /** What is damaged. */
    private enum Scene {
        MEMORY,
        KILLED,
        BESIDE,
        FILE;

        private boolean has(Damage.Kind kind) {
            return switch (this) {
                case MEMORY -> !kind.isLive() && !kind.isLength();
                case KILLED -> !kind.isLength();
                case BESIDE -> kind.isLive() && !kind.isLength();
                case FILE -> true;
            };
        }

        private List<Damage.Kind> kinds() {
            return Arrays.stream(Damage.Kind.values()).filter(this::has).toList();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One scenario.
     *
     * @param seed of everything that is chosen at random
     */
    private record Scenario(Scene scene, Damage.Kind kind, long seed) {
        @Override
        public String toString() {
            return scene + "/" + kind + " " + seed;
        }

        String repeat() {
            return "corrupt --only " + scene + "/" + kind + " --seed " + seed + " --scenarios 1";
        }
    }

    @Override
    public String name() {
        return "corrupt";
    }

    @Override
    public String purpose() {
        return "damaged files whose checksums are right, opened, read and written to";
    }

    @Override
    public void run(Run run) throws IOException, InterruptedException {
        boolean hasLimit = run.budget().seconds() > 0 || run.budget().scenarios() > 0;
        String only = run.budget().only();
        if (only == null) {
            runCompiledByC1(run, hasLimit);
        }
        List<Scene> scenes =
                Arrays.stream(Scene.values())
                        .filter(scene ->
                                only == null
                                        ? scene != Scene.FILE
                                        : only.split("/", -1)[0].equals(scene.toString()))
                        .toList();
        List<Damage.Kind> kinds =
                only != null && only.indexOf('/') > 0
                        ? List.of(Damage.Kind.valueOf(only.substring(only.indexOf('/') + 1)))
                        : List.of();
        prepare(scenes);
        try {
            each(run, scenes, kinds);
        } finally {
            tidy();
        }
    }

    private void prepare(List<Scene> scenes) throws IOException {
        for (Scene scene : scenes) {
            List<Specimen> some = new ArrayList<>();
            for (int pageBytes : PAGE_SIZES) {
                switch (scene) {
                    case MEMORY -> some.add(Specimen.closed(pageBytes));
                    case KILLED -> some.add(Specimen.killed(pageBytes, false));
                    case BESIDE -> some.add(Specimen.killed(pageBytes, true));
                    case FILE -> {
                        directory =
                                directory == null
                                        ? Files.createTempDirectory("coppice-corrupt")
                                        : directory;
                        some.add(Specimen.closed(pageBytes));
                        some.add(Specimen.inFile(pageBytes, fileOf(pageBytes)));
                    }
                }
            }
            specimens.put(scene, some);
        }
    }

    private Path fileOf(int pageBytes) {
        return directory.resolve("store" + pageBytes);
    }

    private void tidy() throws IOException {
        for (List<Specimen> some : specimens.values()) {
            some.stream()
                    .map(Specimen::disk)
                    .filter(Objects::nonNull)
                    .forEach(SimulatedDisk::discard);
        }
        if (directory != null) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private void runCompiledByC1(Run run, boolean hasLimit)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
        command.add(
                "-Dcoppice.fuzz.failures="
                        + System.getProperty("coppice.fuzz.failures", "target/failures"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("dev.coppice.fuzz.run.Fuzz", name(), "--only", FILE));
        command.addAll(List.of("--seed", Long.toString(run.seed())));
        String share =
                run.budget().seconds() > 0
                        ? "--seconds=" + Math.max(1, run.budget().seconds() / 3)
                        : "--scenarios=" + (hasLimit ? run.budget().scenarios() / 4 : ENOUGH / 10);
        command.addAll(List.of(share.split("=", 2)));
        if (run.budget().stopsAtFailure()) {
            command.add("--stop");
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String last = "";
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
                System.out.println(line);
            }
        }
        int exit = process.waitFor();
        if (last.endsWith(" failures")) {
            long scenarios = Long.parseLong(last.substring(0, last.indexOf(' ')));
            run.add("as files, compiled by C1", scenarios);
            run.scenarios(scenarios, FILE);
        }
        if (exit != 0) {
            String repeat = "corrupt --only file --seed " + run.seed();
            AssertionError error = new AssertionError("it ended with " + exit + ": " + last);
            run.fail(new Failure("the process compiled by C1", repeat, List.of(), error));
        }
    }

    private void each(Run run, List<Scene> scenes, List<Damage.Kind> only)
            throws InterruptedException {
        for (long i = 0; !run.isOver() && (i < ENOUGH || run.budget().seconds() > 0); i++) {
            long seed = run.seed() + i;
            Scene scene = scenes.get((int) Math.floorMod(seed, (long) scenes.size()));
            List<Damage.Kind> kinds = only.isEmpty() ? scene.kinds() : only;
            long turn = Math.floorDiv(seed, (long) scenes.size());
            Damage.Kind kind = kinds.get((int) Math.floorMod(turn, (long) kinds.size()));
            attempt(run, new Scenario(scene, kind, seed));
        }
    }

    private void attempt(Run run, Scenario scenario) throws InterruptedException {
        FutureTask<Integer> task = new FutureTask<>(() -> examine(scenario));
        Thread.ofPlatform().daemon().start(task);
        try {
            boolean hasErrors = task.get(MAX_SECONDS, TimeUnit.SECONDS) > 0;
            run.add(scenario.kind() + (hasErrors ? " told" : " harmless"), 1);
        } catch (ExecutionException e) {
            fail(run, scenario, e.getCause());
        } catch (TimeoutException e) {
            fail(run, scenario, new AssertionError("it hangs", e));
        }
        run.scenarios(1, scenario.toString());
    }

    private static void fail(Run run, Scenario scenario, Throwable error) {
        run.fail(new Failure(scenario.toString(), scenario.repeat(), List.of(), error));
    }

    /** {@return how many operations ended with an error of the store} */
    private int examine(Scenario scenario) throws IOException {
        Random random = new Random(scenario.seed() * 0x9E3779B97F4A7C15L);
        List<Specimen> all = specimens.get(scenario.scene());
        List<Specimen> some =
                scenario.kind().isLive()
                        ? all.stream().filter(each -> each.live().byteSize() > 0).toList()
                        : all;
        Specimen specimen = some.get(random.nextInt(some.size()));
        FileCopy copy = FileCopy.of(specimen);
        new Damage(random, copy, specimen).inflict(scenario.kind());
        boolean isSealed = scenario.kind().isLive() || specimen.live().byteSize() == 0;
        boolean mustBeRight =
                scenario.kind().isTold() && isSealed && scenario.scene() != Scene.BESIDE;
        Trial trial = new Trial(specimen, copy, mustBeRight, random);
        return switch (scenario.scene()) {
            case MEMORY, KILLED -> trial.inMemory();
            case BESIDE -> random.nextBoolean() ? trial.besideReader() : trial.inMemory();
            case FILE -> trial.inFile(fileOf(specimen.pageBytes()));
        };
    }
}
