package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Lines of key, tab, value; with column families of family, tab, key, tab, value, or a family
 * alone. A deadline may follow, as {@link TsvWriter} writes it.
 *
 * <p>Thread safety: one thread. Lifetime: what it returns is valid until the next line.
 */
final class TsvReader extends EntryReader {
    private final Encoding encoding;
    private final boolean namesFamilies;

    TsvReader(LineReader lines, Encoding encoding, boolean namesFamilies) {
        super(lines);
        this.encoding = encoding;
        this.namesFamilies = namesFamilies;
    }

    @Override
    boolean parse(byte[] text, int from, int to) {
        int keyFrom = from;
        expiresAt = EntryWriter.NEVER;
        if (namesFamilies) {
            int tab = tab(text, from, to);
            family = family(text, from, tab);
            if (tab == to) {
                key = null;
                value = null;
                return true;
            }
            keyFrom = tab + 1;
        }
        int tab = tab(text, keyFrom, to);
        if (tab == to) {
            throw new TextException(noTab(text, from, to));
        }
        int valueTo = tab(text, tab + 1, to);
        if (valueTo != to && !isDeadline(text, valueTo + 1, to)) {
            throw new TextException(
                    namesFamilies
                            ? "more than two tabs: a tab in a key or value is written \\t"
                            : "more than one tab: a tab in a key or value is written \\t; lines"
                                    + " that name their family are read with --all");
        }
        key = field(keys, text, keyFrom, tab);
        value = field(values, text, tab + 1, valueTo);
        return true;
    }

    /** Reads a deadline; returns whether it is one. */
    private boolean isDeadline(byte[] text, int from, int to) {
        String field = new String(text, from, to - from, UTF_8);
        if (!field.startsWith(TsvWriter.EXPIRES)) {
            return false;
        }
        try {
            expiresAt = Long.parseLong(field.substring(TsvWriter.EXPIRES.length()));
        } catch (NumberFormatException e) {
            throw new TextException("no number of milliseconds: " + field, e);
        }
        return true;
    }

    private static String noTab(byte[] text, int from, int to) {
        return to > from && text[from] == '{'
                ? "no tab between key and value; JSON Lines are read with --json"
                : "no tab between key and value";
    }

    private String family(byte[] text, int from, int to) {
        for (int at = from; at < to; at++) {
            if (text[at] == '\\') {
                byte[] name = Encoding.UTF8.decode(text, from, to);
                return familyName.of(name, 0, name.length);
            }
        }
        return familyName.of(text, from, to);
    }

    private static int tab(byte[] text, int from, int to) {
        int at = from;
        while (at < to && text[at] != '\t') {
            at++;
        }
        return at;
    }

    private byte[] field(FieldArrays arrays, byte[] text, int from, int to) {
        if (encoding != Encoding.UTF8) {
            return encoding.decode(text, from, to);
        }
        for (int at = from; at < to; at++) {
            if (text[at] == '\\') {
                return encoding.decode(text, from, to);
            }
        }
        return arrays.copyOf(text, from, to);
    }
}
