package dev.coppice.perf.layout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Compares page layouts and ways of searching. Each candidate runs as a {@link LayoutTrial} in a
 * JVM of its own; all are alive at once and do one slice of the same work in turn, so that a busy
 * machine disturbs them alike. Printed after each round: the median, and the ratio to the first
 * candidate in the same turn (median and quartiles over all turns and rounds).
 *
 * <pre>
 * java -cp target/classes dev.coppice.perf.layout.LayoutComparison ROUNDS KINDS CANDIDATE...
 * java -cp target/classes dev.coppice.perf.layout.LayoutComparison 5 DECIMAL,RANDOM,TIMESTAMP \
 *     layout=DENSE4 layout=DENSE8 layout=SLOT8 layout=SLOT12
 * java -cp target/classes dev.coppice.perf.layout.LayoutComparison 5 RANDOM \
 *     search=MASK search=TERNARY search=BRANCHY search=LINEAR search=HYBRID skipPrefix=true
 * </pre>
 *
 * A candidate is a list of {@code layout=}, {@code search=}, {@code skipPrefix=} and {@code scans=}
 * (false leaves the scans out) joined by commas.
 */
final class LayoutComparison {
    private final List<String> candidates;

    /* kind and figure -> one number per candidate and turn */
    private final Map<String, List<double[]>> figures = new LinkedHashMap<>();

    private LayoutComparison(List<String> candidates) {
        this.candidates = candidates;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = Integer.parseInt(arguments[0]);
        var comparison = new LayoutComparison(List.of(arguments).subList(2, arguments.length));
        for (int round = 0; round < rounds; round++) {
            for (String kind : arguments[1].split(",", -1)) {
                comparison.runRound(kind);
            }
            System.out.printf("Rounds: %d%n", round + 1);
            comparison.figures.forEach(comparison::print);
        }
    }

    private void runRound(String kind) throws IOException, InterruptedException {
        var trials = new ArrayList<Trial>();
        for (String candidate : candidates) {
            trials.add(Trial.start(kind, candidate));
        }
        for (int turn = 0; takeTurns(kind, trials, turn); turn++) {}
        for (Trial trial : trials) {
            if (trial.process.waitFor() != 0) {
                throw new IllegalStateException("trial failed: " + kind);
            }
        }
    }

    private boolean takeTurns(String kind, List<Trial> trials, int turn) throws IOException {
        var numbers = new double[trials.size()];
        String name = null;
        for (int i = 0; i < numbers.length; i++) {
            int candidate = (i + turn) % numbers.length;
            String line = trials.get(candidate).takeTurn();
            if (line == null) {
                return false;
            }
            name = line.substring(0, line.indexOf('\t'));
            numbers[candidate] = Double.parseDouble(line.substring(line.indexOf('\t') + 1));
        }
        figures.computeIfAbsent(kind + " " + name, _ -> new ArrayList<>()).add(numbers);
        return true;
    }

    private void print(String figure, List<double[]> turns) {
        System.out.println(figure);
        for (int i = 0; i < candidates.size(); i++) {
            int candidate = i;
            double[] numbers = sorted(turns, numbersOfTurn -> numbersOfTurn[candidate]);
            double[] ratios =
                    sorted(turns, numbersOfTurn -> numbersOfTurn[candidate] / numbersOfTurn[0]);
            System.out.printf(
                    Locale.ROOT,
                    "  %-32s %9.2f   x %.3f [%.3f, %.3f]%n",
                    candidates.get(candidate),
                    numbers[numbers.length / 2],
                    ratios[ratios.length / 2],
                    ratios[ratios.length / 4],
                    ratios[ratios.length * 3 / 4]);
        }
    }

    private static double[] sorted(List<double[]> turns, ToDoubleFunction<double[]> figure) {
        double[] figures = turns.stream().mapToDouble(figure).toArray();
        Arrays.sort(figures);
        return figures;
    }

    /** One candidate's process. */
    private record Trial(Process process, OutputStream turns, BufferedReader lines) {
        static Trial start(String kind, String candidate) throws IOException {
            var command = new ArrayList<String>();
            command.add(ProcessHandle.current().info().command().orElse("java"));
            command.addAll(List.of("-Xms64m", "-Xmx64m", "-XX:+UseSerialGC"));
            command.add("-XX:MaxDirectMemorySize=2g");
            for (String property : candidate.split(",", -1)) {
                command.add("-Dcoppice." + property);
            }
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(List.of(LayoutTrial.class.getName(), kind));
            var process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return new Trial(process, process.getOutputStream(), process.inputReader());
        }

        /** {@return the line for one slice of work, or null at the end} */
        String takeTurn() throws IOException {
            try {
                turns.write('\n');
                turns.flush();
            } catch (IOException e) {
                return null;
            }
            return lines.readLine();
        }
    }
}
