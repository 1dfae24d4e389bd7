package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines of words, with blanks or tabs between them. A word in double quotes may hold blanks, and
 * {@code \"} for a quote; other backslashes stay as they are. Lines without words, and those that
 * begin with {@code #}, are passed over.
 *
 * <p>Thread safety: one thread.
 */
public final class WordsReader {
    private final LineReader lines;
    private final List<String> words = new ArrayList<>();

    public WordsReader(InputStream input) {
        this.lines = new LineReader(input);
    }

    /**
     * Goes to the next line that has words; returns false at the end.
     *
     * @throws TextException naming the line where it is malformed
     */
    public boolean next() {
        while (lines.next()) {
            split(lines.text(), lines.from(), lines.to());
            if (!words.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void split(byte[] text, int from, int to) {
        words.clear();
        if (!Utf8.isValid(text, from, to)) {
            throw lines.malformed("no UTF-8: a byte is written \\xHH");
        }
        int at = skipBlanks(text, from, to);
        if (at < to && text[at] == '#') {
            return;
        }
        while (at < to) {
            int end = text[at] == '"' ? quoted(text, at + 1, to) : plain(text, at, to);
            at = skipBlanks(text, end, to);
        }
    }

    private static int skipBlanks(byte[] text, int from, int to) {
        int at = from;
        while (at < to && isBlank(text[at])) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private int plain(byte[] text, int from, int to) {
        int end = from;
        while (end < to && !isBlank(text[end])) {
            end++;
        }
        words.add(new String(text, from, end - from, UTF_8));
        return end;
    }

    /** Returns the offset behind the quote that ends the word. */
    private int quoted(byte[] text, int from, int to) {
        int end = from;
        while (end < to && text[end] != '"') {
            end += text[end] == '\\' ? 2 : 1;
        }
        if (end >= to) {
            throw lines.malformed("no quote at the end of a word that begins with one");
        }
        if (end + 1 < to && !isBlank(text[end + 1])) {
            throw lines.malformed("more behind the quote at the end of a word");
        }
        words.add(new String(text, from, end - from, UTF_8).replace("\\\"", "\""));
        return end + 1;
    }

    /** {@return the words of the line} */
    public List<String> words() {
        return List.copyOf(words);
    }

    /** {@return the number of the line, from 1} */
    public long line() {
        return lines.lines();
    }
}
