package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.work.LatencyTrial;
import dev.coppice.perf.compare.work.Suite;
import dev.coppice.perf.compare.work.Work;
import dev.coppice.perf.figures.Arguments;
import dev.coppice.perf.figures.Figures;
import dev.coppice.perf.figures.Installation;
import dev.coppice.perf.figures.Sample;
import dev.coppice.perf.figures.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Tables and plots of what was measured last. Thread safety: one thread. */
final class Report {
    private static final String HELP =
            """
            Usage: perf/run report [--out DIR]

            Writes figures.md and its plots into docs/perf (--out names another folder), from the
            last runs of compare --bars, compare, latency, space, growth and ycsb; what did not
            run is left out.
            """;
    private static final List<Peer> ORDERED =
            Arrays.stream(Peer.values()).filter(Peer::isOrdered).toList();

    private final Path folder;
    private final StringBuilder text = new StringBuilder();

    private Report(Path folder) {
        this.folder = folder;
    }

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of("out"));
        arguments.end();
        String out = arguments.text("out", "");
        Path folder =
                out.isEmpty()
                        ? Installation.home().resolve("docs/perf")
                        : Path.of(out).toAbsolutePath();
        new Report(Files.createDirectories(folder)).write();
        Figures.say("written: " + folder.resolve("figures.md"));
    }

    private void write() throws IOException {
        add("# Figures");
        add("Made by `perf/run report`; the method is in [README.md](README.md).");
        stores();
        bars();
        compare();
        latency();
        space();
        growth();
        ycsb();
        Files.writeString(folder.resolve("figures.md"), text);
    }

    private void add(String paragraph) {
        text.append(paragraph.strip()).append("\n\n");
    }

    private void add(Table table) {
        text.append(table.text()).append('\n');
    }

    private void plot(String name, String words, String svg) throws IOException {
        Files.writeString(folder.resolve(name + ".svg"), svg);
        add("![" + words + "](" + name + ".svg)");
    }

    private void origin(Results results) {
        var table = new Table("measured", "with");
        results.origin().forEach(table::row);
        add(table);
    }

    private void stores() {
        add("## The stores");
        var table = new Table("store", "version", "settings");
        for (Peer peer : Peer.values()) {
            table.row(peer.title(), peer.version(), peer.settings());
        }
        add(table);
        add(
                "All run in JVMs with the same options: a heap of 2 GB that is touched before, and the"
                        + " flags that some need.");
    }

    /** {@return whether there are results; opens their section} */
    private boolean begins(Results results, String title) {
        if (results.isEmpty()) {
            return false;
        }
        add("## " + title);
        origin(results);
        return true;
    }

    private void bars() throws IOException {
        List<Bar.Outcome> outcomes = Bars.outcomes(Bars.lastResults());
        if (!outcomes.isEmpty()) {
            add("## Bars");
            add(Bars.table(outcomes));
        }
        Results runs = Results.load(Compare.BARS);
        if (begins(runs, "Runs of the bars")) {
            String title = Suite.MAIN.title() + ": how many times Coppice's time each takes";
            plot("bars", title, ratios(runs, Suite.MAIN, title));
        }
    }

    private void compare() throws IOException {
        Results results = Results.load(Compare.NAME);
        if (!begins(results, "Workloads")) {
            return;
        }
        for (Suite suite : Suite.values()) {
            List<Table> tables = Compare.tables(results, suite, List.of(Peer.values()));
            if (!tables.isEmpty()) {
                add("### " + suite.title());
                tables.forEach(this::add);
                String title = suite.title() + ": how many times Coppice's time each takes";
                plot("compare-" + suite.id(), title, ratios(results, suite, title));
            }
        }
    }

    /** {@return the peers' times as multiples of Coppice's; left of 1 Coppice loses} */
    private static String ratios(Results results, Suite suite, String title) {
        List<Work> works =
                suite.groups().stream()
                        .flatMap(List::stream)
                        .filter(work -> !time(results, suite, work, Peer.COPPICE).isEmpty())
                        .toList();
        var plot = new Plot(title, works.stream().map(Work::title).toList());
        for (Peer peer : Peer.values()) {
            double[] figures = new double[works.size()];
            for (int i = 0; i < figures.length; i++) {
                Sample theirs = time(results, suite, works.get(i), peer);
                double ours = time(results, suite, works.get(i), Peer.COPPICE).median();
                figures[i] = theirs.isEmpty() ? Double.NaN : theirs.median() / ours;
            }
            boolean isThere = Arrays.stream(figures).anyMatch(figure -> figure > 0);
            if (peer != Peer.COPPICE && isThere) {
                plot.add(peer.title(), figures);
            }
        }
        return plot.bars();
    }

    private static Sample time(Results results, Suite suite, Work work, Peer peer) {
        return results.sample(suite.id(), work.id(), peer.name(), Row::wall);
    }

    private void latency() throws IOException {
        Results results = Results.load(Latency.NAME);
        if (!begins(results, "Latency")) {
            return;
        }
        Latency.tables(results).forEach(this::add);
        List<String> labels = Latency.names();
        var plot = new Plot("service time of put + commit, microseconds", labels);
        for (Peer peer : List.of(Peer.COPPICE, Peer.LMDBJAVA)) {
            for (String suite : List.of(Bars.LATENCY, Bars.LATENCY + "-2")) {
                String beside = suite.equals(Bars.LATENCY) ? "1 scan" : "2 scans";
                plot.add(
                        peer.title() + ", " + beside, service(results, suite, peer.name(), labels));
            }
        }
        plot.add("no store", service(results, Bars.LATENCY, LatencyTrial.NOTHING, labels));
        plot("latency", "service times", plot.lines());
    }

    private static double[] service(
            Results results, String suite, String peer, List<String> labels) {
        return labels.stream()
                .map(label -> results.sample(suite, label + "-service", peer, Row::wall))
                .mapToDouble(sample -> sample.isEmpty() ? Double.NaN : sample.median() / 1e3)
                .toArray();
    }

    private void space() throws IOException {
        Results results = Results.load(Space.NAME);
        if (begins(results, "Space and wear")) {
            Space.tables(results, ORDERED).forEach(this::add);
        }
    }

    private void growth() throws IOException {
        Results results = Results.load(Growth.NAME);
        if (!begins(results, "Growth")) {
            return;
        }
        List<Integer> sizes = Growth.sizes(results);
        Growth.tables(results, sizes, Growth.PEERS).forEach(this::add);
        for (Work work : List.of(Work.LOAD, Work.GET, Work.SCAN_BYTE, Work.COMMIT)) {
            List<String> labels =
                    sizes.stream().map(size -> String.format(Locale.ROOT, "%,d", size)).toList();
            var plot = new Plot(work.title() + ", ns per " + work.unit(), labels);
            for (Peer peer : Growth.PEERS) {
                List<Double> figures = new ArrayList<>();
                for (int size : sizes) {
                    Sample sample = Growth.sample(results, Suite.MAIN, work, peer, size);
                    figures.add(sample.isEmpty() ? Double.NaN : sample.median());
                }
                plot.add(peer.title(), figures.stream().mapToDouble(each -> each).toArray());
            }
            plot("growth-" + work.id(), work.title(), plot.lines());
        }
    }

    private void ycsb() throws IOException {
        Results results = Results.load(Ycsb.NAME);
        if (begins(results, "YCSB")) {
            add(Ycsb.table(results, ORDERED));
        }
    }
}
