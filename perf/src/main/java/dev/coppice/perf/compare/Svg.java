package dev.coppice.perf.compare;

import java.util.List;
import java.util.Locale;

/** Writes a picture in SVG. Thread safety: one thread. */
final class Svg {
    private static final String FONT = "font-family=\"sans-serif\" font-size=\"12\"";

    private final StringBuilder text = new StringBuilder();

    Svg(double width, double height) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\""
                                + " viewBox=\"0 0 %.0f %.0f\">%n",
                        width,
                        height,
                        width,
                        height));
        // Readers with a dark page see the same picture.
        rect(0, 0, width, height, "#ffffff");
    }

    private void add(String element) {
        text.append(element).append('\n');
    }

    private static String number(double figure) {
        return String.format(Locale.ROOT, "%.1f", figure);
    }

    private static String attribute(String name, String value) {
        return " " + name + "=\"" + value + "\"";
    }

    private static String attribute(String name, double value) {
        return attribute(name, number(value));
    }

    void rect(double x, double y, double width, double height, String colour) {
        add(
                "<rect"
                        + attribute("x", x)
                        + attribute("y", y)
                        + attribute("width", width)
                        + attribute("height", height)
                        + attribute("fill", colour)
                        + "/>");
    }

    void line(double x1, double y1, double x2, double y2, String colour) {
        add(
                "<line"
                        + attribute("x1", x1)
                        + attribute("y1", y1)
                        + attribute("x2", x2)
                        + attribute("y2", y2)
                        + attribute("stroke", colour)
                        + "/>");
    }

    /** Joins points, given as x and y in turns, and marks each. */
    void path(List<Double> points, String colour) {
        var list = new StringBuilder();
        for (int i = 0; i < points.size(); i += 2) {
            list.append(number(points.get(i))).append(',').append(number(points.get(i + 1)));
            list.append(' ');
            add(
                    "<circle r=\"3\""
                            + attribute("cx", points.get(i))
                            + attribute("cy", points.get(i + 1))
                            + attribute("fill", colour)
                            + "/>");
        }
        add(
                "<polyline fill=\"none\" stroke-width=\"2\""
                        + attribute("points", list.toString().strip())
                        + attribute("stroke", colour)
                        + "/>");
    }

    /** Writes words; {@code anchor} is start, middle or end. */
    void words(double x, double y, String anchor, String words) {
        String escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        add(
                "<text "
                        + FONT
                        + attribute("x", x)
                        + attribute("y", y)
                        + attribute("text-anchor", anchor)
                        + ">"
                        + escaped
                        + "</text>");
    }

    String text() {
        return text + "</svg>\n";
    }
}
