package dev.coppice.perf.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Figures of several series over the same labels, drawn on a logarithmic scale: what counts is by
 * how many times they differ. Figures that are missing are NaN.
 *
 * <p>Thread safety: one thread.
 */
final class Plot {
    private static final List<String> COLOURS =
            List.of(
                    "#1b6e3c", "#d97706", "#2563eb", "#9333ea", "#0891b2", "#6b7280", "#be185d",
                    "#84cc16");
    private static final String GRID = "#dddddd";
    private static final String AXIS = "#333333";
    private static final double LEFT = 290;
    private static final double TOP = 56;
    private static final double WIDTH = 900;
    private static final double BAR = 11;
    private static final double LINES_HEIGHT = 320;
    private static final double MARGIN = 70;

    private final String title;
    private final List<String> labels;
    private final List<String> names = new ArrayList<>();
    private final List<double[]> series = new ArrayList<>();

    Plot(String title, List<String> labels) {
        this.title = title;
        this.labels = labels;
    }

    void add(String name, double[] figures) {
        names.add(name);
        series.add(figures);
    }

    private double lowest() {
        double lowest = Double.MAX_VALUE;
        for (double[] figures : series) {
            for (double figure : figures) {
                lowest = figure > 0 ? Math.min(lowest, figure) : lowest;
            }
        }
        return lowest;
    }

    private double highest() {
        double highest = 0;
        for (double[] figures : series) {
            for (double figure : figures) {
                highest = figure > 0 ? Math.max(highest, figure) : highest;
            }
        }
        return highest;
    }

    /** A logarithmic axis between two powers of ten or halves of them. */
    private record Axis(double from, double to, double start, double end) {
        static Axis over(double lowest, double highest, double start, double end) {
            double from = Math.floor(Math.log10(lowest) * 2 - 0.01) / 2;
            double to = Math.ceil(Math.log10(highest) * 2 + 0.01) / 2;
            return new Axis(from, Math.max(to, from + 0.5), start, end);
        }

        double at(double figure) {
            double share = (Math.log10(figure) - from) / (to - from);
            return start + share * (end - start);
        }

        /** {@return 1, 2 and 5 times the powers of ten that lie on it} */
        List<Double> marks() {
            List<Double> marks = new ArrayList<>();
            for (int power = (int) Math.floor(from); power <= to; power++) {
                for (double digit : new double[] {1, 2, 5}) {
                    double mark = digit * Math.pow(10, power);
                    double place = Math.log10(mark);
                    if (place >= from - 1e-9 && place <= to + 1e-9) {
                        marks.add(mark);
                    }
                }
            }
            return marks;
        }
    }

    private static String number(double figure) {
        return String.format(Locale.ROOT, figure < 1 ? "%.2g" : "%,.0f", figure);
    }

    private void legend(Svg svg) {
        svg.words(16, 20, "start", title);
        double x = 16;
        for (int i = 0; i < names.size(); i++) {
            svg.rect(x, 30, 10, 10, COLOURS.get(i % COLOURS.size()));
            svg.words(x + 15, 40, "start", names.get(i));
            x += 30 + 7.5 * names.get(i).length();
        }
    }

    /** {@return a group of bars to the right for each label; shorter is better where not ratios} */
    String bars() {
        double group = series.size() * BAR + 10;
        double height = TOP + labels.size() * group + 30;
        var svg = new Svg(WIDTH, height);
        legend(svg);
        Axis axis = Axis.over(Math.min(1, lowest()), Math.max(1, highest()), LEFT, WIDTH - MARGIN);
        double bottom = height - 30;
        for (double mark : axis.marks()) {
            svg.line(axis.at(mark), TOP, axis.at(mark), bottom, mark == 1 ? AXIS : GRID);
            svg.words(axis.at(mark), bottom + 16, "middle", number(mark));
        }
        for (int i = 0; i < labels.size(); i++) {
            double y = TOP + i * group + 5;
            svg.words(LEFT - 8, y + series.size() * BAR / 2 + 4, "end", labels.get(i));
            for (int j = 0; j < series.size(); j++) {
                bar(svg, axis, series.get(j)[i], y + j * BAR, COLOURS.get(j % COLOURS.size()));
            }
        }
        return svg.text();
    }

    /** A bar starts at 1: one that goes to the left is below it. */
    private static void bar(Svg svg, Axis axis, double figure, double y, String colour) {
        if (figure > 0) {
            double one = axis.at(1);
            double end = axis.at(figure);
            svg.rect(Math.min(one, end), y, Math.max(1, Math.abs(end - one)), BAR - 1, colour);
            boolean isRight = end >= one;
            String words = String.format(Locale.ROOT, "%.2f", figure);
            svg.words(end + (isRight ? 4 : -4), y + BAR - 2, isRight ? "start" : "end", words);
        }
    }

    /** {@return a line for each series, over the labels} */
    String lines() {
        double height = TOP + LINES_HEIGHT + 40;
        var svg = new Svg(WIDTH, height);
        legend(svg);
        double bottom = TOP + LINES_HEIGHT;
        Axis axis = Axis.over(lowest(), highest(), bottom, TOP + 10);
        for (double mark : axis.marks()) {
            svg.line(MARGIN, axis.at(mark), WIDTH - MARGIN, axis.at(mark), GRID);
            svg.words(MARGIN - 8, axis.at(mark) + 4, "end", number(mark));
        }
        double step = (WIDTH - 3 * MARGIN) / Math.max(1, labels.size() - 1);
        for (int i = 0; i < labels.size(); i++) {
            svg.words(1.5 * MARGIN + i * step, bottom + 20, "middle", labels.get(i));
        }
        for (int j = 0; j < series.size(); j++) {
            List<Double> points = new ArrayList<>();
            for (int i = 0; i < labels.size(); i++) {
                if (series.get(j)[i] > 0) {
                    points.add(1.5 * MARGIN + i * step);
                    points.add(axis.at(series.get(j)[i]));
                }
            }
            svg.path(points, COLOURS.get(j % COLOURS.size()));
        }
        return svg.text();
    }
}
