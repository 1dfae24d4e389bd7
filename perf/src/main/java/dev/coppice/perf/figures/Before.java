package dev.coppice.perf.figures;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Compares this build with that of another commit: times in alternation, counts, and the file. */
final class Before {
    private static final String HELP =
            """
            usage: perf/run before COMMIT [--after COMMIT] [--pairs N] [--entries N] [--jars A:B]

            What a change costs those who do not use it. Builds COMMIT in a folder of its own, or
            takes the jars of its engine and its mvcc module from --jars. With --after, the other
            build is that of a commit, too, so that what came since is left out. Then, for some
            workloads on a store in memory,

              time    CPU time for each operation, in pairs of JVMs, one of each build, which take
                      turns in going first: the ratio after / before, with the 95 % interval of the
                      geometric mean over the pairs (12), and the same of bytes allocated
              counts  page visits, pages copied on write, pages put aside for a rebuild, and leaves
                      copied by cursors
              file    whether one workload leaves the same bytes on disk, but for what is random in
                      the header and the slots
            """;

    /** Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom; 1.96 beyond. */
    private static final double[] T = {
        12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13,
        2.12, 2.11, 2.10, 2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04
    };

    private Before() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        List<String> named = List.of("pairs", "entries", "jars", "after");
        String commit =
                words.isEmpty() || words.getFirst().startsWith("--") ? "" : words.getFirst();
        Arguments arguments =
                new Arguments(
                        commit.isEmpty() ? words : words.subList(1, words.size()),
                        List.of(),
                        named);
        int pairs = arguments.count("pairs", 12, 1000);
        long entries = arguments.number("entries", 200_000, 1_000, 10_000_000);
        String jars = arguments.text("jars", "");
        String other = arguments.text("after", "");
        arguments.end();
        if (commit.isEmpty() == jars.isEmpty()) {
            throw new UsageException("give a commit, or --jars");
        }
        String before = classPath(jars.isEmpty() ? build(commit) : jars);
        String after = classPath(other.isEmpty() ? jars(Installation.home()) : build(other));
        printTimes(before, after, pairs, entries);
        printCounts(before, after, entries);
    }

    private static String classPath(String jars) {
        return jars + File.pathSeparator + Installation.classPath();
    }

    private static String jars(Path checkout) throws IOException {
        return jar(checkout.resolve("engine/target"), "coppice-engine-")
                + File.pathSeparator
                + jar(checkout.resolve("mvcc/target"), "coppice-");
    }

    private static String jar(Path folder, String name) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(
                            file -> {
                                String own = file.getFileName().toString();
                                return own.matches(name + "[0-9].*\\.jar")
                                        && !own.contains("-sources");
                            })
                    .findFirst()
                    .orElseThrow(() -> new IOException("no jar " + name + " in " + folder))
                    .toString();
        }
    }

    private static String build(String commit) throws IOException {
        Path folder = Installation.folder("before-" + commit);
        if (!Files.isDirectory(folder)) {
            Figures.say("building " + commit + " ...");
            execute(
                    Installation.home(),
                    "git",
                    "worktree",
                    "add",
                    "--detach",
                    folder.toString(),
                    commit);
            execute(
                    folder,
                    "./mvnw",
                    "-B",
                    "-q",
                    "-DskipTests",
                    "-Dmaven.test.skip=true",
                    "-pl",
                    "mvcc",
                    "-am",
                    "package");
        }
        return jars(folder);
    }

    private static void execute(Path folder, String... command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("failed: " + String.join(" ", command));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Numbers by name, of all JVMs of one build. */
    private static final class Results {
        private final Map<String, List<Double>> numbers = new TreeMap<>();

        void add(String classPath, Class<?> main, Object... arguments) throws IOException {
            String[] words = Fork.run(classPath, main, arguments);
            for (int i = 0; i < words.length; i += 2) {
                numbers.computeIfAbsent(words[i], _ -> new ArrayList<>())
                        .add(Double.valueOf(words[i + 1]));
            }
        }
    }

    private static void printTimes(String before, String after, int pairs, long entries)
            throws IOException {
        Results old = new Results();
        Results young = new Results();
        for (int pair = 0; pair < pairs; pair++) {
            for (int turn = 0; turn < 2; turn++) {
                boolean isOld = (pair + turn) % 2 == 0;
                Results results = isOld ? old : young;
                results.add(isOld ? before : after, BeforeTrial.class, entries);
            }
            Figures.say("pair " + (pair + 1) + " of " + pairs);
        }
        Table table = new Table("per operation", "before", "after", "after / before", "95 %");
        for (String name : old.numbers.keySet()) {
            row(table, name, old.numbers.get(name), young.numbers.get(name));
        }
        table.print();
    }

    private static void row(Table table, String name, List<Double> old, List<Double> young) {
        int n = old.size();
        double[] logs = new double[n];
        for (int i = 0; i < n; i++) {
            logs[i] = old.get(i).equals(young.get(i)) ? 0 : Math.log(young.get(i) / old.get(i));
        }
        double mean = Arrays.stream(logs).average().orElse(0);
        double squares = Arrays.stream(logs).map(log -> (log - mean) * (log - mean)).sum();
        double error =
                n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n) * T[Math.min(n - 2, T.length - 1)];
        table.row(
                name,
                Table.number(median(old)),
                Table.number(median(young)),
                String.format(Locale.ROOT, "%.4f", Math.exp(mean)),
                String.format(
                        Locale.ROOT,
                        "%.4f to %.4f",
                        Math.exp(mean - error),
                        Math.exp(mean + error)));
    }

    private static double median(List<Double> numbers) {
        double[] sorted = numbers.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void printCounts(String before, String after, long entries) throws IOException {
        Results old = new Results();
        Results young = new Results();
        Path file = Installation.folder("before.coppice");
        Files.createDirectories(file.getParent());
        old.add(before, BeforeCounts.class, entries, file);
        young.add(after, BeforeCounts.class, entries, file);
        Table table = new Table("in all", "before", "after", "");
        for (String name : old.numbers.keySet()) {
            double first = old.numbers.get(name).getFirst();
            double second = young.numbers.get(name).getFirst();
            String verdict = first == second ? "equal" : "DIFFERENT";
            table.row(name, (long) first, (long) second, verdict);
        }
        System.out.println();
        table.print();
    }
}
