package dev.coppice.perf.figures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table in Markdown, aligned. Thread safety: one thread. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();

    Table(String... head) {
        rows.add(head);
    }

    void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
    }

    void print() {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (int i = 0; i < rows.size(); i++) {
            System.out.println(line(rows.get(i), widths));
            if (i == 0) {
                System.out.println(rule(widths));
            }
        }
        System.out.flush();
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
    static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }

    static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String megabytes(double bytes) {
        return number(bytes / 1e6);
    }
}
