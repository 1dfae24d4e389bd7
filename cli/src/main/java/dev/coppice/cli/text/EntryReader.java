package dev.coppice.cli.text;

import java.io.InputStream;

/**
 * Reads entries from lines.
 *
 * <p>Thread safety: one thread. Lifetime: what it returns is valid until the next line.
 */
public interface EntryReader {
    /**
     * Goes to the next line; returns false at the end.
     *
     * @throws TextException naming the line where it is malformed; the next call goes behind it
     */
    boolean next();

    /** {@return the name of the column family on the line, or null where there is none} */
    String family();

    /** {@return the key, or null where the line says only that there is the column family} */
    byte[] key();

    /** {@return the value; as {@link #key}} */
    byte[] value();

    /** {@return the number of the line, from 1} */
    long lines();

    /** {@return how much of the input was read} */
    long bytes();

    /** {@return a problem with the line as an exception that names it} */
    TextException malformed(String problem);

    /**
     * {@return a reader of lines in one of the two formats}
     *
     * @param namesFamilies whether each line of TSV names its column family; JSON says so itself
     */
    static EntryReader of(
            InputStream input, boolean isJson, Encoding encoding, boolean namesFamilies) {
        LineReader lines = new LineReader(input);
        return isJson ? new JsonLinesReader(lines) : new TsvReader(lines, encoding, namesFamilies);
    }
}
