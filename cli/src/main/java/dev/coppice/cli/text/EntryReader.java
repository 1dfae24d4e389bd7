package dev.coppice.cli.text;

import java.io.InputStream;

/**
 * Reads entries from lines.
 *
 * <p>Thread safety: one thread. Lifetime: what it returns is valid until the next line.
 */
public abstract sealed class EntryReader permits TsvReader, JsonLinesReader {
    final LineReader lines;
    final FieldArrays keys = new FieldArrays();
    final FieldArrays values = new FieldArrays();
    final FamilyName familyName = new FamilyName();

    // What the current line says, null where it says nothing
    String family;
    byte[] key;
    byte[] value;
    long expiresAt;

    EntryReader(LineReader lines) {
        this.lines = lines;
    }

    /**
     * {@return a reader of lines in one of the two formats}
     *
     * @param namesFamilies whether each line of TSV names its column family; JSON says so itself
     */
    public static EntryReader of(
            InputStream input, boolean isJson, Encoding encoding, boolean namesFamilies) {
        LineReader lines = new LineReader(input);
        return isJson ? new JsonLinesReader(lines) : new TsvReader(lines, encoding, namesFamilies);
    }

    /**
     * Goes to the next line that is not passed over; returns false at the end.
     *
     * @throws TextException naming the line where it is malformed; the next call goes behind it
     */
    public final boolean next() {
        while (lines.next()) {
            try {
                if (parse(lines.text(), lines.from(), lines.to())) {
                    return true;
                }
            } catch (TextException e) {
                throw malformed(e.getMessage());
            }
        }
        return false;
    }

    /** Reads a line; returns false where it is to be passed over. */
    abstract boolean parse(byte[] text, int from, int to);

    /** {@return the name of the column family on the line, or null where there is none} */
    public final String family() {
        return family;
    }

    /** {@return the key, or null where the line says only that there is the column family} */
    public final byte[] key() {
        return key;
    }

    /** {@return the value; as {@link #key}} */
    public final byte[] value() {
        return value;
    }

    /** {@return the deadline in milliseconds since 1970, or {@link EntryWriter#NEVER}} */
    public final long expiresAt() {
        return expiresAt;
    }

    /** {@return the number of the line, from 1} */
    public final long lines() {
        return lines.lines();
    }

    /** {@return how much of the input was read} */
    public final long bytes() {
        return lines.bytes();
    }

    /** {@return a problem with the line as an exception that names it} */
    public final TextException malformed(String problem) {
        return lines.malformed(problem);
    }
}
