package dev.coppice.perf.compare;

import dev.coppice.perf.figures.Installation;
import dev.coppice.perf.figures.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The figures of a run, with where they come from. Kept in a file of lines beside the benchmarks:
 * first {@code # name value}, then one row each.
 *
 * <p>Thread safety: one thread.
 */
final class Results {
    private final Map<String, String> origin = new TreeMap<>();
    private final List<Row> rows = new ArrayList<>();

    /** {@return an empty list that knows machine, versions, commit and the command} */
    static Results ofCommand(String command) throws IOException {
        var results = new Results();
        results.origin.putAll(Machine.describe());
        results.origin.put("command", command);
        return results;
    }

    static Path file(String name) {
        return Installation.folder("results").resolve(name + ".tsv");
    }

    static Results load(String name) throws IOException {
        var results = new Results();
        if (Files.exists(file(name))) {
            for (String line : Files.readAllLines(file(name))) {
                results.read(line);
            }
        }
        return results;
    }

    private void read(String line) {
        if (line.startsWith("# ")) {
            int end = line.indexOf('\t');
            origin.put(line.substring(2, end), line.substring(end + 1));
        } else {
            rows.add(Row.of(line));
        }
    }

    void save(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        origin.forEach((key, value) -> lines.add("# " + key + "\t" + value));
        rows.forEach(row -> lines.add(row.line()));
        Files.createDirectories(file(name).getParent());
        Files.write(file(name), lines);
    }

    void add(Row row) {
        rows.add(row);
    }

    void addAll(Results others) {
        rows.addAll(others.rows);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    Map<String, String> origin() {
        return origin;
    }

    List<Row> rows() {
        return rows;
    }

    /** {@return the figures of a work by round} */
    Map<Integer, Row> rounds(String suite, String work, String peer) {
        Map<Integer, Row> found = new TreeMap<>();
        for (Row row : rows) {
            if (row.suite().equals(suite) && row.work().equals(work) && row.peer().equals(peer)) {
                found.put(row.round(), row);
            }
        }
        return found;
    }

    /** {@return a figure of all rounds, empty where there is none} */
    Sample sample(String suite, String work, String peer, ToDoubleFunction<Row> figure) {
        var sample = new Sample();
        for (Row row : rounds(suite, work, peer).values()) {
            sample.add(figure.applyAsDouble(row));
        }
        return sample;
    }
}
