package dev.coppice.perf.figures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table in Markdown, aligned. Thread safety: one thread. */
public final class Table {
    private final List<String[]> rows = new ArrayList<>();

    public Table(String... head) {
        rows.add(head);
    }

    public void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
    }

    public void print() {
        System.out.print(text());
        System.out.flush();
    }

    /** {@return its lines} */
    public String text() {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            text.append(line(rows.get(i), widths)).append('\n');
            if (i == 0) {
                text.append(rule(widths)).append('\n');
            }
        }
        return text.toString();
    }

    private static String line(String[] row, int[] widths) {
        var text = new StringBuilder("|");
        for (int i = 0; i < row.length; i++) {
            String blanks = " ".repeat(widths[i] - row[i].length());
            text.append(' ').append(i == 0 ? row[i] + blanks : blanks + row[i]).append(" |");
        }
        return text.toString();
    }

    private static String rule(int[] widths) {
        var text = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            text.append("-".repeat(widths[i] + 1)).append(i == 0 ? "-|" : ":|");
        }
        return text.toString();
    }

    /** {@return a number to about four digits} */
    public static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }

    public static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    public static String megabytes(double bytes) {
        return number(bytes / 1e6);
    }
}
